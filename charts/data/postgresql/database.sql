-- One database of an application: variables db and owner. Run by prepare.sh at every start in that database, as the superuser.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

ALTER DATABASE :"db" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"db" TO :"db", :"owner";
GRANT CONNECT ON DATABASE :"db" TO backup, pgbouncer;

-- the schema may have been dropped by a migration, in favour of another
SELECT format(statement, :'owner', :'db')
FROM unnest(ARRAY[
  'ALTER SCHEMA public OWNER TO %1$I',
  'REVOKE ALL ON SCHEMA public FROM PUBLIC',
  'GRANT USAGE ON SCHEMA public TO %2$I'
]) AS statement
WHERE to_regnamespace('public') IS NOT NULL \gexec

-- what the owner makes from now on, the application may use; what exists keeps the rights that migrations gave it
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"db";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, USAGE ON SEQUENCES TO :"db";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE ON SCHEMAS TO :"db";
