import { logical } from './logical';
import { logicalLive } from './logical-live';
import { logicalRestore } from './logical-restore';
import { mysql } from './mysql';
import { mysqlFaults } from './mysql-faults';
import { mysqlRestore } from './mysql-restore';
import { pgbouncer } from './pooling';
import { sets } from './sets';
import type { Suite } from './suite';
import { size } from './size';
import { tenancy } from './tenants';
import { xwiki } from './xwiki';

/** In the order in which they begin: those that take longest first, so that none of them is left for the end. */
export const suites: readonly Suite[] = [
  sets,
  logical,
  mysqlRestore,
  mysqlFaults,
  logicalLive,
  size,
  mysql,
  xwiki,
  logicalRestore,
  tenancy,
  pgbouncer,
];
