import type { z } from 'zod';

/** Why a setting is one cluster's own: `strata promote` never carries it to another. */
const REASONS = {
  identity: 'it says which cluster this is',
  installation: 'it says how the cluster was installed, and on what',
  environment: 'environments and their namespaces belong to one cluster',
  sizing: 'it is sized for the nodes and the load of one cluster',
  volume: 'volumes are as large as the data of their cluster',
  address: 'host names and addresses lead to one cluster',
  people: 'people and accounts outside belong to one cluster',
  target: 'two clusters must not write to one place',
  secret: 'it needs a Secret that each cluster has by itself',
  acceptance: 'somebody accepted it for one cluster',
  work: 'it is work on the data of one cluster',
} as const;

/** Keyword of the JSON schema that holds the reason. */
export const OWN = 'x-strata-own';

/** Declares a setting, with all that lies in it, as one cluster's own. It goes around all else that is said of the setting. */
export const own = <Schema extends z.ZodType>(reason: keyof typeof REASONS, schema: Schema): Schema =>
  schema.meta({ ...schema.meta(), [OWN]: REASONS[reason] });
