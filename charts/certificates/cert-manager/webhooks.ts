/** Upstream's 30 seconds would let a dead webhook hold up each sync that long; the API server's own default is enough. */
const TIMEOUT_SECONDS = 10;

interface WebhookService {
  readonly name: string;
  readonly namespace: string;
}

/**
 * The webhooks of cert-manager v1.21.1 (deploy/charts/cert-manager/templates/webhook-*-webhook.yaml). They refuse while the webhook is
 * down, as upstream's do: an unchecked Certificate would fail later and less clearly. Upstream lets a label of a namespace turn the
 * checks off; here nothing does.
 */
const webhook = (service: WebhookService, path: string) => ({
  name: 'webhook.cert-manager.io',
  admissionReviewVersions: ['v1'],
  matchPolicy: 'Equivalent' as const,
  timeoutSeconds: TIMEOUT_SECONDS,
  failurePolicy: 'Fail' as const,
  sideEffects: 'None' as const,
  // no caBundle: it belongs to the cainjector, and Argo CD, which applies server-side, leaves fields alone that it does not set
  clientConfig: { service: { ...service, path } },
});

/** Writes down who asks for a certificate. */
export const mutatingWebhook = (service: WebhookService) => ({
  ...webhook(service, '/mutate'),
  rules: [
    {
      apiGroups: ['cert-manager.io'],
      apiVersions: ['v1'],
      operations: ['CREATE' as const],
      resources: ['certificaterequests'],
    },
  ],
});

/** Judges every object of cert-manager. */
export const validatingWebhook = (service: WebhookService) => ({
  ...webhook(service, '/validate'),
  rules: [
    {
      apiGroups: ['cert-manager.io', 'acme.cert-manager.io'],
      apiVersions: ['v1'],
      operations: ['CREATE' as const, 'UPDATE' as const],
      resources: ['*/*'],
    },
  ],
});
