import { randomInt } from 'node:crypto';
import { StrataError } from '../charts/core/errors';
import type { SecretDeclaration } from '../charts/core/render';
import { givenValues } from './secrets-given';
import { failureFrom, load, renderAndCheck, type Failure, type Workspace } from './session';
import { UsageError } from './usage-error';

/** A Secret with its values: it is printed, never written. */
export interface SecretManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly stringData: Readonly<Record<string, string>>;
}

export interface SecretsOutcome {
  readonly declared: readonly SecretDeclaration[];
  /** Set where values were asked for. */
  readonly manifests?: readonly SecretManifest[];
  readonly failures: readonly Failure[];
}

interface SecretsOptions {
  readonly generate: boolean;
  /** `namespace/secret.key=value`, where the value may also be `@file` or `-`. */
  readonly set: readonly string[];
  /** All of the standard input. */
  readonly readInput: () => string;
}

/** The Secrets that the cluster's components declare, and with `generate` new values for them. */
export function secrets(workspace: Workspace, name: string, options: SecretsOptions): SecretsOutcome {
  const { clusters, failures } = load(workspace, [name]);
  const [cluster] = clusters;
  if (!cluster) return { declared: [], failures };
  const checked = renderAndCheck(workspace, cluster);
  if (!('rendered' in checked)) return { declared: [], failures: [checked] };
  const declared = checked.rendered.declarations.secrets;
  if (!options.generate && !options.set.length) return { declared, failures: [] };
  try {
    if (!options.generate)
      throw new UsageError('--set', 'gives values, and none are made', 'Add --generate, or leave --set out');
    const values = givenValues(options.set, declared, options.readInput);
    return { declared, manifests: generate(declared, values), failures: [] };
  } catch (error) {
    return { declared, failures: [failureFrom(name, error)] };
  }
}

/** Values for every key. Throws a StrataError naming all keys that only somebody else can give and that were not given. */
export function generate(
  declared: readonly SecretDeclaration[],
  values: ReadonlyMap<string, string>,
): readonly SecretManifest[] {
  const made = new Map(values);
  const missing: string[] = [];
  const declarations = new Map(declared.map((secret) => [`${secret.namespace}/${secret.name}`, secret]));

  const valueOf = (secret: string, key: string): string => {
    const id = `${secret}.${key}`;
    const known = made.get(id);
    if (known !== undefined) return known;
    const generator = declarations.get(secret)?.keys[key];
    if (!generator)
      throw new StrataError(id, 'is copied, and nobody declares it', 'Mend the component that copies it');
    const value = (() => {
      switch (generator.kind) {
        case 'random':
          return randomText(generator.length);
        case 'copy':
          return valueOf(`${generator.of.namespace}/${generator.of.secret}`, generator.of.key);
        case 'template':
          return generator.template.replace(/\{(\w[\w.-]*)\}/g, (_, other: string) => valueOf(secret, other));
        case 'provided':
          missing.push(`--set ${id}=…  (${generator.description})`);
          return '';
      }
    })();
    made.set(id, value);
    return value;
  };

  const manifests = declared.map(({ name, namespace, labels, keys }): SecretManifest => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
    stringData: Object.fromEntries(
      Object.keys(keys).map((key) => [key, valueOf(`${namespace}/${name}`, key)]),
    ),
  }));
  if (missing.length) {
    throw new StrataError(
      'secrets',
      `${missing.length} values come from outside`,
      `Add:\n  ${missing.join('\n  ')}`,
    );
  }
  return manifests;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
