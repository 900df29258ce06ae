import { component } from '../../core/definition';

export const platformNamespaces = component({
  name: 'platform-namespaces',
  layer: 'cluster',
  scope: 'cluster',
  description:
    "Priority classes, and the platform's own namespaces with Pod Security, quota, limits and default deny",
  settings: null,
  takesOver: true,
});
