import { z } from 'zod';
import { nearest } from '../../settings/nearest';
import type { NodeSettings } from '../../settings/base';
import { either, type Mistake } from '../../settings/problem';
import { duplicates, named } from '../../settings/rule';
import { dnsLabel, provisioner } from '../../settings/scalars';
import { own } from '../../settings/own';
import { section } from '../core/definition';

/** Provisioner of Longhorn, whose parameters are its own. */
export const LONGHORN = 'driver.longhorn.io';

const storageClass = z
  .strictObject({
    name: dnsLabel.describe('Name of the StorageClass.'),
    provisioner: provisioner.default(LONGHORN).describe('CSI driver that makes its volumes.'),
    fsType: z
      .enum(['ext4', 'xfs'])
      .default('ext4')
      .describe('File system. xfs suits databases: it preallocates large files without writing them.'),
    replicas: z.int().min(1).max(5).default(1).describe('Copies of each volume, each on its own node.'),
    reclaimPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe('What becomes of the volume of a deleted claim.'),
    existing: z
      .boolean()
      .default(false)
      .describe('true: the cluster has it already, as k3s has local-path; only its name is used.'),
  })
  .describe('One StorageClass.');

const schema = own(
  'installation',
  z
    .strictObject({
      classes: z.array(storageClass).min(1).describe('StorageClasses of the cluster.'),
      general: dnsLabel.describe('Class of ordinary volumes.'),
      database: dnsLabel.describe("Class of databases' volumes."),
    })
    .describe('Where data lies.'),
);

export type StorageSettings = z.output<typeof schema>;

/** Where data lies. */
export const storage = section({
  name: 'storage',
  layer: 'storage',
  schema,
  mistakes: (settings, { nodes }) => [
    ...duplicates(named(settings.classes, 'classes')),
    ...(nodes ? tooManyCopies(settings, nodes) : []),
    ...unknownClasses(settings),
  ],
});

function tooManyCopies({ classes }: StorageSettings, nodes: readonly NodeSettings[]): readonly Mistake[] {
  const count = nodes.reduce((sum, node) => sum + (node.schedulable ? node.count : 0), 0);
  return classes.flatMap(({ provisioner, existing, replicas }, index) =>
    provisioner !== LONGHORN || existing || replicas <= count
      ? []
      : {
          path: ['classes', index, 'replicas'],
          problem: `${replicas} copies need as many nodes that run pods, and there are ${count}`,
          remedy: `Use ${Math.max(count, 1)}: a volume that cannot be copied stays degraded for ever`,
        },
  );
}

function unknownClasses(settings: StorageSettings): readonly Mistake[] {
  const known = settings.classes.map(({ name }) => name);
  return (['general', 'database'] as const).flatMap((use) => {
    const name = settings[use];
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const remedy = near === undefined ? `Use ${either(known)}` : `Did you mean "${near}"?`;
    return { path: [use], problem: `"${name}" is no class of storage.classes`, remedy };
  });
}
