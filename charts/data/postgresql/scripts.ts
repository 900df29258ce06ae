import archive from './backup/archive.sh';
import database from './database.sql';
import live from './live.sh';
import operations from './operations.sql';
import prepare from './prepare.sh';
import promote from './promote.sh';
import replication from './replication.sh';
import start from './start.sh';
import strata from './strata.sql';

/** What pods run, as files of their configuration: file name → text. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  'archive.sh': archive,
  'prepare.sh': prepare,
  'start.sh': start,
  'live.sh': live,
  'promote.sh': promote,
  'replication.sh': replication,
  'operations.sql': operations,
  'database.sql': database,
  'strata.sql': strata,
};
