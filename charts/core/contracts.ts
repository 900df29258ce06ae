/** Who a component is, for those who depend on it. */
export interface ComponentIdentity {
  /** `mysql-prod`, `traefik`: the name of its Application and of its folder in dist/. */
  readonly id: string;
  /** Namespace of its objects. */
  readonly namespace: string;
}

/** What one component offers another. Taking one in the props is the declaration of the dependency. */
export interface Contract {
  /** Who provides it; the taker's Application comes in a later wave. */
  readonly component: ComponentIdentity;
}

/** A StorageClass that claims can name. */
export interface StorageClass {
  /** Null for a class that the cluster brings itself, as k3s brings `local-path`. */
  readonly component: ComponentIdentity | null;
  readonly name: string;
}

/** A cert-manager ClusterIssuer. */
export interface Issuer extends Contract {
  readonly name: string;
}

/** A rendered ConfigMap: pods that mount it restart when its content changes. */
export interface ConfigMapRef {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}
