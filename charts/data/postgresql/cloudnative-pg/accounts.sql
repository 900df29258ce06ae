-- Rights in one database of an application: variables db and owner. Run by accounts.sh at every sync, as the owner.
SET client_min_messages = warning;

REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"db" TO :"db", :"owner";
GRANT CONNECT ON DATABASE :"db" TO backup;
-- a transaction that is forgotten open keeps dead rows and locks
ALTER DATABASE :"db" SET idle_in_transaction_session_timeout = '10min';

-- the schema may have been dropped by a migration, in favour of another
SELECT format(statement, :'db')
FROM unnest(ARRAY[
  'REVOKE ALL ON SCHEMA public FROM PUBLIC',
  'GRANT USAGE ON SCHEMA public TO %1$I'
]) AS statement
WHERE to_regnamespace('public') IS NOT NULL \gexec

-- what the owner makes from now on, the application may use; what exists keeps the rights that migrations gave it
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"db";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, USAGE ON SEQUENCES TO :"db";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE ON SCHEMAS TO :"db";
