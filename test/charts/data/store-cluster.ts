import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubeObject } from '../../../charts/core/objects';
import { parseSettings } from '../../../charts/settings';
import { checkAll } from '../../../checks/all';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';

const root = join(__dirname, '../../..');

/** Staging with these blocks in its environment and larger nodes, as text. */
function settingsText(blocks: object): string {
  const data = parse(readFileSync(join(root, 'clusters/staging/cluster.yaml'), 'utf8'));
  data.environments[0].components = blocks;
  data.nodes[1] = { ...data.nodes[1], count: 3, cpu: 8, memory: '16Gi' };
  return stringify(data);
}

const read = (blocks: object) => parseSettings(settingsText(blocks), 'cluster.yaml');

/** What is wrong with the blocks, as `path: problem. remedy`. */
export const mistakesOf = (blocks: object): string[] =>
  read(blocks).problems.map(
    ({ path, problem, remedy }) => `${path.replace('environments.0.components.', '')}: ${problem}. ${remedy}`,
  );

/** The cluster as it is rendered, and what the checks find in it. */
export class StoreCluster {
  readonly objects: readonly (KubeObject & Record<string, any>)[];
  readonly secrets: readonly string[];
  readonly findings: readonly string[];

  constructor(blocks: object) {
    const { settings, problems } = read(blocks);
    if (!settings) throw new Error(JSON.stringify(problems));
    const rendered = renderCluster(settings);
    this.objects = rendered.objects.map(({ object }) => object);
    this.secrets = rendered.declarations.secrets.map(({ name }) => name);
    const findings = checkAll({ ...rendered, settings, today: '2026-11-20', runbooks: readRunbooks(root) });
    this.findings = findings.map(
      ({ rule, object, field, problem }) => `[${rule}] ${object} ${field}: ${problem}`,
    );
  }

  has(kind: string, name: string): boolean {
    return this.objects.some((object) => object.kind === kind && object.metadata.name === name);
  }

  pick(kind: string, name: string): KubeObject & Record<string, any> {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found;
  }

  /** A container of a workload's pods. */
  container(kind: string, workload: string, name: string): Record<string, any> {
    const { spec } = this.pick(kind, workload);
    const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
    const found = [...(pod.initContainers ?? []), ...pod.containers].find((one) => one.name === name);
    if (!found) throw new Error(`no container ${name} in ${kind} ${workload}`);
    return found;
  }

  /** Names of alerts. */
  alerts(rule: string): string[] {
    return this.pick('PrometheusRule', rule)['spec'].groups.flatMap((group: any) =>
      group.rules.map(({ alert }: any) => alert),
    );
  }
}
