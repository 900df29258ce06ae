import database from './database.sql';
import operations from './operations.sql';
import prepare from './prepare.sh';
import probe from './probe.sh';
import start from './start.sh';
import strata from './strata.sql';

/** What pods run, as files of their configuration: file name → text. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  'prepare.sh': prepare,
  'start.sh': start,
  'probe.sh': probe,
  'operations.sql': operations,
  'database.sql': database,
  'strata.sql': strata,
};
