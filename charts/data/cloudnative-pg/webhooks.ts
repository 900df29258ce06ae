/** Upstream leaves the API server's default, 10 seconds. */
const TIMEOUT_SECONDS = 10;

interface WebhookService {
  readonly name: string;
  readonly namespace: string;
}

/** Kinds whose defaults the operator fills in, and kinds that it judges: releases/cnpg-1.30.1.yaml. */
const MUTATED = ['backup', 'cluster', 'database', 'scheduledbackup'] as const;
const VALIDATED = ['backup', 'cluster', 'database', 'pooler', 'scheduledbackup'] as const;

const webhook = (service: WebhookService, verb: 'mutate' | 'validate', kind: string) => ({
  name: `${verb[0] ?? ''}${kind}.cnpg.io`,
  admissionReviewVersions: ['v1'],
  matchPolicy: 'Equivalent' as const,
  timeoutSeconds: TIMEOUT_SECONDS,
  // as upstream's: an object that nobody has judged is worse than one that is refused
  failurePolicy: 'Fail' as const,
  sideEffects: 'None' as const,
  // no caBundle: the operator writes the authority that it makes itself, and Argo CD leaves fields alone that it does not set
  clientConfig: { service: { ...service, path: `/${verb}-postgresql-cnpg-io-v1-${kind}` } },
  rules: [
    {
      apiGroups: ['postgresql.cnpg.io'],
      apiVersions: ['v1'],
      operations: ['CREATE' as const, 'UPDATE' as const],
      resources: [`${kind}s`],
    },
  ],
});

export const mutatingWebhooks = (service: WebhookService) =>
  MUTATED.map((kind) => webhook(service, 'mutate', kind));

export const validatingWebhooks = (service: WebhookService) =>
  VALIDATED.map((kind) => webhook(service, 'validate', kind));
