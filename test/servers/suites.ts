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

export const suites: readonly Suite[] = [
  sets,
  logical,
  logicalRestore,
  logicalLive,
  size,
  pgbouncer,
  tenancy,
  mysql,
  mysqlRestore,
  mysqlFaults,
  xwiki,
];
