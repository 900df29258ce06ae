import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import type { Api, Answer } from '../e2e/api';
import { findBinaries } from '../e2e/binaries';
import { startControlPlane } from '../e2e/control-plane';
import { Processes, sleep } from '../e2e/processes';
import { ProgrammeError } from '../e2e/report';
import { admissionPolicy } from './admission';
import { BROKEN, GOOD, namespaceOf, OLD } from './cases';
import { clustersWithPolicies } from './rendered';

/** How long the API server may take until it judges by a new policy. */
const IN_FORCE_MILLISECONDS = 60_000;
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const RESOURCES: Readonly<Record<string, string>> = { Ingress: 'ingresses' };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const failures: string[] = [];
let checked = 0;

void main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'strata-policies-'));
  const processes = new Processes(folder);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  let api: Api | undefined;
  try {
    const binaries = await findBinaries(resolve('test/e2e/tools'), say, PROGRAMS);
    ({ api } = await startControlPlane({ binaries, processes, folder, services: '10.96.0.0/16' }));
    await judge(api);
  } catch (error) {
    failures.push(error instanceof ProgrammeError ? error.message : String((error as Error).stack));
  } finally {
    api?.close();
    await processes.stop();
  }
  for (const failure of failures) say(failure);
  say(`\n${checked} objects judged, ${failures.length} failures`);
  rmSync(folder, { recursive: true, force: true });
  process.exit(failures.length ? 1 : 0);
}

async function judge(api: Api): Promise<void> {
  const clusters = clustersWithPolicies();
  const [first] = clusters;
  if (!first) throw new ProgrammeError('There is no cluster to take policies from');
  for (const [name, environment] of [
    ['judged', 'prod'],
    ['platform', 'platform'],
  ] as const) {
    const labels = { environment };
    await apply(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
  for (const namespace of ['judged', 'platform', 'default']) await untilReady(api, namespace);
  await create(api, OLD, 'judged', false);
  for (const object of first.policies.flatMap(admissionPolicy)) await apply(api, object);
  await untilInForce(api);

  const messages = await brokenOnes(api);
  for (const message of first.policies.flatMap(messagesOf))
    if (!messages.some((text) => text.includes(message))) failures.push(`no case is told "${message}"`);
  for (const { title, object } of GOOD) expectAdmitted(`good: ${title}`, await create(api, object, 'judged'));
  await oldOne(api);
  for (const { name, objects } of clusters)
    for (const object of objects) {
      const { kind, metadata } = object;
      expectAdmitted(`${name}: ${kind} ${metadata.name}`, await create(api, object, 'judged'));
    }
}

/** What is wrong is refused by the policy that it is wrong for, in environments only. Returns what was told. */
async function brokenOnes(api: Api): Promise<readonly string[]> {
  const told: string[] = [];
  for (const [policy, cases] of Object.entries(BROKEN))
    for (const { title, object } of cases) {
      const about = `${policy}: ${title}`;
      const { status, body } = await create(api, object, namespaceOf(policy));
      checked++;
      const message = String(body.message);
      if (status === 201) failures.push(`${about}: was admitted`);
      else if (!message.includes(`'vpol-${policy}'`)) failures.push(`${about}: ${message}`);
      told.push(message);
      expectAdmitted(`${about}, in a namespace of the platform`, await create(api, object, 'platform'));
    }
  return told;
}

/** A pod that was there before the policies may get a label, and no other wrong image. */
async function oldOne(api: Api): Promise<void> {
  const object = { ...OLD, metadata: { ...OLD.metadata, namespace: 'judged' } };
  const labelled = await api.patch(object, { metadata: { labels: { seen: 'yes' } } });
  expectAdmitted('a label for a pod that was there before', labelled, 200);
  const image = 'ghcr.io/example/app:2.0.0';
  const changed = await api.patch(
    { ...object },
    { spec: { containers: [{ ...(object as any).spec.containers[0], image }] } },
  );
  checked++;
  if (changed.status === 200)
    failures.push('another image without a digest for a pod that was there: was admitted');
}

function expectAdmitted(about: string, { status, body }: Answer, expected = 201): void {
  checked++;
  if (status !== expected) failures.push(`${about}: ${status} ${body.message}`);
}

const messagesOf = (policy: KubeObject): string[] =>
  (policy as KubeObject & { spec: { validations: { message: string }[] } }).spec.validations.map(
    ({ message }) => message,
  );

async function apply(api: Api, object: KubeObject): Promise<void> {
  const { status, body, warnings } = await api.apply(object, JSON.stringify(object));
  if (status >= 300 || warnings.length)
    throw new ProgrammeError(
      `${object.kind} ${object.metadata.name}: ${status} ${body.message} ${warnings.join(', ')}`,
    );
}

function create(api: Api, object: KubeObject, namespace: string, isDry = true): Promise<Answer> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource = RESOURCES[kind] ?? `${kind.toLowerCase()}s`;
  const body = JSON.stringify({ ...object, metadata: { ...metadata, namespace } });
  return api.request(
    'POST',
    `${root}/namespaces/${namespace}/${resource}${isDry ? '?dryRun=All' : ''}`,
    body,
  );
}

/** A namespace takes pods once it has its account. */
async function untilReady(api: Api, namespace: string): Promise<void> {
  await until(`account of ${namespace}`, async () => {
    const { status } = await api.request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`);
    return status === 200;
  });
}

async function untilInForce(api: Api): Promise<void> {
  for (const [policy, [example]] of Object.entries(BROKEN)) {
    if (!example) continue;
    await until(`policy ${policy}`, async () => {
      const { status } = await create(api, example.object, namespaceOf(policy));
      return status !== 201;
    });
  }
}

async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + IN_FORCE_MILLISECONDS;
  while (!(await isThere())) {
    if (performance.now() > deadline)
      throw new ProgrammeError(`${what}: not there after ${IN_FORCE_MILLISECONDS / 1000} s`);
    await sleep(200);
  }
}
