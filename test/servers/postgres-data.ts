import type { Postgres } from './postgres';

/** What only the superuser makes in the database `app`. */
export const SUPERUSERS = `
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reporting') THEN CREATE ROLE reporting LOGIN; END IF; END $$;
CREATE ROLE "o'brien ""& sons""" NOLOGIN;
GRANT reporting TO "o'brien ""& sons""";
ALTER ROLE reporting SET statement_timeout = '1min';
CREATE EXTENSION pg_stat_statements SCHEMA public;
CREATE EXTENSION postgres_fdw SCHEMA public;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO app_owner;
GRANT EXECUTE ON FUNCTION public.pg_stat_statements_reset(oid, oid, bigint, boolean) TO app_owner;
ALTER DATABASE app SET timezone = 'Europe/Paris';
ALTER DATABASE app SET log_statement = 'ddl';
ALTER ROLE app IN DATABASE app SET search_path = shop, public;
ALTER ROLE app SET work_mem = '5MB';
GRANT CONNECT ON DATABASE app TO reporting;
CREATE PUBLICATION everything FOR ALL TABLES;
`;

/** What its owner makes. A value of 40 MiB is 80 as text of a dump. */
export const OWNERS = `
SET ROLE app_owner;
SET search_path = public;
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA shop;
CREATE SCHEMA "a schema, ""quoted""";
GRANT USAGE ON SCHEMA shop TO reporting;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE shop.pair AS (a int, b text);
CREATE SEQUENCE shop.numbers START 40 INCREMENT 3;
SELECT nextval('shop.numbers'), nextval('shop.numbers');
CREATE TABLE readings (t timestamptz PRIMARY KEY, celsius numeric NOT NULL);
INSERT INTO readings VALUES ('2026-01-01', 1), ('2026-01-02', 2);
CREATE TABLE aliases (d int, n int, c int, r int, "row" int, t shop.pair);
INSERT INTO aliases VALUES (1, 2, 3, 4, 5, (6, 'six'));
CREATE TABLE shop.invoices (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pdf oid NOT NULL);
CREATE TABLE shop.orders (id serial PRIMARY KEY, state mood DEFAULT 'ok', amount positive, twice int GENERATED ALWAYS AS (amount * 2) STORED,
  tags hstore, invoice int REFERENCES shop.invoices (id), during tstzrange, EXCLUDE USING gist (during WITH &&), CHECK (id > 0));
INSERT INTO shop.orders (amount, tags) SELECT i, hstore('k', i::text) FROM generate_series(1, 100) AS i;
CREATE INDEX ON shop.orders USING gin ((tags -> 'k') gin_trgm_ops);
CREATE INDEX ON shop.orders (lower(tags -> 'k')) WHERE amount > 3;
CREATE STATISTICS shop.together ON amount, state FROM shop.orders;
CREATE TABLE large (id int PRIMARY KEY, body text, bytes bytea);
INSERT INTO large VALUES (1, repeat('a', 40 * 1024 * 1024), decode(repeat('00', 40 * 1024 * 1024), 'hex'));
CREATE TABLE "it's a ""table"" \\ here" ("a column" text, "BEGIN;
COMMIT;" int);
INSERT INTO "it's a ""table"" \\ here" VALUES (E'line\\n\\\\.\\nCOMMIT;\\n', 1);
CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2021-01-01');
CREATE TABLE parts_new PARTITION OF parts DEFAULT;
INSERT INTO parts VALUES (1, '2020-06-01'), (2, '2026-06-01');
CREATE TABLE child (extra int) INHERITS (readings);
ALTER TABLE child REPLICA IDENTITY FULL;
INSERT INTO child VALUES ('2026-02-01', 3, 4);
CREATE TABLE nothing ();
CREATE UNLOGGED TABLE fast (id int);
INSERT INTO fast VALUES (1);
CREATE TABLE secret (organization_id int, what text);
INSERT INTO secret SELECT i % 7, 'row ' || i FROM generate_series(1, 70) AS i;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secret TO reporting USING (organization_id = current_setting('app.organization_id', true)::int);
CREATE VIEW shop.totals WITH (security_barrier) AS SELECT state, sum(amount) FROM shop.orders GROUP BY state;
CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS orders FROM shop.orders;
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop AS $$
BEGIN
-- COMMIT;
RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM fast';
CREATE AGGREGATE product(int) (sfunc = int4mul, stype = int);
CREATE FUNCTION added(hstore, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $2';
CREATE OPERATOR <+> (leftarg = hstore, rightarg = int, function = added);
CREATE COLLATION shop.numeric_order (provider = icu, locale = 'en-u-kn');
CREATE TEXT SEARCH CONFIGURATION shop.words (COPY = simple);
CREATE RULE no_delete AS ON DELETE TO readings DO INSTEAD NOTHING;
COMMENT ON TABLE shop.orders IS 'it''s "a" comment';
GRANT SELECT ON shop.orders TO reporting WITH GRANT OPTION;
GRANT SELECT (id, state), UPDATE (state) ON shop.orders TO "o'brien ""& sons""";
REVOKE DELETE ON shop.orders FROM app;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reporting;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO reporting;
CREATE PUBLICATION orders FOR TABLE shop.orders (id, amount) WHERE (id > 5);
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR app_owner SERVER elsewhere OPTIONS (user 'x', password 'y');
CREATE FOREIGN TABLE shop.remote (id int) SERVER elsewhere;
RESET ROLE;
`;

/** What the application itself makes. */
export const APPLICATIONS = `
SET ROLE app;
INSERT INTO shop.invoices (pdf) SELECT lo_from_bytea(0, 'a pdf');
INSERT INTO shop.invoices (pdf) SELECT lo_from_bytea(0, convert_to(repeat('a long pdf ', 10000), 'UTF8'));
RESET ROLE;
`;

/** Changes of a time after the dump. */
export const LATER = `
SET ROLE app_owner;
SET search_path = public;
DELETE FROM shop.orders WHERE id > 50;
UPDATE readings SET celsius = 999;
DROP TABLE large, parts;
DROP FUNCTION shop.stamp() CASCADE;
CREATE TABLE later (id int);
CREATE SCHEMA later;
CREATE PUBLICATION later FOR TABLE later;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reporting;
DROP PUBLICATION orders;
RESET ROLE;
SET ROLE app;
SELECT lo_unlink(min(pdf)) FROM shop.invoices;
SELECT lo_create(0);
RESET ROLE;
ALTER DATABASE app RESET timezone;
ALTER DATABASE app SET lock_timeout = '1min';
`;

/** The schema as the server describes it, settings and rights with it, and sums of what a comparison of rows does not see. */
export async function describe(postgres: Postgres): Promise<string> {
  const command = (words: readonly string[]): Promise<string> =>
    postgres.command(words, { ...postgres.environment, PGUSER: 'postgres', PGDATABASE: 'app' });
  const schema = await command(['pg_dump', '--schema-only', '--create', '--exclude-table=strata.*']);
  const values = await postgres.sql(
    'app',
    `SELECT loid, pg_get_userbyid(lomowner), lomacl::text, md5(string_agg(data, '' ORDER BY pageno))
       FROM pg_largeobject JOIN pg_largeobject_metadata m ON m.oid = loid GROUP BY 1, 2, 3 ORDER BY 1;
     SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname <> 'strata' ORDER BY 1, 2;
     SELECT * FROM shop.summary;
     SELECT rolname, rolconfig FROM pg_roles WHERE rolname IN ('app', 'reporting') ORDER BY 1;
     SELECT pg_get_userbyid(roleid), pg_get_userbyid(member) FROM pg_auth_members WHERE roleid >= 16384 ORDER BY 1, 2;`,
  );
  const told = schema
    .replace(/^\\(un)?restrict .*$/gm, '')
    // the one thing that the role of the backup may not read: dump.sh tells about it
    .replace(/^(CREATE USER MAPPING FOR app_owner SERVER elsewhere) OPTIONS \([^)]*\);/m, '$1;');
  return `${told}\n${values}`;
}
