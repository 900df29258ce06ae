import type { Image } from '../../../../imports/images';
import { authorityVolume } from '../../../core/certificates';
import type { ConfigMapRef } from '../../../core/contracts';
import { mebi } from '../../../core/quantities';
import { keyOf, type SecretKey, type SecretRef } from '../../../core/secrets';
import { configVolume, scratch } from '../../../core/volumes';
import type { JobSpec } from '../../../core/workload';
import sql from './accounts.sql';
import script from './accounts.sh';

export interface AccountsInput {
  readonly image: Image;
  readonly host: string;
  /** Each with the Secret of its owner. */
  readonly databases: readonly { readonly name: string; readonly secret: SecretRef }[];
  readonly authority: SecretKey;
}

/** Of the image (cloudnative-pg/postgres-containers): the server's own, which needs nothing of the image but its programs. */
const USER = { uid: 26, gid: 26 };
const AUTHORITY = '/etc/postgresql-authority';
/** A new cluster is there within minutes, a recovered one within hours: Argo CD waits for it before it comes to this Job. */
const DEADLINE_SECONDS = 900;

/** Rights inside of databases, which the operator does not keep. A hook of each sync, after everything else is healthy. */
export function accountsJob({ image, host, databases, authority }: AccountsInput) {
  const scripts = { 'accounts.sh': script, 'accounts.sql': sql };
  const job = (config: ConfigMapRef): JobSpec => ({
    name: 'postgresql-accounts',
    annotations: {
      'argocd.argoproj.io/hook': 'Sync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      'argocd.argoproj.io/sync-wave': '1',
    },
    deadlineSeconds: DEADLINE_SECONDS,
    user: USER,
    containers: [
      {
        name: 'accounts',
        image,
        command: ['bash', '/scripts/accounts.sh', ...databases.map(({ name }) => name)],
        env: {
          PGHOST: host,
          PGSSLMODE: 'verify-full',
          PGSSLROOTCERT: `${AUTHORITY}/ca.crt`,
          HOME: '/tmp',
          ...Object.fromEntries(
            databases.map(({ name, secret }) => [`PASSWORD_${name}`, keyOf(secret, 'password')]),
          ),
        },
        resources: { cpu: '20m', memory: mebi(64) },
        mounts: {
          '/scripts': configVolume(config),
          [AUTHORITY]: authorityVolume(authority, 'authority'),
          '/tmp': scratch('tmp', mebi(16)),
        },
      },
    ],
  });
  return { scripts, job };
}
