/** The layers: folders of charts/, in the order in which a reader meets them. Each is an AppProject of Argo CD. */
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
