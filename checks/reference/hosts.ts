import type { RenderedObject } from '../../charts/core/render';
import { missing, type KnownObjects } from './known-objects';
import type { Finding } from '../core/rule';
import { asArray, at, child, containersOf, fieldsOf, findingsOf } from '../core/workloads';

const finding = findingsOf('reference');

/** A text of an object that holds host names of Services, or something like them. */
interface Text {
  readonly rendered: RenderedObject;
  readonly field: string;
  readonly text: string;
}

/** Each host name of a Service in variables, flags, commands, configuration and certificates is one of a Service that has that port. */
export const referencesOfHosts = (known: KnownObjects): Finding[] =>
  [...podTexts(known), ...configTexts(known), ...certificateNames(known)].flatMap((place) =>
    hosts(place, known),
  );

/** Hardly any text does, and this look is quick. */
const mayHoldHost = (text: unknown): text is string => typeof text === 'string' && text.includes('.svc');

function podTexts(known: KnownObjects): Text[] {
  return known.pods.flatMap((pod) =>
    containersOf(pod).flatMap(({ container, path }) => {
      const { rendered } = pod;
      const list = (values: unknown, field: string): Text[] =>
        asArray(values).flatMap((value, index) =>
          mayHoldHost(value) ? [{ rendered, field: `${path}.${field}[${index}]`, text: value }] : [],
        );
      return [
        ...list(container.command, 'command'),
        ...list(container.args, 'args'),
        ...asArray(container.env).flatMap((entry, index) => {
          const text = at(entry, 'value');
          return mayHoldHost(text) ? [{ rendered, field: `${path}.env[${index}].value`, text }] : [];
        }),
      ];
    }),
  );
}

const configTexts = (known: KnownObjects): Text[] =>
  known
    .ofKind('ConfigMap')
    .flatMap((rendered) =>
      fieldsOf(rendered.object['data']).flatMap(([key, text]) =>
        mayHoldHost(text) ? [{ rendered, field: child('data', key), text }] : [],
      ),
    );

const certificateNames = (known: KnownObjects): Text[] =>
  known
    .ofKind('Certificate')
    .flatMap((rendered) =>
      asArray(at(rendered.object, 'spec.dnsNames')).flatMap((text, index) =>
        mayHoldHost(text) ? [{ rendered, field: `spec.dnsNames[${index}]`, text }] : [],
      ),
    );

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
/**
 * `mysql.prod.svc`; there may be a pod's name before it, and the cluster's domain and a port after it. It does not match a name that goes
 * on with another domain, or one that a variable is part of.
 */
const HOST = new RegExp(
  `(?<![-\\w.$})*])(?:${LABEL}\\.)*?(${LABEL})\\.(${LABEL})\\.svc(?:\\.cluster\\.local)?(?![-\\w]|\\.[a-z0-9])\\.?(?::(\\d+))?`,
  'g',
);

/** Services that every cluster has: the API server's, and the cluster DNS. */
const BUILT_IN = new Set(['default/kubernetes', 'kube-system/kube-dns']);

function hosts({ rendered, field, text }: Text, known: KnownObjects): Finding[] {
  const found = new Map<string, Finding>();
  for (const [host, name = '', namespace = '', port] of text.matchAll(HOST)) {
    if (BUILT_IN.has(`${namespace}/${name}`) || found.has(host)) continue;
    const service = known.find('Service', namespace, name)?.object;
    const problem = service
      ? closedPort(rendered, field, host, port, service)
      : absent(rendered, field, namespace, name, known);
    if (problem) found.set(host, problem);
  }
  return [...found.values()];
}

function absent(
  rendered: RenderedObject,
  field: string,
  namespace: string,
  name: string,
  known: KnownObjects,
): Finding {
  const [one] = known.need(rendered, field, 'Service', namespace, name);
  return one ?? missing(rendered, field, 'Service', `${namespace}/${name}`, name, []);
}

/** A headless Service leads to the pods' own ports. */
function closedPort(
  rendered: RenderedObject,
  field: string,
  host: string,
  port: string | undefined,
  service: object,
): Finding | undefined {
  const headless = at(service, 'spec.clusterIP') === 'None';
  const open = asArray(at(service, 'spec.ports')).flatMap((one) =>
    headless ? [at(one, 'port'), at(one, 'targetPort')] : [at(one, 'port')],
  );
  if (port === undefined || open.includes(Number(port))) return undefined;
  const problem = `${host}: the Service has no port ${port}`;
  return finding(
    rendered,
    field,
    problem,
    `Use one of its ports: ${open.filter((one) => typeof one === 'number').join(', ')}`,
  );
}
