import { PrometheusRule, ServiceMonitor } from '../../imports/models';
import type { Labels } from './labels';
import { defined } from './objects';
import type { SecretKey } from './secrets';

/** One alert. Its runbook is the section of the component's runbook that is named like it. */
export interface Alert {
  /** CamelCase, beginning with the component: `MysqlDown`. */
  readonly alert: string;
  /** PromQL. */
  readonly expr: string;
  /** How long it must hold. @default fires at once */
  readonly for?: `${number}${'s' | 'm' | 'h'}`;
  /** critical wakes somebody up; warning waits for the morning. */
  readonly severity: 'critical' | 'warning';
  /** One line, with the object's name: `MySQL of {{ $labels.namespace }} does not answer`. */
  readonly summary: string;
  /** What it means for users, in a sentence. */
  readonly description: string;
}

/** One scraped port of a Service. */
export interface Scrape {
  readonly port: string;
  /** @default /metrics */
  readonly path?: string;
  /** Read only over TLS that a cluster-internal authority signed, which Prometheus does not verify. @default http */
  readonly scheme?: 'http' | 'https';
  /** Keep the labels that the metrics bring, where they speak of others than the pod that serves them. @default false */
  readonly honorLabels?: boolean;
  /** Adds the label `node`, the name of the node that the pod runs on. @default false */
  readonly node?: boolean;
  /** User and password, keys of Secrets of the same namespace, where the port wants them. @default none */
  readonly basicAuth?: { readonly username: SecretKey; readonly password: SecretKey };
}

const NODE_LABEL = [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }];

/** How often Prometheus reads a target, unless its monitor says otherwise. */
export const SCRAPE_INTERVAL = '15s';
/** How often it evaluates rules. */
export const EVALUATION_INTERVAL = '15s';
/** How long Alertmanager collects alerts of one group before it tells people of them, by severity. */
export const GROUP_WAIT = { critical: '10s', warning: '30s' } as const;

const reference = ({ secret, key }: SecretKey) => ({ name: secret, key });

export function serviceMonitor(name: string, selector: Labels, scrapes: readonly Scrape[]) {
  return {
    model: ServiceMonitor,
    data: {
      metadata: { name },
      spec: {
        selector: { matchLabels: { ...selector } },
        endpoints: scrapes.map(({ port, path, scheme, honorLabels, node, basicAuth }) =>
          defined({
            port,
            path: path ?? '/metrics',
            interval: SCRAPE_INTERVAL,
            scheme,
            basicAuth: basicAuth && {
              username: reference(basicAuth.username),
              password: reference(basicAuth.password),
            },
            honorLabels,
            relabelings: node ? NODE_LABEL : undefined,
            tlsConfig: scheme === 'https' ? { insecureSkipVerify: true } : undefined,
          }),
        ),
      },
    },
  };
}

/** `base` is the address of the component's runbook. */
export function prometheusRule(name: string, alerts: readonly Alert[], base: string) {
  return {
    model: PrometheusRule,
    data: {
      metadata: { name },
      spec: {
        groups: [
          {
            name,
            rules: alerts.map((alert) =>
              defined({
                alert: alert.alert,
                expr: alert.expr,
                for: alert.for,
                labels: { severity: alert.severity },
                annotations: {
                  summary: alert.summary,
                  description: alert.description,
                  runbook_url: `${base}#${alert.alert.toLowerCase()}`,
                },
              }),
            ),
          },
        ],
      },
    },
  };
}
