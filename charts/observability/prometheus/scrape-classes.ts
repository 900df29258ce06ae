const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Shows the token of Prometheus' account to the API server, whose certificate the cluster's own authority signs. */
export const API_SERVER_CLASS = 'api-server';
/** The same to kubelets, whose certificates no authority of the cluster signs unless their rotation is set up: they are not verified. */
export const KUBELET_CLASS = 'kubelet';

const authorization = { credentialsFile: `${ACCOUNT_FOLDER}/token` };

/**
 * How the cluster's own endpoints are read. Files of the pod may be named here only: monitors cannot, so that a namespace cannot have a
 * token or key of Prometheus sent to a server of its choice.
 */
export const scrapeClasses = () => [
  { name: API_SERVER_CLASS, authorization, tlsConfig: { caFile: `${ACCOUNT_FOLDER}/ca.crt` } },
  { name: KUBELET_CLASS, authorization },
];
