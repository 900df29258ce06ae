import { until } from '../servers/world';

/** Metrics of a target, as soon as they show what is waited for. */
export async function metricsOf(url: string, ready: RegExp, init: RequestInit = {}): Promise<string> {
  let text = '';
  await until(url, async () => {
    text = await fetch(url, init).then(
      (response) => response.text(),
      () => '',
    );
    return ready.test(text);
  });
  return text;
}

/** Metrics that the rules of a PrometheusRule name, begin with `own`, and that the text does not have. */
export function missingSeries(rule: Record<string, any>, text: string, own: RegExp): string[] {
  const expressions = rule['spec'].groups.flatMap((group: any) =>
    group.rules.map(({ expr }: { expr: string }) => expr),
  );
  const named = new Set((expressions.join(' ').match(/\b[a-zA-Z][a-zA-Z0-9_]*(?=[{[])/g) ?? []) as string[]);
  const given = new Set(text.match(/^[a-zA-Z][a-zA-Z0-9_]*(?=[{ ])/gm) ?? []);
  const wanted = [...named].filter((name) => own.test(name));
  if (!wanted.length) throw new Error('the rules name no series');
  return wanted.filter((name) => !given.has(name));
}
