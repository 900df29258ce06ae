import { z } from 'zod';
import { block } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const policies = component({
  name: 'policies',
  layer: 'policy',
  scope: 'cluster',
  description: 'What pods, Services and Ingresses of environments must be, judged before they are stored',
  settings: block({
    action: z
      .enum(['Deny', 'Warn'])
      .default('Deny')
      .describe('What happens to an object that breaks a policy: Deny refuses it, Warn admits it and tells.'),
  }).describe('Policies for environments; they need kyverno.'),
});

export type PoliciesSettings = SettingsOf<typeof policies>;
