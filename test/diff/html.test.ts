import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { toHtml } from '../../diff/html';
import type { ClusterReview } from '../../diff/review';
import { Change, namesOf } from './change';

const BASE = '0123456789abcdef0123456789abcdef01234567';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
const page = (review: ClusterReview): string => toHtml([review], BASE, sha256);

/** The content of each element of a name, as a parser finds it: up to the first end tag. */
const contents = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))].map(
    ([, content = '']) => content,
  );

const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&';

describe('the page', () => {
  const html = page(
    new Change()
      .edit('Ingress prod/xwiki', (o) => (o.metadata.annotations[`ingress ${evil}`] = evil))
      .edit('StatefulSet prod/mysql', (o) => (o.spec.serviceName = evil))
      .add('xwiki-prod/configmap-evil.yaml', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: evil, namespace: 'prod' },
        data: { [evil]: evil },
      })
      .review(),
  );

  test('what objects hold ends no tag and begins none', () => {
    expect(contents(html, 'script')).toHaveLength(2);
    expect(html).not.toMatch(/<img|alert\(1\)<\/script>/);
    expect(html).toContain('&#60;/script&#62;&#60;script&#62;alert(1)');
    expect(JSON.stringify(JSON.parse(contents(html, 'script')[0] ?? ''))).toContain('</script><script>');
  });

  test('its policy allows its own style and script, by their hashes, and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");
    const [style = ''] = contents(html, 'style');
    const script = contents(html, 'script')[1] ?? '';
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${sha256(style)}'; script-src 'sha256-${sha256(script)}'; base-uri 'none'; form-action 'none'`,
    );
  });

  test('it asks for nothing: no address, no handler, no style beside the text', () => {
    const shell = html.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(shell).not.toMatch(/<[^>]+\s(?:src|style|on\w+)=/);
    expect(shell.match(/href="(?!#)[^"]*"/g)).toBeNull();
    expect(contents(html, 'style')[0]).not.toMatch(/url\(|@import/);
    expect(contents(html, 'script')[1]).not.toMatch(
      /innerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp/,
    );
  });

  test('its script is JavaScript, and every element that it asks for by name is there', () => {
    const script = contents(html, 'script')[1] ?? '';
    expect(() => new Script(script)).not.toThrow();
    const names = [...script.matchAll(/getElementById\('(\w+)'\)/g)].map(([, id]) => id);
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });

  test('people who use a keyboard or a screen reader find their way', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(contents(html, 'h1')).toHaveLength(1);
    for (const [, name] of html.matchAll(/aria-labelledby="(\w+)"/g))
      expect(html).toContain(`<h2 id="${name}"`);
    expect(html).toContain('<a class="skip" href="#lines">');
    expect(html.match(/<(?:input|select)/g)).toHaveLength(
      html.match(/<label[^>]*>(?:[^<]|<(?!\/label))*<(?:input|select)/g)?.length ?? 0,
    );
  });

  test('every line leads to its object, where there is one', () => {
    const targets = [...html.matchAll(/href="#(o\d+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(2);
    expect(targets.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });
});

test('objects are side by side, with the lines around each change', () => {
  const html = page(new Change().edit('Service prod/xwiki', (o) => (o.spec.ports[0].port = 81)).review());
  const [{ rows }] = JSON.parse(contents(html, 'script')[0] ?? '') as [{ rows: [number, ...unknown[]][] }];
  expect(rows).toContainEqual([1, '      port: 80', '      port: 81']);
  expect(rows.filter(([kind]) => kind === 0).length).toBeLessThanOrEqual(6);
  expect(rows[0]?.[0]).toBe(2);
});

test('values of Secrets are not on the page', () => {
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'plain', namespace: 'prod' },
    data: { password },
  });
  const review = new Change().add('xwiki-prod/secret-plain.yaml', secret('Y29ycmVjdA==')).review();
  expect(page(review)).toContain('(not shown)');
  expect(page(review)).not.toContain('Y29ycmVjdA');
});

test('a change of every object is a page of a few megabytes', () => {
  const names = namesOf().filter((name) => !name.startsWith('Kustomization'));
  const change = names.reduce(
    (set, name) =>
      set.edit(name, (object) => (object.metadata.labels = { ...object.metadata.labels, tier: 'x' })),
    new Change(),
  );
  const review = change.review();
  expect(review.changes.length).toBeGreaterThan(250);
  const html = page(review);
  // 2,000 objects at this size
  expect((html.length / review.changes.length) * 2000).toBeLessThan(5_000_000);
});

test('no change is one sentence, without controls', () => {
  const html = page(new Change().review());
  expect(html).toContain('<p>No change.</p>');
  expect(html).not.toContain('<form');
});
