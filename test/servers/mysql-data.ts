/** What a database may hold that a dump could lose or a comparison could trip over. */
export const AWKWARD = `
CREATE TABLE \`a table with spaces, "quotes", 'apostrophes' and \`\`ticks\`\`\` (id INT PRIMARY KEY AUTO_INCREMENT, \`the "text"\` TEXT, made DATETIME(6) DEFAULT NOW(6));
INSERT INTO \`a table with spaces, "quotes", 'apostrophes' and \`\`ticks\`\`\` (\`the "text"\`) VALUES
  ('line 1\\nline ''2'' \\\\ "'), ('-- Dump completed'), ('-- Current Database: \`x\`'), ('),('), ('a\\tb\\r\\n\\0c'), ('Grüße, 世界 🎉'), (NULL);
CREATE TABLE bytes (id INT PRIMARY KEY, b LONGBLOB);
INSERT INTO bytes SELECT 1, UNHEX(GROUP_CONCAT(LPAD(HEX(n), 2, '0') ORDER BY n SEPARATOR '')) FROM
  (WITH RECURSIVE s AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 255) SELECT n FROM s) AS t;
CREATE TABLE without_key (a INT, b VARCHAR(20));
INSERT INTO without_key VALUES (3, 'c'), (1, 'a'), (2, NULL), (1, 'a');
CREATE TABLE parent (id INT PRIMARY KEY);
CREATE TABLE child (id INT PRIMARY KEY, parent INT, n INT GENERATED ALWAYS AS (parent * 2) STORED, FOREIGN KEY (parent) REFERENCES parent (id));
INSERT INTO parent VALUES (1), (2);
INSERT INTO child (id, parent) VALUES (10, 1), (11, 2);
CREATE VIEW children AS SELECT parent.id, COUNT(*) AS n FROM parent JOIN child ON child.parent = parent.id GROUP BY parent.id;
CREATE TABLE big (id BIGINT PRIMARY KEY, text TEXT);
INSERT INTO big SELECT n, REPEAT(SHA2(n, 224), 12) FROM (WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n FROM s) AS t;
CREATE TABLE nothing (id INT);
`;

/** Root made these: an account of an application may not, while there is a binary log. */
export const PROGRAMS = `
DELIMITER //
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC
-- a comment, and then nothing

  RETURN n * 2//
CREATE TRIGGER stamp BEFORE INSERT ON child FOR EACH ROW SET NEW.parent = NEW.parent//
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM without_key WHERE a = 99//
CREATE USER 'o''brien & "sons"'@'%'//
CREATE DEFINER = 'o''brien & "sons"'@'%' SQL SECURITY DEFINER VIEW foreign_view AS SELECT 1 AS one//
DELIMITER ;
`;
