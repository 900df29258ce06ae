-- The schema `strata` of one database, for what is not the application's. Run by prepare.sh at every start, as the superuser.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS strata AUTHORIZATION postgres;
REVOKE ALL ON SCHEMA strata FROM PUBLIC;
-- a backup writes a fresh row here, which its restore has to bring back
GRANT USAGE, CREATE ON SCHEMA strata TO backup;
GRANT USAGE ON SCHEMA strata TO pgbouncer;

-- The SCRAM secret of an application's account: they are named like their databases. Of nobody else: neither owners nor operations.
CREATE OR REPLACE FUNCTION strata.get_auth(name text)
RETURNS TABLE (username name, secret text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.rolname, r.rolpassword
  FROM pg_authid r JOIN pg_database d ON d.datname = r.rolname
  WHERE r.rolname = $1 AND r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolreplication
$$;
REVOKE ALL ON FUNCTION strata.get_auth(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION strata.get_auth(text) TO pgbouncer;
