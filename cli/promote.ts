import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { parse } from 'yaml';
import { parseSettings } from '../charts/settings';
import { TITLES } from '../diff/line';
import { subject } from '../diff/text';
import { nearest } from '../settings/nearest';
import { formatPath, type Path } from '../settings/problem';
import { formatProblem, type LoadedCluster } from './load';
import { harmOf, type Moment } from './promote-harm';
import { componentIds, unitsOf, type Side, type Staying, type Unit } from './promote-changes';
import { edited, obstacleTo } from './promote-text';
import { replaceFiles } from './replace-files';
import { failureFrom, failureOf, load, renderAndCheck, type Failure, type Workspace } from './session';
import { UsageError } from './usage-error';

export interface PromoteOptions {
  /** Ids of components of the second cluster; none for all that are on in both, and the sections. */
  readonly component: readonly string[];
  readonly dryRun: boolean;
}

/** A setting by its name in the file. */
interface Carried {
  readonly key: string;
  readonly old?: unknown;
  readonly new: unknown;
}

export interface PromoteOutcome {
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly carried: readonly Carried[];
  readonly stays: readonly { readonly key: string; readonly why: string }[];
  /** The file's change as a unified diff; empty where there is none. */
  readonly patch: string;
  readonly isDryRun: boolean;
  readonly failures: readonly Failure[];
}

/**
 * Carries settings that one cluster has in force into the file of another. The result is loaded, rendered and checked as it would lie there
 * before anything is written, and what would fail or put data at risk on the running cluster is left out unless its component is named.
 */
export function promote(
  workspace: Workspace,
  from: string,
  to: string,
  options: PromoteOptions,
): PromoteOutcome {
  const file = `clusters/${to}/cluster.yaml`;
  const nothing = { from, to, file, ...NOTHING, isDryRun: options.dryRun };
  try {
    if (from === to) throw new UsageError(to, 'both are the same cluster', 'Name two clusters');
    const { clusters, failures } = load(workspace, [from, to]);
    const [source, target] = [from, to].map((name) => clusters.find((one) => one.name === name));
    if (!source || !target) return { ...nothing, failures };
    refuseUnknown(options.component, source, target);
    return { ...nothing, ...new Promotion(workspace, source, target, options).result() };
  } catch (error) {
    return { ...nothing, failures: [failureFrom(to, error)] };
  }
}

function refuseUnknown(named: readonly string[], source: LoadedCluster, target: LoadedCluster): void {
  const known = componentIds(target.settings);
  for (const id of named) {
    if (!known.includes(id)) {
      const near = nearest(id, known);
      const remedy = near === undefined ? `There are ${known.join(', ')}` : `Did you mean ${near}?`;
      throw new UsageError(`--component ${id}`, `${target.name} can have no such component`, remedy);
    }
    if (!unitsOf(sideOf(source, ''), sideOf(target, ''), new Set([id])).length)
      throw new UsageError(
        `--component ${id}`,
        `it is off in ${source.name}, which has proved nothing of it`,
        `Name a component that runs in ${source.name}`,
      );
  }
}

const sideOf = ({ name, settings }: LoadedCluster, text: string): Side => ({
  ...{ name, settings },
  written: parse(text, { logLevel: 'error' }) as unknown,
});

type Result = Pick<PromoteOutcome, 'carried' | 'stays' | 'patch' | 'failures'>;

const NOTHING = { carried: [], stays: [], patch: '' } as const;

class Promotion {
  private readonly text: string;
  private readonly named: ReadonlySet<string>;
  private readonly stays: Staying[] = [];

  constructor(
    private readonly workspace: Workspace,
    private readonly source: LoadedCluster,
    private readonly target: LoadedCluster,
    private readonly options: PromoteOptions,
  ) {
    this.text = readFileSync(join(workspace.root, target.file), 'utf8');
    this.named = new Set(options.component);
  }

  result(): Result {
    const { target, source, options, workspace } = this;
    const other = readFileSync(join(workspace.root, source.file), 'utf8');
    const units = unitsOf(sideOf(source, other), sideOf(target, this.text), this.named);
    this.stays.push(...units.flatMap(({ stays }) => stays));
    const before = this.rendered(this.text);
    if ('messages' in before) return { ...NOTHING, failures: [before] };
    const kept = this.withoutHarm(this.withoutObstacles(units), before);
    const text = textWith(this.text, kept);
    const after = this.rendered(text);
    if ('messages' in after) return this.refused(after);
    if (text !== this.text && !options.dryRun)
      replaceFiles(
        join(workspace.root, 'clusters', target.name),
        [{ path: 'cluster.yaml', content: () => text, exists: true }],
        [],
      );
    return this.told(kept, text);
  }

  private told(kept: readonly Unit[], text: string): Result {
    const { file } = this.target;
    return {
      carried: kept.flatMap(({ carried }) =>
        carried.map(({ path, old, new: value }) => ({ key: this.keyOf(path), old, new: value })),
      ),
      stays: this.stays.map(({ path, why }) => ({ key: this.keyOf(path), why })),
      patch: text === this.text ? '' : createTwoFilesPatch(`a/${file}`, `b/${file}`, this.text, text),
      failures: [],
    };
  }

  /** A text as it would lie in the file: what it renders, or everything that is wrong with it. */
  private rendered(text: string): Moment | Failure {
    const { name, file } = this.target;
    const { settings, problems, locate } = parseSettings(text, file, name);
    if (!settings) return { cluster: name, messages: problems.map(formatProblem), problems, findings: [] };
    const checked = renderAndCheck(this.workspace, { name, file, settings, locate });
    if (!('rendered' in checked)) return checked;
    return checked.findings.length ? failureOf(name, checked.findings) : { text, rendered: checked.rendered };
  }

  private refused(failure: Failure): Result {
    const { file } = this.target;
    const first = `${file}: with these settings it would be wrong, and stays as it is. Name other components, or write by hand what is missing:`;
    return { ...NOTHING, failures: [{ ...failure, messages: [first, ...failure.messages] }] };
  }

  private withoutObstacles(units: readonly Unit[]): Unit[] {
    return units.map((unit) => ({
      ...unit,
      carried: unit.carried.filter(({ path, new: value }) => {
        const why = obstacleTo(this.text, { path, value });
        if (why !== undefined) this.stays.push({ path, why });
        return why === undefined;
      }),
    }));
  }

  /** Without sections and blocks that by themselves would be wrong, fail or put data at risk, where nobody named their component. */
  private withoutHarm(units: readonly Unit[], before: Moment): Unit[] {
    const changing = units.filter(({ carried }) => carried.length);
    const free = changing.filter(({ component }) => component === undefined || !this.named.has(component));
    if (!free.length || this.harm(changing, before) === undefined) return changing;
    return changing.filter((unit) => {
      const why = free.includes(unit) ? this.harm([unit], before) : undefined;
      if (why === undefined) return true;
      const way =
        unit.component === undefined ? 'Change it by hand' : `--component ${unit.component} carries it`;
      this.stays.push(...unit.carried.map(({ path }) => ({ path, why: `${why}. ${way}` })));
      return false;
    });
  }

  /** The worst that these units do by themselves; undefined where they do no harm. */
  private harm(units: readonly Unit[], before: Moment): string | undefined {
    const after = this.rendered(textWith(this.text, units));
    if ('messages' in after) {
      const [first] = [...(after.problems ?? []), ...after.findings];
      return first ? `${first.problem}. ${first.remedy}` : after.messages[0];
    }
    const [worst] = harmOf(this.workspace.root, this.target.name, before, after);
    return worst && `${TITLES[worst.class].toLowerCase()}: ${subject(worst)}: ${worst.consequence}`;
  }

  /** `environments[prod].components.mysql.version` */
  private keyOf(path: Path): string {
    const [first, index, ...rest] = path;
    if (first !== 'environments' || typeof index !== 'number') return formatPath(path);
    const name = this.target.settings.environments[index]?.name ?? index;
    return `environments[${name}].${formatPath(rest)}`;
  }
}

const textWith = (text: string, units: readonly Unit[]): string =>
  edited(
    text,
    units.flatMap(({ carried }) => carried.map(({ path, new: value }) => ({ path, value }))),
  );
