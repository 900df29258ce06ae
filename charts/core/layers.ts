/** The layers: folders of charts/, in the order in which a reader meets them. What a layer renders for the platform is an AppProject. */
export type Layer =
  | 'cluster'
  | 'storage'
  | 'network'
  | 'certificates'
  | 'secrets'
  | 'policy'
  | 'backup'
  | 'data'
  | 'apps'
  | 'observability'
  | 'delivery';
