import { exactly, oneOf, word, type Piece } from './text-pattern';

/** Values of the label `level`. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'] as const;
export type Level = (typeof LEVELS)[number];

/** What programs call them, in small letters: words, syslog's, and the letters and numbers below. */
export const LEVEL_WORDS: Readonly<Record<string, Level>> = {
  ...{ trace: 'trace', finest: 'trace', finer: 'trace' },
  ...{ debug: 'debug', dbg: 'debug', fine: 'debug', debug1: 'debug', debug2: 'debug', debug3: 'debug' },
  ...{
    info: 'info',
    information: 'info',
    informational: 'info',
    notice: 'info',
    note: 'info',
    log: 'info',
    inf: 'info',
  },
  ...{ warn: 'warn', warning: 'warn', wrn: 'warn', w: 'warn' },
  ...{ error: 'error', err: 'error', severe: 'error', e: 'error', i: 'info', d: 'debug' },
  ...{ fatal: 'fatal', critical: 'fatal', crit: 'fatal', panic: 'fatal', alert: 'fatal', emerg: 'fatal' },
  ...{ emergency: 'fatal', dpanic: 'fatal', f: 'fatal' },
  // pino and bunyan
  ...{ '10': 'trace', '20': 'debug', '30': 'info', '40': 'warn', '50': 'error', '60': 'fatal' },
};

/** Fields of a line in JSON that may hold it, the first that does counts: zap, slog, logback, pino, Elastic's ECS, Google's format. */
export const LEVEL_FIELDS = ['level', 'severity', 'lvl', 'levelname', 'log.level', 'loglevel', 'log_level'];

/** Characters of a line in which its level is looked for: behind them is what it is about. */
export const LEVEL_WITHIN = 200;

/** A place of a line that may hold the level: what stands before it, and the word itself. The first word that is one counts. */
interface LevelPlace {
  readonly before: readonly Piece[];
  readonly word: readonly Piece[];
  readonly after: readonly Piece[];
  /** Whether it counts at the very beginning of the line only. @default false */
  readonly first?: boolean;
}

const LETTERS = oneOf('A-Za-z', '', '+');

/** Tried one after the other. */
export const LEVEL_PLACES: readonly LevelPlace[] = [
  // logfmt: level=info, lvl="warn"
  ...['level', 'lvl', 'severity'].map((field) => ({
    before: [word(field), exactly('='), oneOf('', '"', '?')],
    word: [LETTERS],
    after: [],
  })),
  // JSON that was not read, as when it is cut
  {
    before: [exactly('"level"'), oneOf(' ', '', '*'), exactly(':'), oneOf(' ', '', '*'), exactly('"')],
    word: [LETTERS],
    after: [],
  },
  // klog: E1128 13:02:11.000000
  { before: [], word: [oneOf('', 'IWEF')], after: [oneOf('0-9', '', 4), exactly(' ')], first: true },
  // [error], <warning>, [ERROR]
  { before: [oneOf('', '[<')], word: [LETTERS], after: [oneOf('', ']>')] },
  // a word of three capitals and more: log4j, PostgreSQL, Python. Few sentences have them.
  { before: [], word: [oneOf('A-Z', '', 3), oneOf('A-Z', '', '*')], after: [] },
];

/** Beginnings of what a program says at its end, without a level. */
export const CRASHES: readonly (readonly Piece[])[] = [
  [exactly('panic: ')],
  [exactly('fatal error: ')],
  [exactly('Traceback (most recent call last)')],
  [exactly('Exception in thread ')],
];
