import type { KubeObject } from '../../charts/core/objects';
import type { RenderedCluster } from '../../cli/pipeline';
import { generate } from '../../cli/secrets';
import type { Authority } from './certificates';

/** The values of one run. Each is made once: a server that starts again must find the one it started with. */
export class RunSecrets {
  private readonly values: Map<string, string>;
  private readonly certificates = new Map<string, KubeObject>();

  /** @param given `namespace/secret.key` → value, of those that components do not generate and a scenario needs */
  constructor(
    private readonly authority: Authority,
    given: ReadonlyMap<string, string>,
  ) {
    this.values = new Map(given);
  }

  /** Every Secret that the components declare. */
  declared({ declarations }: RenderedCluster): KubeObject[] {
    const keys = declarations.secrets.flatMap(({ namespace, name, keys: own }) =>
      Object.entries(own).map(([key, { kind }]) => ({ id: `${namespace}/${name}.${key}`, kind })),
    );
    for (const { id, kind } of keys)
      if (kind === 'provided' && !this.values.has(id)) this.values.set(id, 'stand-in');
    const made = generate(declarations.secrets, this.values) as unknown as KubeObject[];
    for (const { metadata, stringData } of made)
      for (const [key, value] of Object.entries(stringData as Record<string, string>))
        this.values.set(`${metadata.namespace}/${metadata.name}.${key}`, value);
    return made;
  }

  /** The Secrets that cert-manager would write for Certificates; another where the names of one change. */
  issued(objects: readonly KubeObject[]): KubeObject[] {
    return objects
      .filter(({ kind }) => kind === 'Certificate')
      .map(({ metadata, spec }) => {
        const { secretName, dnsNames } = spec as { secretName: string; dnsNames: string[] };
        const id = `${metadata.namespace}/${secretName}: ${dnsNames.join()}`;
        const made =
          this.certificates.get(id) ?? this.authority.secret(metadata.namespace ?? '', secretName, dnsNames);
        this.certificates.set(id, made);
        return made;
      });
  }
}
