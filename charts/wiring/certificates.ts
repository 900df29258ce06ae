import { CertManager } from '../certificates/cert-manager/cert-manager';
import { certificates } from '../certificates/certificates';
import type { Wiring } from '../core/wiring';
import { traefik } from '../network/traefik/definition';
import type { Network } from './network';

/** The authorities; undefined where cert-manager is switched off. */
export const wireCertificates = (wiring: Wiring, { ingress }: Network): CertManager | undefined =>
  wiring.on(CertManager, (need) => ({
    certificates: wiring.section(certificates),
    // it publishes the answers to proofs by HTTP
    ingress: need(ingress, traefik),
  }));
