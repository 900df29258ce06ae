/** The layers: folders of charts/, in the order in which a reader meets them. What a layer renders for the platform is an AppProject. */
export const LAYERS = [
  'cluster',
  'storage',
  'network',
  'certificates',
  'secrets',
  'policy',
  'backup',
  'data',
  'apps',
  'observability',
  'delivery',
] as const;

export type Layer = (typeof LAYERS)[number];
