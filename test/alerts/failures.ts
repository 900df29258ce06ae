/** How a problem begins that says nothing of the alert: promtool could not read or evaluate what it was given. */
export const NOT_JUDGED = 'not judged: ';

/** promtool complains of each minute; people want to know from when to when. One line per spell, and per text that differs. */
export function explain(complaints: readonly string[]): string[] {
  const silent: number[] = [];
  const fires: number[] = [];
  const others: string[] = [];
  for (const complaint of complaints) {
    const [, time = '', got = ''] =
      /^ *expr: .*, time: (\w+),\s+exp: .*\s+got: \{\} (\S+)/.exec(complaint) ?? [];
    if (!got)
      others.push(
        /^ *(name: .*\s+)?alertname: /.test(complaint) ? difference(complaint) : `${NOT_JUDGED}${complaint}`,
      );
    else (Number(got) === 0 ? silent : fires).push(minutesOf(time));
  }
  return [
    ...spells(silent).map((spell) => `silent ${spell}, where it should fire`),
    ...spells(fires).map((spell) => `fires ${spell}, where it should not, or more than once`),
    // where it is silent there is no text to compare
    ...others.filter((other) => other.startsWith(NOT_JUDGED) || !silent.length),
  ];
}

/** `summary is "x", not "y"` for each label and annotation of the one alert that fires; promtool's words where it is not one. */
function difference(complaint: string): string {
  const [expected, got] = complaint
    .split(/\n\s*got:/)
    .map((text) => [...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)]);
  if (!expected || !got || /^\s+1:/m.test(complaint)) return complaint.trim();
  const texts = new Map(got.map(([, name = '', text = '']) => [name, text]));
  const wrong = expected.filter(([, name = '', text = '']) => texts.get(name) !== text);
  const wanted = new Set(expected.map(([, name]) => name));
  return [
    ...wrong.map(([, name = '', text = '']) => `${name} is ${texts.get(name) ?? 'missing'}, not ${text}`),
    ...got
      .filter(([, name]) => !wanted.has(name))
      .map(([, name, text]) => `${name} is ${text}, which nobody expects`),
  ].join('; ');
}

/** `1h20m` → 80 */
const minutesOf = (time: string): number =>
  [...time.matchAll(/(\d+)([dhm])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unit === 'd' ? 1440 : unit === 'h' ? 60 : 1),
    0,
  );

/** 1, 2, 3, 7 → `in the minutes 1 to 3`, `in minute 7` */
function spells(minutes: readonly number[]): string[] {
  const spans: [first: number, last: number][] = [];
  for (const minute of [...minutes].sort((one, other) => one - other)) {
    const span = spans.at(-1);
    if (span && span[1] === minute - 1) span[1] = minute;
    else spans.push([minute, minute]);
  }
  return spans.map(([first, last]) =>
    first === last ? `in minute ${first}` : `in the minutes ${first} to ${last}`,
  );
}
