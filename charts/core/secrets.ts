import type { ComponentIdentity } from './contracts';

/** How one value of a Secret comes to be. The value itself is never in the repository in clear. */
export type Generator =
  /** Letters and digits from a cryptographic source. */
  | { readonly kind: 'random'; readonly length: number }
  /** Somebody else gives it: an API token, a key of a provider. */
  | { readonly kind: 'provided'; readonly description: string; readonly form?: ValueForm }
  /** The same value as a key of another Secret, for a reader in another namespace or file format. */
  | { readonly kind: 'copy'; readonly of: SecretKey }
  /** Text around values of this Secret: `{password}` stands for the key of that name. */
  | { readonly kind: 'template'; readonly template: string };

/** What a value looks like that can be checked before it is used. */
type ValueForm =
  /** Lines `AGE-SECRET-KEY-1…`, one of them of the recipient. */
  | { readonly kind: 'age identity'; readonly recipient: string }
  /** PEM, as ssh-keygen writes it. */
  | { readonly kind: 'private key' };

/** One key of one Secret. */
export interface SecretKey {
  readonly secret: string;
  readonly namespace: string;
  readonly key: string;
}

/** A Secret that must exist: who needs it and how each key is made. Never a value. */
export interface SecretRef {
  readonly name: string;
  readonly namespace: string;
  readonly keys: Readonly<Record<string, Generator>>;
  /** Labels that a reader demands of the Secret (Argo CD finds its own by label). @default none */
  readonly labels?: Readonly<Record<string, string>>;
  readonly declaredBy: ComponentIdentity;
}

/** A random value of 32 letters and digits, about 190 bits. */
export const random = (length = 32): Generator => ({ kind: 'random', length });

export const provided = (description: string, form?: ValueForm): Generator => ({
  kind: 'provided',
  description,
  ...(form && { form }),
});

export const template = (text: string): Generator => ({ kind: 'template', template: text });

/** The reference to one key of a declared Secret. Throws where the declaration has no such key. */
export function keyOf(secret: SecretRef, key: string): SecretKey {
  if (!(key in secret.keys)) {
    throw new Error(
      `Secret ${secret.namespace}/${secret.name} has no key "${key}", only ${Object.keys(secret.keys).join(', ')}`,
    );
  }
  return { secret: secret.name, namespace: secret.namespace, key };
}
