/** A line that begins something, or goes on with what the line before has begun. */
export interface LineRule {
  /** States in which it is looked for; `start_state` begins a record. */
  readonly from: readonly string[];
  /** What Onigmo and JavaScript read alike. */
  readonly regex: RegExp;
  /** State after it. */
  readonly to: string;
}

export const START = 'start_state';

/** How long a line waits for what goes on with it, in milliseconds. */
export const WAIT_MS = 1000;

/**
 * Lines that belong together, as one record: src/multiline/flb_ml_rule.c of v5.1.1. In a state its rules are tried in this order, then those
 * of `start_state`. Whatever begins with a space goes on with the line before: JVM, .NET, Node.js, Ruby, and JSON over several lines. Python
 * and Go end or go on without one. A private key is one record so that it can be masked.
 */
export const LINE_RULES: readonly LineRule[] = [
  { from: [START], regex: /-----BEGIN [A-Z ]*PRIVATE KEY-----$/, to: 'key' },
  { from: [START], regex: /^Traceback \(most recent call last\):/, to: 'python' },
  { from: [START], regex: /^(?:panic: |fatal error: )/, to: 'go' },
  { from: [START], regex: /^\S/, to: 'line' },

  { from: ['line'], regex: /^\s+\S/, to: 'line' },
  { from: ['line'], regex: /^(?:Caused by|Suppressed): /, to: 'line' },
  {
    from: ['line'],
    regex: /^(?:[a-z_][\w$]*\.)+[A-Z][\w$.]*(?:Exception|Error|Throwable)(?::|$)/,
    to: 'line',
  },
  { from: ['line'], regex: /^--- End of /, to: 'line' },
  { from: ['line'], regex: /^Traceback \(most recent call last\):/, to: 'python' },

  // frames, then the exception; a blank line and one of two sentences lead to the exception behind it
  { from: ['python'], regex: /^\s+\S/, to: 'python' },
  { from: ['python_end'], regex: /^\s+\S/, to: 'python_end' },
  { from: ['python'], regex: /^\S/, to: 'python_end' },
  { from: ['python_end', 'python_next'], regex: /^$/, to: 'python_next' },
  {
    from: ['python_next'],
    regex: /^(?:During handling of the above|The above exception was)/,
    to: 'python_next',
  },
  { from: ['python_next'], regex: /^Traceback \(most recent call last\):/, to: 'python' },

  { from: ['go'], regex: /^$/, to: 'go' },
  { from: ['go'], regex: /^\s+\S/, to: 'go' },
  { from: ['go'], regex: /^(?:goroutine \d+ |\[signal |created by |runtime stack:|exit status )/, to: 'go' },
  { from: ['go'], regex: /^\S+\(.*\)$/, to: 'go' },

  { from: ['key'], regex: /^[A-Za-z0-9+/=]+$/, to: 'key' },
  { from: ['key'], regex: /^-----END [A-Z ]*PRIVATE KEY-----/, to: 'line' },
];
