import { z } from 'zod';
import { cpu, dnsLabel, dnsName, matching, memory } from './scalars';

// What an environment of a cluster's YAML file may say.

export const enabled = z
  .boolean()
  .default(true)
  .describe('false leaves it out, and keeps the block for later.');
export const podSecurity = z.enum(['restricted', 'baseline', 'privileged']).default('restricted');

const quota = z
  .strictObject({
    cpu: cpu.exactOptional().describe('Sum of CPU requests.'),
    memory: memory.exactOptional().describe('Sum of memory requests.'),
    storage: memory.exactOptional().describe('Sum of the sizes of claims.'),
  })
  .prefault({})
  .describe('What all pods and claims of the namespace may request together. Default: from the profile.');

const database = matching(
  'a database name',
  /^[a-z]([a-z0-9_]{0,30}[a-z0-9])?$/,
  'xwiki',
  'Use at most 32 lower-case letters, digits and inner underscores, beginning with a letter',
);

const mysql = z
  .strictObject({
    enabled,
    version: z
      .enum(['8.0', '8.4'])
      .default('8.0')
      .describe('Release series. 8.0 ended in April 2026: see images.endOfLife.'),
    size: memory.default('50Gi').describe('Data volume, of the database class.'),
    memory: memory.default('1Gi').describe('Memory limit; the buffer pool is sized from it.'),
    cpu: cpu.default('250m').describe('CPU request.'),
    databases: z
      .array(database)
      .default([])
      .describe('Databases to create, each with an account of the same name that may use nothing else.'),
  })
  .describe('One MySQL server. Leave the block out for none.');

const postgresql = z
  .strictObject({
    enabled,
    version: z.enum(['16', '17', '18']).default('17').describe('Major version.'),
    size: memory.default('20Gi').describe('Data volume of each server, of the database class.'),
    memory: memory
      .default('1Gi')
      .describe('Memory limit of each server; buffers and connections are sized from it.'),
    cpu: cpu.default('250m').describe('CPU request of each server.'),
    databases: z
      .array(database)
      .default([])
      .describe(
        'Databases to create, each with an account of the same name that may read and write rows, and one named <database>_owner for migrations.',
      ),
    standbys: z
      .int()
      .min(0)
      .max(4)
      .default(0)
      .describe('Servers that follow the primary and serve reads. Each wants a node of its own.'),
    synchronous: z
      .boolean()
      .default(false)
      .describe(
        'Whether a commit waits until one standby has it: nothing is lost with the primary, but writes stop when no standby is left. Needs two standbys.',
      ),
    primary: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Number of the server that takes writes. Changed by a switchover or a promotion, see its runbook.',
      ),
    pooler: z
      .boolean()
      .default(true)
      .describe('Whether PgBouncer stands before it; then it is what applications connect to.'),
  })
  .describe('One PostgreSQL, with standbys where wanted. Leave the block out for none.');

const xwiki = z
  .strictObject({
    enabled,
    version: z.enum(['17.10', '17.3']).default('17.10').describe('Release series.'),
    host: dnsName.describe(
      'Host name of the wiki; it gets a certificate. It need not lie under the domain of the cluster.',
    ),
    size: memory
      .default('10Gi')
      .describe('Volume for attachments and the search index, of the general class.'),
    memory: memory.default('2Gi').describe('Memory limit; the Java heap is sized from it.'),
    cpu: cpu.default('500m').describe('CPU request.'),
  })
  .describe(
    'One XWiki; it needs MySQL with a database named xwiki in the same environment. Leave the block out for none.',
  );

export const environment = z
  .strictObject({
    name: dnsLabel.describe('Name of the environment, a suffix of its Applications and folders.'),
    namespace: dnsLabel.exactOptional().describe('Its namespace. Default: the name.'),
    stage: z.enum(['dev', 'staging', 'prod']).describe('How serious it is; becomes the label `environment`.'),
    podSecurity: podSecurity.describe('Pod Security Standard that the namespace enforces.'),
    quota,
    components: z
      .strictObject({
        mysql: mysql.exactOptional(),
        postgresql: postgresql.exactOptional(),
        xwiki: xwiki.exactOptional(),
      })
      .prefault({})
      .describe('What runs in it: one instance each, shared with no other environment.'),
  })
  .describe("One namespace of people's work.");
