import { argocd } from './components/argocd';
import { backups } from './components/backups';
import { certManager } from './components/cert-manager';
import { kyverno } from './components/kyverno';
import { longhorn } from './components/longhorn';
import { migrations } from './components/migrations';
import { mysql } from './components/mysql';
import { pgbouncer } from './components/pgbouncer';
import { postgresql } from './components/postgresql';
import { traefik } from './components/traefik';
import { xwiki } from './components/xwiki';
import type { AlertTests, Instance } from './table';

/** Tests of alerts by component: a component with alerts needs a row, and each of its alerts a test. */
export const COMPONENTS: Readonly<Record<string, (instance: Instance) => AlertTests>> = {
  argocd,
  backups,
  'cert-manager': certManager,
  kyverno,
  longhorn,
  migrations,
  mysql,
  pgbouncer,
  postgresql,
  traefik,
  xwiki,
};
