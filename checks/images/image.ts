import { lockedImage, type Image } from '../../imports/images';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { asArray, asText, containersOf, findingsOf, settingsFile } from '../core/workloads';
import type { RenderedObject } from '../../charts/core/render';

/** Repository, tag and digest. The digest is what is pulled; the tag tells people which version that is. */
const REFERENCE = /^([^\s:@]+(?::[0-9]+\/[^\s:@]+)?):([\w][\w.-]{0,127})@sha256:[0-9a-f]{64}$/;
/** Controllers that start pods themselves take the image as a flag: `--acme-http01-solver-image=…`. */
const IMAGE_FLAG = /^--?[a-z0-9-]*image=(.+)$/;
const DEFAULT_REGISTRY = 'docker.io';
const RENDER_AGAIN = 'Name an image of imports/images.yaml in the component, and render again';

interface Use {
  readonly rendered: RenderedObject;
  readonly field: string;
  readonly reference: unknown;
}

const finding = findingsOf('image');

/**
 * Images are what the lock says: with tag and digest, from an allowed registry, and not past their end of life, unless the settings
 * accept that until a day that has not passed.
 */
export const image: Rule = {
  name: 'image',
  check: (input) => {
    const rows = new Map<string, Image>();
    const findings: Finding[] = [];
    for (const use of uses(input)) {
      const problem = problemOf(use.reference, input);
      if (problem) findings.push(finding(use.rendered, use.field, ...problem));
      const row = typeof use.reference === 'string' ? lockedImage(use.reference) : undefined;
      if (row) rows.set(lineOf(row.name, row.line), row);
    }
    return [...findings, ...acceptances(input, rows)];
  },
};

function uses(input: CheckInput): Use[] {
  return ObjectSet.of(input).pods.flatMap((template) =>
    containersOf(template).flatMap(({ container, path }) => {
      const { rendered } = template;
      const flags = asArray(container.args).flatMap((arg, index) => {
        const reference = IMAGE_FLAG.exec(asText(arg) ?? '')?.[1];
        return reference === undefined ? [] : [{ rendered, field: `${path}.args[${index}]`, reference }];
      });
      return [{ rendered, field: `${path}.image`, reference: container.image }, ...flags];
    }),
  );
}

/** The first thing that is wrong with a reference; the rest would follow from it. */
function problemOf(reference: unknown, { settings, today }: CheckInput): [string, string] | undefined {
  if (typeof reference !== 'string') return ['no image is named', RENDER_AGAIN];
  const match = REFERENCE.exec(reference);
  if (!match) return [`"${reference}" is not repository:tag@sha256:<64 hex digits>`, RENDER_AGAIN];
  const [, repository = '', tag] = match;
  if (tag === 'latest') return [`"${reference}" has the tag latest, which says nothing`, RENDER_AGAIN];
  const registry = registryOf(repository);
  if (!settings.images.registries.includes(registry)) {
    const allowed = settings.images.registries.join(', ');
    return [`registry ${registry} is not one of ${allowed}`, 'Add it to images.registries, or take another'];
  }
  const row = lockedImage(reference);
  if (!row) return [`"${reference}" is not in imports/images.yaml`, RENDER_AGAIN];
  const { name, line, endOfLife } = row;
  if (endOfLife === null || today <= endOfLife || acceptanceOf(settings, name, line)) return undefined;
  return [
    `${name} ${line} came to its end on ${endOfLife}: upstream mends nothing any more`,
    `Choose a later line, or accept ${name} "${line}" in images.endOfLife with a reason and a day`,
  ];
}

/** As container runtimes read it: the part before the first slash, if that can be a host. */
function registryOf(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  return rest.length && (/[.:]/.test(first) || first === 'localhost') ? first : DEFAULT_REGISTRY;
}

const lineOf = (name: string, line: string): string => `${name} ${line}`;

const acceptanceOf = ({ images }: CheckInput['settings'], name: string, line: string) =>
  images.endOfLife.find(({ image, version }) => image === name && version === line);

/** Acceptances that ran out, and those that accept nothing of this cluster. */
function acceptances({ settings, today }: CheckInput, rows: ReadonlyMap<string, Image>): Finding[] {
  return settings.images.endOfLife.flatMap(({ image, version, until }, index) => {
    const about = (problem: string, remedy: string): Finding => ({
      rule: 'image',
      object: `Settings ${settings.name}`,
      file: settingsFile(settings.name),
      field: `images.endOfLife[${index}]`,
      problem,
      remedy,
      setting: ['images', 'endOfLife', index],
    });
    const endOfLife = rows.get(lineOf(image, version))?.endOfLife;
    if (endOfLife === undefined || endOfLife === null)
      return [about(`nothing of ${image} ${version} that has an end runs here`, 'Remove the entry')];
    if (today <= endOfLife || today <= until) return [];
    const ended = `${image} ${version} came to its end on ${endOfLife}, and was accepted until ${until} only`;
    return [about(ended, 'Choose a later line, or renew the acceptance')];
  });
}
