import { logical } from './logical';
import { mysql } from './mysql';
import { pgbouncer } from './pooling';
import { sets } from './sets';
import type { Suite } from './suite';
import { size } from './size';
import { tenancy } from './tenants';
import { xwiki } from './xwiki';

export const suites: readonly Suite[] = [sets, logical, size, pgbouncer, tenancy, mysql, xwiki];
