-- What the accounts of operations may do, in the database `postgres`. Run by prepare.sh at every start, as the superuser.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO exporter, backup, pgbouncer;

-- statistics of all sessions, and no data (manual, "Predefined Roles")
GRANT pg_monitor TO exporter;
-- every table of every database; it does not reach past row-level security, hence BYPASSRLS
GRANT pg_read_all_data TO backup;

CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;
