import { readFileSync } from 'node:fs';
import type { Mysql } from './mysql-server';

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
GRANT SELECT ON shop.* TO 'o''brien & "sons"'@'%'//
CREATE DEFINER = 'o''brien & "sons"'@'%' SQL SECURITY DEFINER VIEW foreign_rows AS SELECT id FROM parent//
CREATE DEFINER = 'o''brien & "sons"'@'%' PROCEDURE foreign_procedure() SELECT '
USE \`shop\`;
-- Dumping events for database x
'//
CREATE EVENT later ON SCHEDULE EVERY 1 SECOND STARTS '2037-01-01 00:00:00' ENABLE COMMENT 'DISABLE DO' DO DELETE FROM without_key//
DELIMITER ;
`;

/** What a swap of tables could lose, beside that. The value of 40 MiB is 80 as text of a dump. */
export const EVERYTHING = `
CREATE TABLE large (id INT PRIMARY KEY, body LONGBLOB);
INSERT INTO large VALUES (1, REPEAT(x'00', 40 * 1024 * 1024));
CREATE TABLE parts (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at))
  (PARTITION old VALUES LESS THAN (2021), PARTITION new VALUES LESS THAN MAXVALUE);
INSERT INTO parts VALUES (1, '2020-06-01'), (2, '2026-06-01');
CREATE TABLE searched (id INT AUTO_INCREMENT PRIMARY KEY, text TEXT, FULLTEXT KEY words (text)) AUTO_INCREMENT = 100;
INSERT INTO searched (text) VALUES ('some words'), ('other words');
CREATE TABLE placed (id INT PRIMARY KEY, place POINT NOT NULL SRID 4326, SPATIAL KEY (place), hidden INT INVISIBLE DEFAULT 3,
  doc JSON, KEY by_name ((CAST(doc->>'$.name' AS CHAR(20)))), CONSTRAINT \`positive id\` CHECK (id > 0)) ROW_FORMAT = COMPRESSED;
INSERT INTO placed (id, place, doc) VALUES (1, ST_SRID(POINT(1, 2), 4326), '{"name": "one"}');
CREATE TABLE \`t\` (\`t\` INT, \`item\` INT, \`USE \`\`shop\`\`;\` INT);
INSERT INTO t VALUES (1, 2, 3);
ALTER TABLE child ADD COLUMN parent2 INT, ADD CONSTRAINT second FOREIGN KEY (parent2) REFERENCES parent (id) ON DELETE SET NULL;
DELIMITER //
CREATE PROCEDURE walk() BEGIN DECLARE n INT; SELECT twice(2) INTO n; END//
CREATE VIEW doubled AS SELECT twice(id) AS n FROM shop.parent//
ALTER DATABASE shop CHARACTER SET latin1//
CREATE FUNCTION older() RETURNS VARCHAR(10) DETERMINISTIC RETURN 'é'//
CREATE TRIGGER older_stamp AFTER INSERT ON parent FOR EACH ROW SET @x = 'é'//
ALTER DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_bin//
DELIMITER ;
`;

/** A table of each character set that the server has, with text that it can hold. */
export async function characterSets(mysql: Mysql): Promise<string> {
  const names = (
    await mysql.sql('SELECT character_set_name FROM information_schema.character_sets ORDER BY 1')
  ).split('\n');
  return names
    .map(
      (name) =>
        `CREATE TABLE text_${name} (id INT PRIMARY KEY, text VARCHAR(40) CHARACTER SET ${name});
         INSERT IGNORE INTO text_${name} VALUES (1, 'plain'), (2, 'Grüße 世界 Ελληνικά'), (3, CONVERT(X'8182' USING ${name}));
         -- bytes that the set has no character for are lost in a dump, which is in Unicode
         DELETE FROM text_${name} WHERE HEX(CONVERT(CONVERT(text USING utf8mb4) USING ${name})) <> HEX(text);`,
    )
    .join('\n');
}

/** The schema as the server describes it, and a sum over all rows of each table. */
export async function describe(mysql: Mysql, database: string): Promise<string> {
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  const ask = (sql: string): Promise<string> => mysql.sql(`USE ${quote(database)}; ${sql}`);
  const rows = async (sql: string): Promise<string[]> => (await ask(sql)).split('\n').filter(Boolean);
  const place = `= '${database}'`;
  const text = (hex = ''): string => Buffer.from(hex, 'hex').toString();
  const columns = new Map<string, string[]>();
  for (const line of await rows(
    `SELECT CONCAT(HEX(table_name), ' ', HEX(column_name)) FROM information_schema.columns WHERE table_schema ${place} ORDER BY HEX(table_name), ordinal_position`,
  )) {
    const [table, column] = line.split(' ').map(text);
    columns.set(table ?? '', [...(columns.get(table ?? '') ?? []), column ?? '']);
  }
  const statements = [...columns].map(([table, names]) => {
    const name = `${quote(database)}.${quote(table)}`;
    const row = names.map((column) => `COALESCE(SHA2(${quote(column)}, 256), 'none')`).join();
    return `SHOW CREATE TABLE ${name}; SELECT COUNT(*), SUM(CRC32(CONCAT('x', ${row}))) FROM ${name};`;
  });
  const found: string[] = [await ask(statements.join('\n'))];
  for (const [columns, from] of [
    [
      'trigger_name, event_object_table, action_timing, action_statement, definer, database_collation, sql_mode',
      'triggers WHERE trigger_schema',
    ],
    [
      'routine_name, routine_definition, definer, security_type, database_collation, sql_mode, routine_comment',
      'routines WHERE routine_schema',
    ],
    [
      'event_name, event_definition, definer, status, starts, interval_value, interval_field, event_comment, time_zone',
      'events WHERE event_schema',
    ],
    ['default_character_set_name, default_collation_name', 'schemata WHERE schema_name'],
  ] as const)
    found.push(
      ...(await rows(
        `SELECT CONCAT_WS('|', ${columns}) AS line FROM information_schema.${from} ${place} ORDER BY 1`,
      )),
    );
  return found.join('\n');
}

const RUNBOOK = 'charts/data/mysql/runbook.md';
const COPY = 'shop~20261120T131500Z';
/** kubectl for a shell in the server's container: runs there, and knows the password. */
const KUBECTL = `
kubectl() {
  if [ "$3" = get ]; then printf %s "$MYSQL_PWD" | base64 -w 0; return; fi
  while [ "$1" != -- ]; do shift; done
  shift
  "$@"
}`;

/** Shell blocks of the runbook, from a heading on. */
function shellBelow(heading: string): string[] {
  const [, page = ''] = readFileSync(RUNBOOK, 'utf8').split(`\n${heading}\n`);
  return [...page.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Runs commands of the runbook, with what it defines before them. Resolves to what they print. */
function asWritten(mysql: Mysql, old: string, ...commands: readonly string[]): Promise<string> {
  const [root = ''] = shellBelow('## Restore');
  return mysql.shell([KUBECTL, root, ...commands].join('\n').replaceAll(COPY, old));
}

/** Puts a database back that a restore has set aside. Resolves to the statements. */
export function putBack(mysql: Mysql, old: string): Promise<string> {
  const [make = '', go = ''] = shellBelow('### Put the old one back');
  return asWritten(mysql, old, make, go, 'cat back.sql');
}

/** Lets the next restore begin beside what one has left that was killed. */
export function leaveIt(mysql: Mysql, old: string): Promise<string> {
  const [leave = ''] = shellBelow('### A restore that was killed midway');
  return asWritten(mysql, old, leave);
}
