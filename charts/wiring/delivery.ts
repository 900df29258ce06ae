import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import type { Wiring } from '../core/wiring';
import { alerts } from '../delivery/alerts';
import { Argocd } from '../delivery/argocd/argocd';
import { traefik } from '../network/traefik/definition';
import type { Network } from './network';

export function wireDelivery(
  wiring: Wiring,
  { ingress }: Network,
  certificates: CertManager | undefined,
): Argocd | undefined {
  const hasPages = wiring.block(Argocd.definition)?.host !== undefined;
  return wiring.on(Argocd, (need) => ({
    receivers: wiring.section(alerts),
    ...(hasPages && { ingress: need(ingress, traefik), issuer: need(certificates?.issuer, certManager) }),
  }));
}
