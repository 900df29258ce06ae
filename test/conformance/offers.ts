import { readFileSync } from 'node:fs';
import type { Component } from '../../charts/core/component';
import { Wiring } from '../../charts/core/wiring';

/** Offers that no component takes, and why they are there. */
const UNTAKEN: Readonly<Record<string, string>> = {
  'mysql.endpoint': 'Its databases and its backups are made of it.',
  'postgresql.endpoint': 'Its databases and its backups are made of it.',
  'postgresql.readOnlyEndpoint': 'For applications that read from standbys; none is rendered yet.',
  'migrations.databases': 'For applications on PostgreSQL; none is rendered yet.',
  'redis.endpoint': 'For applications with a cache or sessions; none is rendered yet.',
  'redis.applications': 'For applications with a cache or sessions; none is rendered yet.',
  'object-store.endpoint': 'For applications with files; none is rendered yet.',
  'object-store.buckets': 'For applications with files; none is rendered yet.',
  'rabbitmq.endpoint': 'For services that publish or consume; none is rendered yet.',
  'opentelemetry-collector.traces': 'For applications that send traces; none is rendered yet.',
  'rabbitmq.services': 'For services that publish or consume; none is rendered yet.',
};

const taken = new Set<string>();

/** From now on each field of a component that the wiring reads counts as taken. */
export function watchWiring(): void {
  for (const method of ['on', 'in'] as const) {
    const build = Wiring.prototype[method] as (...args: unknown[]) => Component | undefined;
    jest.spyOn(Wiring.prototype, method).mockImplementation(function (this: Wiring, ...args: unknown[]) {
      const component = build.apply(this, args);
      return component && (watched(component) as never);
    } as never);
  }
}

const watched = (component: Component): Component =>
  new Proxy(component, {
    get(target, field) {
      taken.add(`${target.name}.${String(field)}`);
      return Reflect.get(target, field, target) as unknown;
    },
  });

/**
 * What is wrong with the offers of these components, by the sources of their classes: nobody takes one, or somebody takes what is said to
 * be left.
 */
export function offersLeft(sources: ReadonlyMap<string, string>): string[] {
  const offers = [...sources].flatMap(([source, name]) =>
    fieldsIn(readFileSync(source, 'utf8')).map((field) => `${name}.${field}`),
  );
  return [
    ...offers
      .filter((offer) => !taken.has(offer) && !(offer in UNTAKEN))
      .map((offer) => `${offer}: nobody takes it. Hand it on in charts/wiring, or leave it out`),
    ...Object.keys(UNTAKEN)
      .filter((offer) => taken.has(offer) || !offers.includes(offer))
      .map((offer) => `${offer}: it is taken, or gone. Take its row out of test/conformance/offers.ts`),
  ];
}

/** Public fields of the component's class: what it offers. */
export function fieldsIn(source: string): string[] {
  const [, body = ''] = /^export class \w+ extends [^]*?\{\n([^]*?)^\}/m.exec(source) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\b/gm)].map(([, field = '']) => field);
}
