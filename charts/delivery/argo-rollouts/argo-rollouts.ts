import { image } from '../../../imports/images';
import { ClusterRole } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { policyRules, type PolicyRule } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { ALERTS } from './alerts';
import { argoRollouts, type ArgoRolloutsSettings } from './definition';
import { CLUSTER_RULES, EDIT_RULES, LEADER_RULES, VIEW_RULES } from './rbac';

/** Holds Rollouts, and all ReplicaSets, Services, Ingresses and analyses of the cluster. */
const RESOURCES = { cpu: '25m', memory: mebi(96) } as const;

/** Dockerfile of v1.9.1: USER 999, without a group. */
const USER = { uid: 999, gid: 999 };

/** manifests/base/argo-rollouts-deployment.yaml of v1.9.1. */
const PORTS = { metrics: 8090, healthz: 8080 };

const NAME = 'argo-rollouts';

export interface ArgoRolloutsProps extends ArgoRolloutsSettings {
  /** What analyses may ask. @default nothing: none of them can be judged by metrics */
  readonly metrics?: Endpoint;
}

/** Argo Rollouts: makes ReplicaSets of Rollouts, moves traffic between versions, and goes back where an analysis says so. */
export class ArgoRollouts extends Component {
  static readonly definition = argoRollouts;

  constructor(
    cluster: Cluster,
    private readonly props: ArgoRolloutsProps,
  ) {
    super(cluster, { definition: argoRollouts, version: image(NAME).tag });
    const controller = this.controller();
    this.reachApiServer(controller);
    if (props.metrics) this.connect(controller, props.metrics);
    this.scrape(this.service(controller, { metrics: true }), { port: 'metrics' });
    this.peoplesRoles();
    this.alerts(ALERTS);
  }

  private controller(): Workload {
    const { cpu, memory, replicas = this.cluster.profile.replicas } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const account = this.serviceAccount(NAME);
    this.clusterRole(NAME, account, CLUSTER_RULES);
    this.role(NAME, account, LEADER_RULES);
    const controller = this.deployment({
      name: NAME,
      replicas,
      antiAffinity: 'preferred',
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [
            // cmd/rollouts-controller/main.go of v1.9.1, whose defaults are the groups of Traefik 2
            '--traefik-api-group=traefik.io',
            '--traefik-api-version=traefik.io/v1alpha1',
            '--logformat=json',
          ],
          env: {
            // of its lease
            POD_NAMESPACE: { field: 'metadata.namespace' },
            GOMEMLIMIT: goMemoryLimit(resources.memory),
          },
          ports: PORTS,
          resources,
          readiness: { http: { path: '/healthz', port: 'healthz' } },
          liveness: {
            http: { path: '/healthz', port: 'healthz' },
            initialDelaySeconds: 30,
            periodSeconds: 20,
            timeoutSeconds: 10,
          },
          mounts: { '/tmp': scratch('tmp', mebi(64)) },
        },
      ],
    });
    if (replicas > 1) this.budget(controller);
    return controller;
  }

  /** Lets people who hold Kubernetes' own roles in a namespace see, or handle, its releases. */
  private peoplesRoles(): void {
    const roles: readonly (readonly [role: string, rules: readonly PolicyRule[]])[] = [
      ['view', VIEW_RULES],
      ['edit', EDIT_RULES],
      ['admin', EDIT_RULES],
    ];
    for (const [role, rules] of roles)
      this.add(ClusterRole, {
        metadata: {
          name: `${NAME}-aggregate-to-${role}`,
          labels: { [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' },
        },
        rules: policyRules(rules),
      });
  }
}
