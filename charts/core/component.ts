import type { Construct } from 'constructs';
import { Ingress, PodDisruptionBudget } from '../../imports/models';
import { ComponentObjects } from './component-objects';
import type { Issuer } from './contracts';
import type { Dashboard } from './dashboards';
import { podsAtOnce, requestsOf } from './demand';
import { refuseUnexcepted } from './exceptions';
import { selectorLabels, type Labels } from './labels';
import { maintenanceAlert, noReplicas } from './maintenance';
import { podDeclaration, type ManagedPodsSpec } from './managed-pods';
import { prometheusRule, serviceMonitor, type Alert, type Scrape } from './monitoring';
import { tcp, type Endpoint, type IngressController, type Peer, type PodGroup, type Port } from './network';
import { defined } from './objects';
import type { PodSpec, Resources } from './pod';
import { PRIORITY_OF_LAYER, priorityClassName, type Priority } from './priority';
import { bytesOf, cpu, memory, millicoresOf } from './quantities';
import { endpointAt, endpointIn, service, type ServiceOptions, type ServiceRef } from './service';
import {
  cronJob,
  daemonSet,
  deployment,
  job,
  statefulSet,
  type CronJobSpec,
  type DaemonSetSpec,
  type DeploymentSpec,
  type JobSpec,
  type StatefulSetSpec,
  type Workload,
} from './workload';

/** What all kinds of workloads say of themselves. */
type WorkloadSpec = PodSpec &
  Pick<DeploymentSpec, 'name'> &
  Partial<Pick<DeploymentSpec, 'strategy'> & Pick<StatefulSetSpec, 'claims'>> & {
    readonly namespace?: string;
  };

/** Who connects: a workload, or pods that something else than a workload here creates. */
type Caller = Pick<Workload, 'pods'>;

/**
 * One component of one cluster: one Application of Argo CD and one folder of dist/. Subclasses build everything in their constructor
 * with these methods and those of ComponentObjects, and offer what others need as readonly fields.
 */
export abstract class Component extends ComponentObjects {
  /** PromQL by workload that its settings have stopped. */
  private readonly stops: string[] = [];

  static isComponent(this: void, construct: Construct): construct is Component {
    return construct instanceof Component;
  }

  /** Whether pods name a class that must be there before them. */
  needsPriorityClasses = false;

  protected deployment(spec: DeploymentSpec): Workload {
    const { labels, selector } = this.podLabels(spec.name, spec.labels);
    const replicas = this.replicasOf('Deployment', spec);
    const { model, data } = deployment({ ...this.ranked(spec), replicas }, labels, selector);
    this.add(model, data);
    return this.workload('Deployment', spec, replicas, selector);
  }

  protected statefulSet(spec: StatefulSetSpec): Workload {
    const { labels, selector } = this.podLabels(spec.name, spec.labels);
    for (const claim of spec.claims ?? []) this.requires(claim.storage);
    const replicas = this.replicasOf('StatefulSet', spec);
    const { model, data } = statefulSet({ ...this.ranked(spec), replicas }, labels, selector);
    this.add(model, data);
    return this.workload('StatefulSet', spec, replicas, selector);
  }

  private replicasOf(
    kind: 'Deployment' | 'StatefulSet',
    { name, replicas }: Pick<DeploymentSpec, 'name' | 'replicas'>,
  ): number {
    if (!this.stopped) return replicas;
    this.stops.push(noReplicas(kind, this.namespace, name));
    return 0;
  }

  protected daemonSet(spec: DaemonSetSpec): Workload {
    const { labels, selector } = this.podLabels(spec.name, spec.labels);
    const { model, data } = daemonSet(this.ranked(spec), labels, selector);
    this.add(model, data);
    return this.workload('DaemonSet', spec, 1, selector);
  }

  /**
   * Pods that run to an end once; a Job that git changes must be one that Argo CD makes anew (a hook). A component that is stopped has none.
   */
  protected job(spec: JobSpec): Workload {
    const { labels, selector } = this.podLabels(spec.name, spec.labels);
    const { model, data } = job(this.ranked(spec), labels, selector);
    if (!this.stopped) this.add(model, data);
    return this.workload('Job', spec, 1, selector);
  }

  protected cronJob(spec: CronJobSpec): Workload {
    const { labels, selector } = this.podLabels(spec.name, spec.labels);
    const { model, data } = cronJob(
      { ...this.ranked(spec, 'batch'), suspended: this.stopped },
      labels,
      selector,
    );
    this.add(model, data);
    return this.workload('CronJob', spec, 1, selector);
  }

  /** Declares pods that the controller of an object of this component makes; nothing is rendered for them but their NetworkPolicy. */
  protected managedPods(spec: ManagedPodsSpec): Workload {
    for (const claim of spec.claims ?? []) this.requires(claim.storage);
    this.cluster.managedPods.push(podDeclaration(this, spec));
    const replicas = spec.replicas === 'per-node' ? 1 : spec.replicas;
    return this.workload('Managed', spec, replicas, spec.labels);
  }

  /** For objects whose controller makes pods, and for these pods as they are declared. */
  protected priorityClass(priority: Priority = this.priority): string {
    this.needsPriorityClasses = true;
    return priorityClassName(priority);
  }

  private get priority(): Priority {
    return this.definition.priority ?? PRIORITY_OF_LAYER[this.layer];
  }

  private ranked<S extends PodSpec>(spec: S, priority?: Priority): S {
    return spec.priorityClass === undefined ? { ...spec, priorityClass: this.priorityClass(priority) } : spec;
  }

  private podLabels(workload: string, more: Labels = {}) {
    const selector = selectorLabels(this.name, workload);
    return { selector, labels: { ...this.objectLabels, ...more, ...selector } };
  }

  private workload(kind: Workload['kind'], spec: WorkloadSpec, replicas: number, selector: Labels): Workload {
    refuseUnexcepted(this.name, this.definition.exceptions ?? [], spec);
    const namespace = spec.namespace ?? this.namespace;
    const count = podsAtOnce(kind, spec, replicas, this.cluster.settings.nodes);
    const storage = (spec.claims ?? []).reduce((sum, { size }) => sum + bytesOf(size), 0);
    this.cluster.demands.push({ namespace, pod: requestsOf(spec), storage, count });
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    return {
      kind,
      name: spec.name,
      replicas,
      selector,
      ports: Object.assign({}, ...containers.map((container) => container.ports ?? {})) as Record<
        string,
        number
      >,
      pods: this.podGroup(spec.name, selector, {
        namespace,
        hostNetwork: spec.hostNetwork ?? false,
      }),
    };
  }

  /** Pods of this component that flows can name. Called for pods that something else than a workload here creates. */
  protected podGroup(
    name: string,
    labels: Labels,
    options: { readonly namespace?: string; readonly hostNetwork?: boolean } = {},
  ): PodGroup {
    const group: PodGroup = {
      kind: 'pods',
      name,
      namespace: options.namespace ?? this.namespace,
      labels,
      hostNetwork: options.hostNetwork ?? false,
      owner: this,
    };
    this.cluster.podGroups.push(group);
    return group;
  }

  /** A Service on named ports of the workload: the Service's port, or true for the container's own number. */
  protected service(
    workload: Workload,
    ports: Readonly<Record<string, number | true>>,
    options: ServiceOptions = {},
  ): ServiceRef {
    const { pods, selector } = workload;
    const name = options.name ?? workload.name;
    const served = { component: this, pods, service: name };
    const endpoints = Object.entries(ports).map(([port, number]) => {
      const listening = workload.ports[port];
      if (listening === undefined)
        throw new Error(`Workload ${this.namespace}/${workload.name} has no port "${port}"`);
      return endpointAt(served, port, number === true ? listening : number, listening);
    });
    const { model, data } = service(name, selector, endpoints, options);
    this.add(model, data);
    return { name, selector, endpoint: endpointIn(served, endpoints) };
  }

  /** A Service that a controller makes for an object of this component: its name, and name → number of its ports, which are the pods' own. */
  protected managedService(
    name: string,
    pods: PodGroup,
    ports: Readonly<Record<string, number>>,
  ): Pick<ServiceRef, 'name' | 'endpoint'> {
    this.cluster.managedServices.push({ name, namespace: this.namespace, ports });
    const served = { component: this, pods, service: name };
    const endpoints = Object.entries(ports).map(([port, number]) => endpointAt(served, port, number, number));
    return { name, endpoint: endpointIn(served, endpoints) };
  }

  /** Declares that the workload connects to the endpoint: the order of roll-out and both network policies follow. */
  protected connect(from: Caller, to: Endpoint): void {
    this.requires(to);
    this.cluster.connect(from.pods, to.pods, [to.containerPort]);
  }

  /** Declares that somebody else, an address or pods, may connect to the endpoint. It sets no order. */
  protected accept(from: Peer, to: Endpoint): void {
    this.cluster.connect(from, to.pods, [to.containerPort]);
  }

  /** Declares that the workload connects to addresses: the internet, the nodes. */
  protected reach(from: Caller, to: Peer, ports: readonly Port[]): void {
    this.cluster.connect(from.pods, to, ports);
  }

  /** Declares that the workload talks to the API server. */
  protected reachApiServer(from: Caller): void {
    const { apiServer } = this.cluster;
    this.reach(from, apiServer.service, [tcp(443)]);
    this.reach(from, apiServer.nodes, [tcp(this.cluster.settings.network.apiServerPort)]);
  }

  /**
   * Publishes an endpoint at a host name, over TLS only, with a certificate of `issuer` in the Secret `<name>-tls`. `setting` is the field of
   * the component's block that names the host.
   */
  protected publish(
    name: string,
    host: string,
    endpoint: Endpoint,
    by: { readonly ingress: IngressController; readonly issuer: Issuer },
    setting = 'host',
  ): void {
    this.cluster.published.push({ name: host, path: [...this.path, setting], answers: !this.stopped });
    this.requires(by.ingress);
    this.requires(by.issuer);
    this.accept(by.ingress.pods, endpoint);
    const backend = { service: { name: endpoint.service, port: { name: endpoint.portName } } };
    this.add(Ingress, {
      metadata: {
        name,
        annotations: { ...by.ingress.annotations, 'cert-manager.io/cluster-issuer': by.issuer.name },
      },
      spec: {
        ingressClassName: by.ingress.className,
        tls: [{ hosts: [host], secretName: `${name}-tls` }],
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix' as const, backend }] } }],
      },
    });
  }

  /** A budget that lets at most one pod be taken away at a time. */
  protected budget(workload: Workload): void {
    this.add(PodDisruptionBudget, {
      metadata: { name: workload.name },
      spec: { maxUnavailable: 1, selector: { matchLabels: { ...workload.selector } } },
    });
  }

  /** Has Prometheus read ports of a Service. */
  protected scrape(service: ServiceRef, ...scrapes: readonly Scrape[]): void {
    const { model, data } = serviceMonitor(service.name, service.selector, scrapes);
    this.add(model, data);
    for (const { port } of scrapes) this.accept(this.cluster.scraper, service.endpoint(port));
  }

  /**
   * Alert rules; the runbook of the component has a section for each. `whileStopped` are in their place while it is stopped: by default one
   * that looks at its Deployments and StatefulSets. What has no settings is stopped with another component, which says so.
   */
  protected alerts(alerts: readonly Alert[], whileStopped = this.maintenance()): void {
    const rules = this.stopped ? whileStopped : alerts;
    if (!rules.length) return;
    const { model, data } = prometheusRule(this.name, rules, this.runbook);
    this.add(model, data);
  }

  private maintenance(): readonly Alert[] {
    return this.definition.settings ? [maintenanceAlert(this, this.stops.join(' or '))] : [];
  }

  /** Dashboards, for a Grafana that may be there. All instances of a component give the same ones. */
  protected dashboards(...dashboards: readonly Dashboard[]): void {
    for (const dashboard of dashboards) this.cluster.dashboards.set(dashboard, this.layer);
  }

  /** Address of the component's runbook. */
  protected get runbook(): string {
    const { repository, revision } = this.cluster.settings.gitops;
    return `${repository.replace(/\.git$/, '')}/blob/${revision}/charts/${this.layer}/${this.name}/runbook.md`;
  }

  /** Resources of an infrastructure component: CPU and memory sized by the cluster's profile. */
  protected sized(base: Resources): Resources {
    const { factor } = this.cluster.profile;
    return defined({
      ...base,
      cpu: cpu(millicoresOf(base.cpu) * factor),
      memory: memory(bytesOf(base.memory) * factor),
      memoryLimit: base.memoryLimit && memory(bytesOf(base.memoryLimit) * factor),
    });
  }
}
