import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FirstHour, RECIPIENT } from '../docs/first-hour';
import type { Outcome } from './report';

interface NewCluster {
  /** What is written behind `npx strata init <name>`. */
  readonly flags: readonly string[];
  /** Whether a run that names no cluster makes it. */
  readonly isUsual: boolean;
}

const PERSON = [
  ...['--yes', '--domain', 'example.org', '--contact', 'ops@example.org'],
  ...['--repository', 'https://github.com/example/strata.git'],
];
const BUCKET = [
  ...['--backup', 'https://s3.example.org/first-backups', '--backup-region', 'eu-central-003'],
  ...['--backup-recipient', RECIPIENT],
];
const THREE_NODES = ['--node', 'control-plane:2:4Gi:50Gi', '--node', 'worker:4:8Gi:160Gi:worker:2'];

/** Clusters that nobody has yet, by the name that each is given. */
export const NEW_CLUSTERS: ReadonlyMap<string, NewCluster> = new Map([
  [
    'new-k3s',
    {
      flags: [
        ...PERSON,
        '--distribution',
        'k3s',
        '--with',
        'postgresql',
        '--without-backup',
        'To try things',
      ],
      isUsual: true,
    },
  ],
  [
    'new-kubeadm',
    {
      flags: [
        ...[...PERSON, '--distribution', 'kubeadm', '--storage', 'existing:longhorn', '--with', 'postgresql'],
        ...[...THREE_NODES, ...BUCKET],
      ],
      isUsual: false,
    },
  ],
]);

/** A cluster that was typed. */
export interface Typed extends Outcome {
  /** Clone of what the person published: what was left out of the commit is not in it. */
  readonly root: string;
  /** Types the command of argocd/README.md that makes Secrets, with the person's values; gives what it prints. */
  readonly secrets: (command: string) => Promise<string>;
}

/**
 * Makes a cluster as README.md tells a person to, with nothing but what it says.
 *
 * @param folder gets the person's copy of this repository; does not exist yet
 */
export async function typeNewCluster(name: string, folder: string): Promise<Typed> {
  const { flags = [] } = NEW_CLUSTERS.get(name) ?? {};
  mkdirSync(folder, { recursive: true });
  const person = new FirstHour({ folder, name, today: new Date().toISOString().slice(0, 10) });
  const before = person.paths.length;
  await person.typeReadme(flags);
  const root = join(folder, 'published');
  person.clone(root);
  return {
    root,
    secrets: (command) => person.typeSecrets(command),
    proved: `${person.typed} commands of README.md, no file by hand: ${person.paths.length - before} files are published`,
    problems: [],
  };
}
