import type { IEnvFromSource } from 'kubernetes-models/v1/EnvFromSource';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { ConfigMapRef } from '../contracts';
import { defined } from '../objects';
import type { ContainerSpec, EnvSource, EnvValue } from '../pod';

export function environmentVariable(name: string, value: EnvValue): IEnvVar {
  if (typeof value === 'string') return { name, value };
  return { name, valueFrom: valueSource(value) };
}

function valueSource(value: Exclude<EnvValue, string>): NonNullable<IEnvVar['valueFrom']> {
  if ('field' in value) return { fieldRef: { fieldPath: value.field } };
  if ('resource' in value)
    return { resourceFieldRef: defined({ resource: value.resource, divisor: value.divisor }) };
  if ('config' in value) return { configMapKeyRef: { name: value.config.name, key: value.key } };
  return { secretKeyRef: { name: value.secret, key: value.key } };
}

export const environmentSource = (source: EnvSource): IEnvFromSource =>
  'config' in source
    ? defined({ prefix: source.prefix, configMapRef: { name: source.config.name } })
    : defined({ prefix: source.prefix, secretRef: { name: source.secret.name } });

/** ConfigMaps that a container reads at its start only, so that a change must restart it. */
export function environmentConfigs({ env = {}, envFrom = [] }: ContainerSpec): ConfigMapRef[] {
  const values = Object.values(env).filter((value) => typeof value !== 'string');
  return [...values, ...envFrom].flatMap((value) => ('config' in value ? [value.config] : []));
}
