import type { SecretDeclaration } from '../../charts/core/render';
import { credentialIn, isCredentialVariable } from './credentials';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { secretUses } from './uses';
import {
  asArray,
  asText,
  child,
  containersOf,
  fieldsOf,
  findingsOf,
  isObject,
  nameOf,
  show,
} from '../core/workloads';

/** `{password}` in a template stands for another key. */
const PLACEHOLDER = /\{([A-Za-z0-9._-]+)\}/g;

const finding = findingsOf('secret');

/**
 * No value of a secret lies in the set, and what is declared makes sense: every declared Secret is used, declared once, and can be made
 * from what it is made of. That references exist is the business of the rule `reference`.
 */
export const secret: Rule = {
  name: 'secret',
  check: (input) => [
    ...values(input),
    ...variables(input),
    ...texts(input),
    ...unused(input),
    ...twice(input.declarations.secrets),
    ...unmakeable(input.declarations.secrets),
  ],
};

function values(input: CheckInput): Finding[] {
  return ObjectSet.of(input)
    .ofKind('Secret')
    .flatMap((rendered) =>
      ['data', 'stringData']
        .filter((field) => fieldsOf(rendered.object[field]).length)
        .map((field) =>
          finding(
            rendered,
            field,
            'the value of a secret is in the repository',
            'Take the value out and replace it wherever it is in use, since git forgets nothing. Declare the Secret in a component; `strata secrets <cluster> --generate` prints one for kubectl, which is never committed',
          ),
        ),
    );
}

function variables(input: CheckInput): Finding[] {
  return ObjectSet.of(input).pods.flatMap((pod) =>
    containersOf(pod).flatMap(({ container, path }) =>
      asArray(container.env).flatMap((entry, index) => {
        const { name, value } = (entry ?? {}) as { name?: unknown; value?: unknown };
        if (!isCredentialVariable(asText(name) ?? '', asText(value) ?? '')) return [];
        const problem = `variable ${show(name)} has its value in clear`;
        return [
          finding(pod.rendered, `${path}.env[${index}].value`, problem, 'Take it from a declared Secret'),
        ];
      }),
    ),
  );
}

/** Every text of every object, at whatever place. A Secret's values are a finding of their own. */
function texts({ objects }: CheckInput): Finding[] {
  return objects
    .filter(({ object }) => object.kind !== 'Secret' && holdsCredential(object))
    .flatMap((rendered) =>
      credentials(rendered.object, '').map(([path, kind]) =>
        finding(rendered, path, `it holds ${kind}`, 'Take it out, revoke it, and declare a Secret'),
      ),
    );
}

/** Whether there is a credential anywhere. It does not collect paths, which costs more and which nearly no object needs. */
function holdsCredential(value: unknown): boolean {
  if (typeof value === 'string') return credentialIn(value) !== undefined;
  if (Array.isArray(value)) return value.some(holdsCredential);
  return isObject(value) && Object.keys(value).some((key) => holdsCredential(value[key]));
}

/** Path and kind of each credential. */
function credentials(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => credentials(item, `${path}[${index}]`));
  if (typeof value !== 'string')
    return fieldsOf(value).flatMap(([key, item]) => credentials(item, child(path, key)));
  const kind = credentialIn(value);
  return kind === undefined ? [] : [[path, kind]];
}

const keyOf = ({ namespace, name }: Pick<SecretDeclaration, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

const about = (declared: SecretDeclaration, field: string, problem: string, remedy: string): Finding => ({
  rule: 'secret',
  object: nameOf({ apiVersion: 'v1', kind: 'Secret', metadata: { ...declared, labels: {} } }),
  file: `${declared.component}/`,
  ...{ field, problem, remedy },
});

function unused(input: CheckInput): Finding[] {
  const { declarations } = input;
  const uses = secretUses(ObjectSet.of(input));
  const copied = new Set(
    declarations.secrets.flatMap(({ keys }) =>
      Object.values(keys).flatMap((made) =>
        made.kind === 'copy' ? [`${made.of.namespace}/${made.of.secret}`] : [],
      ),
    ),
  );
  return (
    declarations.secrets
      .filter((declared) => !uses.get(declared.namespace)?.has(declared.name) && !copied.has(keyOf(declared)))
      // a Secret with labels is one that a program looks for by these labels
      .filter(({ labels }) => Object.keys(labels).length === 0)
      .map((declared) =>
        about(declared, '', 'nothing uses the declared Secret', 'Remove the declaration, or mount it'),
      )
  );
}

function twice(secrets: readonly SecretDeclaration[]): Finding[] {
  const first = new Map<string, SecretDeclaration>();
  return secrets.flatMap((declared) => {
    const known = first.get(keyOf(declared));
    if (!known) first.set(keyOf(declared), declared);
    if (!known || JSON.stringify(known.keys) === JSON.stringify(declared.keys)) return [];
    const problem = `${known.component} declares it too, with other keys: ${Object.keys(known.keys).join(', ')}`;
    return [about(declared, 'keys', problem, 'Declare it once, and pass the reference on')];
  });
}

/** Keys that cannot be made: copies of undeclared keys, templates that name keys which are not there, and keys made of themselves. */
function unmakeable(secrets: readonly SecretDeclaration[]): Finding[] {
  const sources = new Map<string, readonly string[]>();
  for (const { namespace, name, keys } of secrets) {
    for (const [key, made] of Object.entries(keys)) {
      const here = `${namespace}/${name}/`;
      if (made.kind === 'copy')
        sources.set(here + key, [`${made.of.namespace}/${made.of.secret}/${made.of.key}`]);
      else if (made.kind === 'template')
        sources.set(
          here + key,
          [...made.template.matchAll(PLACEHOLDER)].map(([, inner]) => here + (inner ?? '')),
        );
      else sources.set(here + key, []);
    }
  }
  return secrets.flatMap((declared) =>
    Object.keys(declared.keys).flatMap((key) => {
      const start = `${keyOf(declared)}/${key}`;
      const missing = (sources.get(start) ?? []).filter((source) => !sources.has(source));
      if (missing.length) {
        const problem = `it is made of ${missing.join(', ')}, which is not declared`;
        return [about(declared, `keys.${key}`, problem, 'Declare that key, or correct the name')];
      }
      if (!isCircular(start, sources)) return [];
      return [
        about(declared, `keys.${key}`, 'it is made of itself', 'Generate one of the keys in the circle'),
      ];
    }),
  );
}

function isCircular(start: string, sources: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const queue = [...(sources.get(start) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === start) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(sources.get(next) ?? []));
  }
  return false;
}
