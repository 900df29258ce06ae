import { ApiObject, type Chart } from 'cdk8s';
import type { DataOf, ModelClass } from '../../imports/models';
import type { KubeObject } from './objects';

/** The metadata that every object has here: names are explicit. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A cdk8s ApiObject whose fields the compiler checks. Its schema is checked with the whole set (checks/schema/schema.ts), once.
 */
export class Resource<M extends ModelClass> extends ApiObject {
  private readonly fields: object;

  constructor(scope: Chart, model: M, data: DataOf<M>, metadata: Metadata) {
    const id = [model.kind, metadata.namespace, metadata.name].filter(Boolean).join('.').toLowerCase();
    super(scope, id, { apiVersion: model.apiVersion, kind: model.kind, metadata });
    this.fields = { ...(data as object), apiVersion: model.apiVersion, kind: model.kind, metadata };
  }

  /** The object as given. cdk8s would resolve tokens leaf by leaf, which costs more than everything else; there are none here. */
  override toJson(): KubeObject {
    return this.fields as KubeObject;
  }
}
