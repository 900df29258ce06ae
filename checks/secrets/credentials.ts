/** Credentials that can be told by their form, whatever field they stand in. */
const CREDENTIALS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/],
  ['an age key', /AGE-SECRET-KEY-1[0-9A-Z]{20}/],
  // IAM user guide, "IAM identifiers": AKIA for long-term, ASIA for temporary keys
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  // RFC 7519: header and payload are JSON objects, which begin with eyJ in base64url
  ['a JSON web token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40})/],
  ['a Slack token or hook', /\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/],
  ['a URL with a password', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'{}$<]+:(?![${<%(])[^\s/@"'{}$<]+@/i],
  ['a password in a connection string', /[?&;]password=(?![${<%(])[^\s&;"'$]+/i],
  [
    'a password in a configuration',
    /^[\w.-]*(?:password|passwd|secret_?key|api_?key)["']?[ \t]*[:=][ \t]*(?!["']?[${<%(/])["']?[^\s"']{6,}["']?\s*$/im,
  ],
];
/** Characters of the shortest credential. Most texts of a manifest are shorter, and need no closer look. */
const SHORTEST = 14;
/** Matches a part of every credential: a text without a match holds none, and need not be tried with each pattern. */
const HINT =
  /PRIVATE KEY|AGE-SECRET|AKIA|ASIA|eyJ|gh[pousr]_|github_pat_|xox|hooks\.slack|:\/\/[^/]*:[^/]*@|passw|secret_?key|api_?key/i;

/** Longer texts come back in many objects: instances of a component share scripts and configurations. */
const LONG = 100;
/** Long texts that hold none. */
const clean = new Set<string>();

/** What credential a text holds, or undefined. */
export function credentialIn(text: string): string | undefined {
  if (text.length < SHORTEST) return undefined;
  const isLong = text.length > LONG;
  if (isLong && clean.has(text)) return undefined;
  const found = HINT.test(text) ? CREDENTIALS.find(([, pattern]) => pattern.test(text))?.[0] : undefined;
  if (isLong && found === undefined) clean.add(text);
  return found;
}

const CREDENTIAL_NAME = /PASSWORD|PASSWD|SECRET|TOKEN|(?:^|_)KEY(?:$|_)/i;
/** Ends of names of variables that say something about a credential, such as where it lies, and hold none. */
const ABOUT_CREDENTIAL =
  /_(?:FILE|PATH|DIR|NAME|NAMESPACE|URL|ENABLED|LENGTH|TTL|EXPIRATION|LIFETIME|POLICY|TYPE)$/i;
/** Paths, switches, numbers, durations, and references to other variables. */
const NO_CREDENTIAL =
  /^(?:\.{0,2}\/.*|file:.*|true|false|yes|no|on|off|none|null|[0-9]+(?:ms|s|m|h|d)?|\$\([A-Za-z_]\w*\)|)$/i;

/** Whether a variable is named like a credential and has a literal value that can be one. */
export const isCredentialVariable = (name: string, value: string): boolean =>
  CREDENTIAL_NAME.test(name) && !ABOUT_CREDENTIAL.test(name) && !NO_CREDENTIAL.test(value);
