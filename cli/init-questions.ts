import { COMPONENT_NAMES, DEFAULT_ADDRESSES, DEFAULT_NODE, type InitFlags } from './init-settings';

/** Puts one question to a person, and gives the answer. */
export type Ask = (question: string) => Promise<string>;

interface Question {
  readonly flag: keyof InitFlags;
  readonly text: string;
  readonly preset?: string;
  /** Whether several answers may stand there, with blanks between them. */
  readonly isList?: true;
}

const QUESTIONS: readonly Question[] = [
  { flag: 'distribution', text: 'Distribution, k3s or kubeadm', preset: 'k3s' },
  { flag: 'domain', text: 'Domain of the cluster, such as example.com' },
  {
    flag: 'node',
    text: 'Nodes, as name:cores:memory:disk[:role[:count]]',
    preset: DEFAULT_NODE,
    isList: true,
  },
  { flag: 'nodeAddresses', text: 'Addresses of the nodes', preset: DEFAULT_ADDRESSES },
  {
    flag: 'environment',
    text: 'Environments, as name[:stage] with dev, staging or prod',
    preset: 'dev',
    isList: true,
  },
  { flag: 'with', text: `What runs, of ${COMPONENT_NAMES.join(', ')}`, preset: '', isList: true },
  { flag: 'contact', text: "Mailbox for Let's Encrypt" },
  { flag: 'repository', text: 'URL of this repository as Argo CD reads it' },
  { flag: 'backup', text: 'Bucket for backups, as https://<endpoint>/<bucket>', preset: '' },
];

const OF_BUCKET: readonly Question[] = [
  { flag: 'backupRegion', text: 'Region of the bucket' },
  { flag: 'backupRecipient', text: 'age recipient that backups are encrypted to (age-keygen prints it)' },
];

const WITHOUT: Question = {
  flag: 'withoutBackup',
  text: 'Why nothing has to be backed up; empty: it has to be',
  preset: '',
};

/** The flags, with an answer for each that was not given. An empty answer is the preset. */
export async function askMissing(flags: InitFlags, ask: Ask): Promise<InitFlags> {
  let known = flags;
  for (const question of QUESTIONS) known = await answered(known, question, ask);
  const rest = known.backup === undefined ? [WITHOUT] : OF_BUCKET;
  for (const question of rest) known = await answered(known, question, ask);
  return known;
}

async function answered(
  flags: InitFlags,
  { flag, text, preset, isList }: Question,
  ask: Ask,
): Promise<InitFlags> {
  if (flags[flag] !== undefined) return flags;
  const answer = (await ask(`${text}${preset ? ` [${preset}]` : ''}: `)).trim() || preset;
  if (!answer) return flags;
  return { ...flags, [flag]: isList ? answer.split(/[\s,]+/) : answer };
}
