/** A stretch of text that looks like a secret. */
interface PlainSecret {
  readonly offset: number;
  readonly value: string;
  /** What it looks like: `an age key`. */
  readonly kind: string;
}

/** What secrets look like wherever they stand. */
const VALUES: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)?/g,
  'an age key': /AGE-SECRET-KEY-[0-9A-Z-]+/gi,
  'an AWS access key': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  'a GitHub token': /\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_\w{20,})/g,
  'a GitLab token': /\bglpat-[\w-]{16,}/g,
  'a Slack token': /\bxox[abposr]-[\w-]{10,}/g,
  'a webhook URL with its token':
    /https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)|discord(?:app)?\.com\/api\/webhooks)\/\S+/g,
  'a JSON Web Token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g,
  'a URL with a key in its query':
    /\bhttps?:\/\/\S+[?&](?:token|key|api_?key|secret|password|sig)=[^\s&'"]+/gi,
  'a URL with a password': /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:[^\s/?#@]+@/gi,
};

const KEY =
  /pass(word|wd|phrase)|^pass$|secret|token|credential|(api|access|private|secret|signing|encryption|routing|integration|account)[-_]?key/i;

/** Every stretch of the text, comments included, that looks like a secret. */
export function plainSecrets(text: string): readonly PlainSecret[] {
  return Object.entries(VALUES).flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({ offset: match.index, value: match[0], kind })),
  );
}

/** Whether a key's value is a secret by its name: `password`, `apiToken`, `secret_access_key`. */
export function namesSecret(key: string): boolean {
  return KEY.test(key);
}
