import type { IngressController } from '../core/network';
import type { Wiring } from '../core/wiring';
import { ExternalDns } from '../network/external-dns/external-dns';
import { ingress } from '../network/ingress';
import { traefik as traefikDefinition } from '../network/traefik/definition';
import { Traefik } from '../network/traefik/traefik';

export interface Network {
  /** Who publishes; undefined where it is switched off. */
  readonly ingress: IngressController | undefined;
}

export function wireNetwork(wiring: Wiring): Network {
  const http = wiring.section(ingress);
  const controller = wiring.on(Traefik, () => ({ http }))?.ingress;
  const dns = wiring.on(ExternalDns, (need) => ({
    ingress: need(controller, traefikDefinition),
    trustsCloudflare: http.trustedProxies.includes('cloudflare'),
  }));
  if (!controller || !dns) return { ingress: controller };
  return { ingress: { ...controller, annotations: { ...controller.annotations, ...dns.annotations } } };
}
