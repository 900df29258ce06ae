import type { Layer } from '../../core/layers';
import type { Endpoint } from '../../core/network';
import { toYaml } from '../../core/yaml';
import { DATASOURCES } from '../../core/dashboards';

/** What Grafana asks for data. */
export interface Sources {
  readonly prometheus: Endpoint;
  /** Whose alerts and silences are shown. @default none */
  readonly alertmanager?: Endpoint;
  /** @default no logs */
  readonly loki?: Endpoint;
  /** @default no traces */
  readonly jaeger?: Endpoint;
}

/** Where dashboards lie, a folder for each layer. */
export const DASHBOARDS_FOLDER = '/etc/grafana/dashboards';

const urlOf = ({ host, port }: Endpoint): string => `http://${host}:${port}`;

/** docs/sources/administration/provisioning of v13. What is not in the list any more is taken away. */
export const datasourcesFile = ({ prometheus, alertmanager, loki, jaeger }: Sources): string =>
  toYaml({
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        ...source(DATASOURCES.prometheus, 'Prometheus', prometheus),
        isDefault: true,
        // what a query of a dashboard takes for the distance of two samples
        jsonData: { timeInterval: '15s', httpMethod: 'POST', prometheusType: 'Prometheus' },
      },
      ...(alertmanager
        ? [
            {
              ...source(DATASOURCES.alertmanager, 'Alertmanager', alertmanager),
              jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
            },
          ]
        : []),
      ...(loki ? [source(DATASOURCES.loki, 'Loki', loki)] : []),
      ...(jaeger ? [source(DATASOURCES.jaeger, 'Jaeger', jaeger)] : []),
    ],
  });

const source = ({ type, uid }: { type: string; uid: string }, name: string, endpoint: Endpoint) => ({
  name,
  uid,
  type,
  access: 'proxy',
  url: urlOf(endpoint),
  editable: false,
});

/** A folder of Grafana for each layer, which people can neither change nor empty. */
export const dashboardsFile = (layers: readonly Layer[]): string =>
  toYaml({
    apiVersion: 1,
    providers: layers.map((layer) => ({
      name: layer,
      folder: titleOf(layer),
      folderUid: layer,
      type: 'file',
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: `${DASHBOARDS_FOLDER}/${layer}` },
    })),
  });

const titleOf = (layer: Layer): string => layer.charAt(0).toUpperCase() + layer.slice(1);
