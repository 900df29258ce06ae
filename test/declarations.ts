import type { Declarations } from '../charts/core/render';

/** Of objects that no construct rendered. */
export const NO_DECLARATIONS: Declarations = {
  components: [],
  flows: [],
  secrets: [],
  pods: [],
  overheads: [],
  managedServices: [],
  hosts: [],
  exceptions: [],
  existing: [],
};
