import type { RenderedObject } from '../../charts/core/render';
import { asArray, asText, at, isObject } from '../core/workloads';
import type { ObjectSet } from '../core/object-set';

/** A dashboard in a ConfigMap of Grafana. */
export interface DashboardJson {
  readonly rendered: RenderedObject;
  /** `data["nodes.json"]` */
  readonly path: string;
  /** Undefined where it is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** A panel, with the path that leads to it. */
export interface PanelJson {
  readonly path: string;
  readonly json: unknown;
}

const LABEL = 'grafana_dashboard';

export const dashboardsIn = (set: ObjectSet): DashboardJson[] =>
  set
    .ofKind('ConfigMap')
    .filter(({ object }) => object.metadata.labels?.[LABEL] !== undefined)
    .flatMap((rendered) => {
      const data = at(rendered.object, 'data');
      return Object.entries(isObject(data) ? data : {}).map(([file, text]) => ({
        rendered,
        path: `data[${JSON.stringify(file)}]`,
        json: parsed(text),
      }));
    });

function parsed(text: unknown): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(asText(text) ?? '');
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Panels that show something, those in rows too; a row is none. */
export const panelsOf = ({ json, path }: DashboardJson): PanelJson[] => panelsIn(json, path);

const panelsIn = (holder: unknown, path: string): PanelJson[] =>
  asArray(at(holder, 'panels')).flatMap((json, index) => {
    const here = `${path}.panels[${index}]`;
    return at(json, 'type') === 'row' ? panelsIn(json, here) : [{ path: here, json }];
  });

/** Rows and panels that are on the grid, without those in a row that is closed. */
export const gridOf = ({ json, path }: DashboardJson): PanelJson[] =>
  asArray(at(json, 'panels')).map((panel, index) => ({ path: `${path}.panels[${index}]`, json: panel }));

export const variablesOf = ({ json, path }: DashboardJson): PanelJson[] =>
  asArray(at(json, 'templating.list')).map((one, index) => ({
    path: `${path}.templating.list[${index}]`,
    json: one,
  }));

export const variableNames = (dashboard: DashboardJson): string[] =>
  variablesOf(dashboard).map(({ json }) => asText(at(json, 'name')) ?? '');
