import type { InitOutcome } from './init';

/** What was written, and what a person does next. */
export function initLines({ created, isDryRun }: InitOutcome): string[] {
  if (!created) return [];
  const { file, text, objects, next } = created;
  const steps: (readonly [string, readonly string[]])[] = [
    ['The nodes:', next.nodes],
    ['DNS records, each to the addresses of the nodes (A or AAAA):', next.dns],
    ['Alerts:', next.alerts],
    [
      'Values that only you have, each in a file of its own:',
      next.secrets.map(({ key, description }) => `${key}: ${description}`),
    ],
    ['Render and publish:', next.publish],
    [
      'Bootstrap, once, with kubectl at the new cluster (argocd/README.md says what each does):',
      next.bootstrap,
    ],
  ];
  return [
    ...(isDryRun ? [text] : []),
    `${file}  ${isDryRun ? 'would be written' : 'written'}; it renders ${objects} objects without a finding`,
    ...steps
      .filter(([, lines]) => lines.length)
      .flatMap(([title, lines], index) => [
        '',
        `${index + 1}. ${title}`,
        ...lines.flatMap((line) => line.split('\n').map((part) => `   ${part}`)),
      ]),
  ];
}
