/** What lines say when something is wrong, and an alert of Loki's ruler for each. */
export interface LinePattern {
  readonly alert: string;
  /** What RE2 and JavaScript read alike. */
  readonly regex: string;
  /** Whether capitals count as small letters. @default false */
  readonly anyCase?: boolean;
  /** Lines of one application in `minutes` that it takes more than. */
  readonly moreThan: number;
  readonly minutes: number;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  readonly description: string;
}

const WHERE = '{{ $labels.app }} in {{ $labels.namespace }}';

/**
 * Texts: Go (runtime/panic.go), the JVM, V8, PostgreSQL 18 (src/backend/libpq/auth.c), MySQL 8 (ER_ACCESS_DENIED_ERROR), Valkey (WRONGPASS),
 * OpenSSH, and what the API server says to controllers whose request is refused (apiserver, pkg/admission/plugin/webhook/errors;
 * pod-security-admission, admission/admission.go).
 */
export const LINE_PATTERNS: readonly LinePattern[] = [
  {
    alert: 'LokiPanicLogged',
    regex: '^(panic: |fatal error: )|"(panic: |fatal error: )|SIGSEGV|[Ss]egmentation fault|core dumped',
    moreThan: 0,
    minutes: 10,
    severity: 'warning',
    summary: `${WHERE} crashed`,
    description: 'The program met something that its authors did not expect; a restart may hide it.',
  },
  {
    alert: 'LokiOutOfMemoryLogged',
    regex: 'java\\.lang\\.OutOfMemoryError|out of memory|cannot allocate memory',
    anyCase: true,
    moreThan: 0,
    minutes: 10,
    severity: 'warning',
    summary: `${WHERE} has no memory left`,
    description: 'It goes on with less than it needs, or ends.',
  },
  {
    alert: 'LokiAuthenticationFailuresLogged',
    regex:
      'access denied for user|WRONGPASS|failed password for|' +
      '(login|logon|authentication) (failed|failure)|invalid (username or password|credentials|password)',
    anyCase: true,
    moreThan: 20,
    minutes: 10,
    severity: 'warning',
    summary: `${WHERE} refuses passwords: {{ $value }} times in ten minutes`,
    description: 'Somebody guesses passwords, or a program has an old one.',
  },
  {
    alert: 'LokiPolicyDenialsLogged',
    regex: 'denied the request|violates PodSecurity',
    moreThan: 5,
    minutes: 10,
    severity: 'warning',
    summary: `${WHERE} is refused by a policy: {{ $value }} times in ten minutes`,
    description: 'What it wants to make breaks a rule of the cluster, and is not made.',
  },
];
