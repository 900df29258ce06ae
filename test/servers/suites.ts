import { logical } from './logical';
import { mysql } from './mysql';
import { pgbouncer } from './pooling';
import { replication } from './replication';
import { sets } from './sets';
import type { Suite } from './suite';
import { size } from './size';
import { tenancy } from './tenants';
import { wal } from './wal';
import { xwiki } from './xwiki';

export const suites: readonly Suite[] = [
  sets,
  logical,
  wal,
  size,
  replication,
  pgbouncer,
  tenancy,
  mysql,
  xwiki,
];
