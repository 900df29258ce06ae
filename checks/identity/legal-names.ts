// What the API server accepts as a name: k8s.io/apimachinery v0.36.3, pkg/util/validation/validation.go and pkg/api/validate/content.

/** Says what is wrong with a text, or undefined where it is legal. */
export type NameRule = (text: string) => string | undefined;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_WORD = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const CONFIG_KEY = /^(?!\.\.|\.$)[-._a-zA-Z0-9]+$/;
const VARIABLE = /^(?!\.\.|\.$)[-._a-zA-Z][-._a-zA-Z0-9]*$/;

const LETTERS = 'lower-case letters, digits and hyphens, with a letter or digit at both ends';

const rule =
  (pattern: RegExp, longest: number, consistsOf: string): NameRule =>
  (text) => {
    if (text.length > longest) return `it has ${text.length} characters, of which ${longest} are allowed`;
    return pattern.test(text) ? undefined : `it must consist of ${consistsOf}`;
  };

/** RFC 1123 label. */
export const label = rule(LABEL, 63, LETTERS);

/** Name of a StatefulSet: its pods carry the name, a hyphen and a hash of ten characters in a label, which may have 63. */
export const statefulSetName = rule(LABEL, 52, LETTERS);

/** Name of a CronJob: its Jobs carry the name and eleven characters more (pkg/apis/batch/validation of Kubernetes 1.36.3). */
export const cronJobName = rule(SUBDOMAIN, 52, `${LETTERS}, or of several such parts with dots between them`);

/** RFC 1035 label: the name of a Service is a name in the cluster's DNS. */
export const serviceName = rule(LABEL_1035, 63, `${LETTERS}, the first of them a letter`);

/** RFC 1123 subdomain: what most kinds demand. */
export const subdomain = rule(SUBDOMAIN, 253, `${LETTERS}, or of several such parts with dots between them`);

/** Name of a Job: its pods carry it in a label. */
export const jobName = rule(SUBDOMAIN, 63, `${LETTERS}, or of several such parts with dots between them`);

/** Names of RBAC objects need only fit into the path of a URL. */
export const pathSegment: NameRule = (text) =>
  text === '.' || text === '..' || /[/%]/.test(text) || text === ''
    ? 'it must be no dot or two, and hold no slash and no percent sign'
    : undefined;

/** Name of a port of a container, and what a Service's targetPort may name: IANA_SVC_NAME of RFC 6335, lower case. */
export const portName = rule(
  PORT_NAME,
  15,
  'lower-case letters, digits and single hyphens, with a letter among them',
);

export const labelValue: NameRule = (text) => (text === '' ? undefined : labelWord(text));

const labelWord = rule(LABEL_WORD, 63, 'letters, digits, -, _ and dots, with a letter or digit at both ends');

/** Key of a label or annotation: `part-of`, `app.kubernetes.io/part-of`. */
export const labelKey: NameRule = (text) => {
  const [word = '', prefix, ...more] = text.split('/').reverse();
  if (more.length) return 'it may hold one slash';
  const problem = labelWord(word) ?? (prefix === undefined ? undefined : subdomain(prefix));
  return problem && (prefix === undefined ? problem : `${problem} on each side of the slash`);
};

/** Key of a ConfigMap or Secret. */
export const configKey = rule(CONFIG_KEY, 253, 'letters, digits, -, _ and dots');

/** Name of an environment variable; what newer API servers allow beyond that no shell can read. */
export const variableName = rule(
  VARIABLE,
  Infinity,
  'letters, digits, -, _ and dots, the first of them no digit',
);
