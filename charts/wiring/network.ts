import type { IngressController } from '../core/network';
import type { Wiring } from '../core/wiring';
import { ingress } from '../network/ingress';
import { Traefik } from '../network/traefik/traefik';

export interface Network {
  /** Who publishes; undefined where it is switched off. */
  readonly ingress: IngressController | undefined;
}

export function wireNetwork(wiring: Wiring): Network {
  const traefik = wiring.on(Traefik, () => ({ http: wiring.section(ingress) }));
  return { ingress: traefik?.ingress };
}
