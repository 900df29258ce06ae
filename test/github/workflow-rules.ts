import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly if?: string;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions?: Record<string, string>;
  readonly concurrency?: { readonly 'cancel-in-progress'?: boolean };
  readonly jobs: Record<string, Job>;
}

type Rule = (workflow: Workflow, text: string) => string[];

/** The only permissions above `read`, as `job: permission`. */
const MAY_WRITE = ['commit: contents', 'comment: pull-requests'];

/** What a job that may write runs: no npm, and no script but these, which take nothing from packages at its word. */
const RUN_WITH_WRITE = /^\.github\/scripts\/(commit-dist|post-review)\.sh /;

/** GitHub cancels a job after 360 minutes unless told; ours take a few. */
const MAX_MINUTES = 30;

/** None of them lends a secret to a fork: the last two run what is on the default branch, or what somebody with write access chose. */
const TRIGGERS = ['push', 'pull_request', 'schedule', 'workflow_dispatch'];

const writes = (job: Job) => Object.entries(job.permissions ?? {}).filter(([, level]) => level !== 'read');

/** Whether the job's token can push, which git finds where checkout left it; all others say their token to whom they ask. */
const pushes = (job: Job) => writes(job).some(([permission]) => permission === 'contents');

const steps = (workflow: Workflow) =>
  Object.entries(workflow.jobs).flatMap(([name, job]) => job.steps.map((step) => ({ name, job, step })));

const rules: Record<string, Rule> = {
  trigger: ({ on }) => Object.keys(on).filter((event) => !TRIGGERS.includes(event)),

  permissions: ({ permissions, jobs }) => [
    ...(permissions && Object.values(permissions).every((level) => level === 'read') ? [] : ['top level']),
    ...Object.entries(jobs).flatMap(([name, job]) =>
      job.permissions
        ? writes(job)
            .map(([permission]) => `${name}: ${permission}`)
            .filter((grant) => !MAY_WRITE.includes(grant))
        : [`${name}: not declared`],
    ),
  ],

  pinned: (workflow, text) => {
    const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    const pinned = lines.filter((line) => /uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));
    const used = steps(workflow).filter(({ step }) => step.uses !== undefined).length;
    return [
      ...lines.filter((line) => !pinned.includes(line)).map((line) => line.trim()),
      ...(used === lines.length ? [] : [`${used} actions used on ${lines.length} lines`]),
    ];
  },

  timeout: ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, job]) => !((job['timeout-minutes'] ?? Infinity) <= MAX_MINUTES))
      .map(([name]) => name),

  concurrency: ({ concurrency }) => (concurrency?.['cancel-in-progress'] ? [] : ['superseded runs go on']),

  /** Values from outside reach a shell by `env:` only, and logic lives in a script that has tests. */
  shell: (workflow) =>
    steps(workflow)
      .map(({ step }) => step.run ?? '')
      .filter((run) => /\$\{\{|[\n;&|`]|\$\(/.test(run)),

  credentials: (workflow) =>
    steps(workflow)
      .filter(({ step }) => step.uses?.startsWith('actions/checkout@'))
      .filter(({ job, step }) => step.with?.['persist-credentials'] !== pushes(job))
      .map(({ name }) => name),

  /** A job whose token can write runs no code of packages, and never for a fork. */
  separation: (workflow) => [
    ...steps(workflow)
      .filter(({ job, step }) => writes(job).length > 0 && step.run !== undefined)
      .filter(({ step }) => !RUN_WITH_WRITE.test(step.run ?? ''))
      .map(({ name, step }) => `${name}: ${step.run ?? ''}`),
    ...Object.entries(workflow.jobs)
      .filter(([, job]) => writes(job).length > 0 && !job.if?.includes(OWN_BRANCH))
      .map(([name]) => `${name}: runs for a fork`),
  ],
};

const OWN_BRANCH = 'github.event.pull_request.head.repo.full_name == github.repository';

export const parseWorkflow = (text: string) => parse(text) as Workflow;

/** What is wrong with a workflow, as `rule: place`. */
export function workflowFindings(text: string): string[] {
  const workflow = parseWorkflow(text);
  return Object.entries(rules).flatMap(([name, rule]) =>
    rule(workflow, text).map((place) => `${name}: ${place}`),
  );
}
