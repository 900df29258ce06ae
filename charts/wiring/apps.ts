import type { EnvironmentSettings } from '../../settings/base';
import { Xwiki } from '../apps/xwiki/xwiki';
import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import type { Wiring } from '../core/wiring';
import { mysql } from '../data/mysql/definition';
import { traefik } from '../network/traefik/definition';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';
import type { Backup } from './backup';
import type { Data } from './data';
import type { Network } from './network';

/** The applications of one environment. */
export function wireApps(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { general }: VolumeClasses,
  { ingress }: Network,
  certificates: CertManager | undefined,
  data: Data,
  backup: Backup,
): void {
  wiring.in(environment, Xwiki, (need) => ({
    storage: general,
    databaseStopped: data.mysql?.stopped ?? false,
    ingress: need(ingress, traefik),
    issuer: need(certificates?.issuer, certManager),
    database: need(
      data.mysql?.databases.get('xwiki'),
      mysql,
      data.mysql
        ? {
            problem: 'xwiki needs a database named xwiki in the same environment',
            remedy: 'Add xwiki to the databases of mysql beside it',
          }
        : {
            problem: 'xwiki needs mysql in the same environment, and it is off',
            remedy: 'Add mysql: { databases: [xwiki] } beside it, or switch xwiki off',
          },
    ),
    ...backup(environment),
  }));
}
