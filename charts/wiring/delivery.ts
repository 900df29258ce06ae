import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import { defined } from '../core/objects';
import type { Wiring } from '../core/wiring';
import { alerts } from '../delivery/alerts';
import { ArgoRollouts } from '../delivery/argo-rollouts/argo-rollouts';
import { Argocd } from '../delivery/argocd/argocd';
import { traefik } from '../network/traefik/definition';
import type { Network } from './network';
import type { Observability } from './observability';

export function wireDelivery(
  wiring: Wiring,
  { ingress }: Network,
  certificates: CertManager | undefined,
  { prometheus: metrics }: Observability,
): Argocd | undefined {
  wiring.on(ArgoRollouts, () => defined({ metrics }));
  const hasPages = wiring.block(Argocd.definition)?.host !== undefined;
  return wiring.on(Argocd, (need) => ({
    receivers: wiring.section(alerts),
    ...(hasPages && { ingress: need(ingress, traefik), issuer: need(certificates?.issuer, certManager) }),
  }));
}
