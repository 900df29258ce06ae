import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProgrammeError } from '../e2e/report';
import { PAUSE, type StandInImage } from './images';
import type { NodePrograms } from './programs';

/** What images are made of. */
interface Material {
  readonly programs: NodePrograms;
  /** Gets the folders of layers that are made for the run. */
  readonly folder: string;
  /** Certificate that the run's S3 server is signed by. */
  readonly authority: string;
}

interface StandIn {
  readonly instead: string;
  readonly differs: string;
  readonly make: (material: Material) => Omit<StandInImage, 'reference'>;
}

/** Certificates of the authorities that programs trust by default, in Alpine and Debian. */
const TRUST = 'etc/ssl/certs/ca-certificates.crt';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Repository → what its image is on the node, whatever its tag. */
export const STAND_IN_IMAGES: Readonly<Record<string, StandIn>> = {
  'docker.io/library/postgres': {
    instead: 'Debian 13 with postgresql-17, its user postgres numbered 999',
    differs:
      "Debian's build, the newest patch release of 17 whatever the tag says; no docker-entrypoint.sh, no gosu; LANG is C.UTF-8",
    make: ({ programs }) => ({
      layers: [programs.roots.postgresql],
      // Debian's links in /usr/bin are wrappers that look for clusters of its own
      path: `/usr/lib/postgresql/17/bin:${PATH}`,
      env: { LANG: 'C.UTF-8', PG_MAJOR: '17', PGDATA: '/var/lib/postgresql/data' },
    }),
  },
  'docker.io/edoburu/pgbouncer': {
    instead: 'Debian 13 with pgbouncer, linked to /usr/bin/pgbouncer, and a user postgres numbered 70',
    differs: "Debian's release 1.24; no entrypoint.sh; GNU instead of Alpine's tools",
    make: ({ programs, folder, authority }) => ({
      layers: [
        programs.roots.postgresql,
        layer(folder, 'pgbouncer', (root) => {
          // Alpine has one too, and PgBouncer does not start without (lib/usual/tls/tls.c, tls_configure_ssl_verify)
          put(join(root, TRUST), readFileSync(authority, 'utf8'));
          put(
            join(root, 'etc/passwd'),
            'root:x:0:0::/root:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n',
          );
          put(join(root, 'etc/group'), 'root:x:0:\npostgres:x:70:\n');
          mkdirSync(join(root, 'usr/bin'), { recursive: true });
          symlinkSync('/usr/sbin/pgbouncer', join(root, 'usr/bin/pgbouncer'));
        }),
      ],
      // for pg_isready and psql
      path: `/usr/lib/postgresql/17/bin:${PATH}`,
    }),
  },
  'quay.io/prometheuscommunity/postgres-exporter': {
    instead: 'the program, built from its Go module',
    differs: '0.19.1, since no later release is to be had as a module; nothing else is in the image',
    make: ({ programs, folder }) =>
      oneProgram(folder, programs.kubernetes.postgres_exporter, '/bin/postgres_exporter'),
  },
  'docker.io/library/mysql': {
    instead: 'Debian sid with mysql-server, its user mysql numbered 999',
    differs: "Debian's build of the newest release, whatever the tag says; no docker-entrypoint.sh, no gosu",
    make: ({ programs }) => ({ layers: [programs.roots.mysql] }),
  },
  'docker.io/prom/mysqld-exporter': {
    instead: 'the program, built from its Go module',
    differs: '0.19.0, since no later release is to be had as a module; nothing else is in the image',
    make: ({ programs, folder }) =>
      oneProgram(folder, programs.kubernetes.mysqld_exporter, '/bin/mysqld_exporter'),
  },
  'docker.io/prom/pushgateway': {
    instead: 'the program, built from its Go module',
    differs: 'nothing else is in the image',
    make: ({ programs, folder }) => oneProgram(folder, programs.kubernetes.pushgateway, '/bin/pushgateway'),
  },
  'ghcr.io/getsops/sops': {
    instead: 'busybox and the program, built from its Go module',
    differs: "Debian's busybox with all of its applets; nothing else of Alpine",
    make: ({ programs }) => ({ layers: [programs.roots.sops], entrypoint: ['/usr/local/bin/sops'] }),
  },
  'docker.io/rclone/rclone': {
    instead: 'busybox and the program, built from its Go module',
    differs:
      "Debian's busybox with all of its applets; nothing else of Alpine; trusts the authority of the run's S3 server only",
    make: ({ programs, folder, authority }) => ({
      layers: [
        programs.roots.rclone,
        layer(folder, 'trust', (root) => {
          put(join(root, TRUST), readFileSync(authority, 'utf8'));
        }),
      ],
      entrypoint: ['/usr/local/bin/rclone'],
    }),
  },
};

/** The images of these references (`repository:tag@digest`), and what holds pods' namespaces. Throws where one has no stand-in. */
export function standInImages(references: readonly string[], material: Material): StandInImage[] {
  const made = new Map<string, Omit<StandInImage, 'reference'>>();
  const pause = { layers: [material.programs.roots.sops], entrypoint: ['/bin/sleep', 'infinity'] };
  const images = [...new Set(references)].map((reference) => {
    const [, repository = '', digest = ''] =
      /^([^@]*?)(?::[^/:@]*)?@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
    const standIn = STAND_IN_IMAGES[repository];
    if (!standIn)
      throw new ProgrammeError(
        `${reference} has no stand-in. Add ${repository || 'it'} to test/node/stand-in-images.ts`,
      );
    const image = made.get(repository) ?? standIn.make(material);
    made.set(repository, image);
    return { ...image, reference: `${repository}@${digest}` };
  });
  return [...images, { ...pause, reference: PAUSE }];
}

function oneProgram(folder: string, program: string, path: string): Omit<StandInImage, 'reference'> {
  return {
    layers: [
      layer(folder, path.replaceAll('/', '-').slice(1), (root) => {
        mkdirSync(join(root, dirname(path)), { recursive: true });
        cpSync(program, join(root, path));
        put(join(root, 'etc/passwd'), 'nobody:x:65534:65534::/:/bin/false\n');
      }),
    ],
    entrypoint: [path],
  };
}

/** A folder made for the run. */
function layer(folder: string, name: string, fill: (root: string) => void): string {
  const root = join(folder, 'layers', name);
  mkdirSync(root, { recursive: true });
  fill(root);
  return root;
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
