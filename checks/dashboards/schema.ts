import { parse } from 'yaml';
import lock from '../../imports/grafana.yaml';
import type { FieldFinding } from '../core/rule';
import { asArray, asText, at, isObject } from '../core/workloads';
import type { DashboardJson } from './read';

/** imports/grafana.yaml: what is there → the fields that it may have. */
interface Fields {
  readonly dashboard: readonly string[];
  readonly row: readonly string[];
  readonly panel: readonly string[];
  readonly variable: readonly string[];
  readonly position: readonly string[];
  readonly link: readonly string[];
  readonly field: readonly string[];
  readonly panels: Readonly<
    Record<string, { readonly options: readonly string[]; readonly custom: readonly string[] }>
  >;
}

let fields: Fields | undefined;
const known = (): Fields => (fields ??= parse(lock) as Fields);

/** Fields that the pinned Grafana does not know: it drops them without a word, and what they were to do does not happen. */
export function schemaFindings({ json, path }: DashboardJson): FieldFinding[] {
  const { dashboard, variable, link } = known();
  return [
    ...unknownIn(json, path, dashboard),
    ...each(json, path, 'links', (one, here) => unknownIn(one, here, link)),
    ...each(json, path, 'templating.list', (one, here) => unknownIn(one, here, variable)),
    ...panelsIn(json, path),
  ];
}

const panelsIn = (holder: unknown, path: string): FieldFinding[] => each(holder, path, 'panels', ofPanel);

function ofPanel(panel: unknown, path: string): FieldFinding[] {
  const { row, panel: fieldsOfPanel, position, panels, field } = known();
  const type = asText(at(panel, 'type')) ?? '';
  const place = unknownIn(at(panel, 'gridPos'), `${path}.gridPos`, position);
  if (type === 'row') return [...unknownIn(panel, path, row), ...place, ...panelsIn(panel, path)];
  const own = Object.hasOwn(panels, type) ? panels[type] : undefined;
  if (!own)
    return [
      {
        field: `${path}.type`,
        problem: `imports/grafana.yaml does not know the panel ${JSON.stringify(type)}`,
        remedy: `Use one of ${Object.keys(panels).join(', ')}, or look its fields up and add them there`,
      },
    ];
  const defaults = `${path}.fieldConfig.defaults`;
  return [
    ...unknownIn(panel, path, fieldsOfPanel),
    ...place,
    ...unknownIn(at(panel, 'options'), `${path}.options`, own.options),
    ...unknownIn(at(panel, 'fieldConfig.defaults'), defaults, field),
    ...unknownIn(at(panel, 'fieldConfig.defaults.custom'), `${defaults}.custom`, own.custom),
  ];
}

function each(
  holder: unknown,
  path: string,
  list: string,
  look: (one: unknown, path: string) => FieldFinding[],
): FieldFinding[] {
  return asArray(at(holder, list)).flatMap((one, index) => look(one, `${path}.${list}[${index}]`));
}

const unknownIn = (value: unknown, path: string, fieldsOf: readonly string[]): FieldFinding[] =>
  Object.keys(isObject(value) ? value : {})
    .filter((name) => !fieldsOf.includes(name))
    .map((name) => ({
      field: `${path}.${name}`,
      problem: 'the pinned Grafana does not know the field',
      remedy: 'Leave it out, or correct its name',
    }));
