import fc from 'fast-check';
import type { Json } from '../charts/core/yaml';

const BOOLEAN_WORDS =
  'y Y n N yes Yes YES yEs no No NO on On ON off Off OFF true True TRUE false False FALSE fALSE';
const NULL_WORDS = '~ null Null NULL nULL none None nil undefined';
const NUMBERS = [
  '0 1 -1 +1 00 007 0777 -0777 08 09 0o14 0O14 0x1F -0xff 0X1f 0b101 0B1 1_000 0x_1f 0b_1 _1 __ +_49 -_1 1__2 _',
  '1.0 1. .5 +.5 -.5 . .. ... -. +. 1e3 1E3 1e+3 1.5e-3 1.e3 .1e3 .e3 1e 0e0 12e03 1_0.5 1.2.3 1,000 1,5 1d 1f',
  '.inf .Inf .INF -.inf +.inf .nan .NaN .NAN NaN nan inf Infinity -Infinity 9007199254740993 18446744073709551616',
  '1:30 190:20:30 190:20:30.15 1:60 -1:30 0:0 12:30:45 100m 1.5 50Gi 30s 25% 1k 1M 2E 5d 12h 7ms 0x1d 1e2m 0',
].join(' ');
const DATES =
  '2001-12-14 2001-1-1 2001-12-14T21:59:43.10-05:00 2001-12-14t21:59:43Z 20011214 2026-11 12-11 15:04 2026';
const INDICATORS =
  '= < << > | - -- --- ? : :: , [ ] [] { } {} # #a ! !! !tag !!str & &a * *a % %x %YAML @ @x ` `x` \' " \'\' "" \\ $ ^ / // ; ( )';
/** Samples that hold spaces, with ¦ between them. */
const separated = (...lines: string[]): string[] => lines.join('').split('¦');

const SYNTAX = separated(
  '---\n¦...¦--- a¦... a¦- a¦-a¦- ¦? a¦?a¦?¦: a¦:a¦a:¦a: ¦a: b¦a:b¦a :b¦a #b¦a# b¦a#¦# a¦a # b: c¦',
  '[a, b]¦[a¦a]¦a, b¦a,b¦,a¦{a: b}¦{{ a }}¦{a¦a}¦!ruby/object:X {}¦!!python/object:os.system¦&a b¦',
  '*a b¦%TAG ! x¦| a¦> a¦|-¦>+¦|2¦\'a¦a\'b¦it\'s¦"a¦a"b¦say "a"¦\\n¦\\u0041¦a\\¦C:\\x¦`a`¦@daily¦',
  '$(A)¦${A:-b}¦~a¦~/x¦http://a:80/?b=c#d¦a@b.example¦*.example.org¦10.0.0.1¦10.0.0.0/8¦::1¦',
  'fe80::/10¦*/5 * * * *¦sha256:ab',
);
const SPACES = separated(
  '¦ ¦  ¦ a¦a ¦  a  ¦\t¦\ta¦a\t¦a\tb¦a  b¦ \t¦\xa0¦\xa0a¦a\u3000¦\u2003a¦ #a¦\n¦\n\n¦ \n¦\n ¦\t\n¦',
  '\na¦a\n¦a\n\n¦a\n\n\n¦a\nb¦a\nb\n¦a\n\nb¦\n\na\n¦\n a\n¦ a\nb¦  a\n b\n¦a\n  b\n¦a \nb¦a\nb ¦',
  'a\nb\t¦a\n \nb¦a\n \n¦a\n\t\nb¦a\n\tb¦\ta\nb¦\n\ta¦ \n a¦a\n   ¦a\r\nb\r\n¦a\r\nb¦\r¦\r\n¦a\rb¦',
  'a\n\rb¦# a\nb¦a\n# b\n¦---\na¦a\n---\nb\n¦a\n...\n¦%a\nb¦a: b\n- c\n¦- a\n- b¦{a: b}\nc¦',
  '#!/bin/sh\nset -eu\n¦|\n a¦a\n\n\n b\n\n',
);
const UNICODE = separated(
  'é¦ß\nü¦日本語¦日本\n語\n¦😀¦a😀\nb¦👩\u200d👩\u200d👧¦\u{10ffff}¦\u{1fffe}¦\u0301a¦\u200b¦\u200d¦a\xadb¦',
  '\x85¦a\x85b¦a\n\x85b¦\u2028¦a\u2028b¦a\n\u2028¦\u2029¦a\u2029\nb¦\ufeff¦\ufeffa¦a\ufeff\nb¦',
  '\u202e\u202c¦\u2066a¦\ufffd¦\ufffe¦\uffff¦a\n\uffff¦\ue000¦\x7f¦a\x7f\nb¦\x80¦\x9f¦¡¦\x00¦a\x00b¦',
  '\x01¦\x07\x08¦\x0b¦\x0c¦\x1b[0m¦a\n\x1b¦\x1f¦😀¦‘’“”…¦½¦١٢',
);
const OTHER = [
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  'a b '.repeat(240),
  '"'.repeat(50),
  'a\n'.repeat(100),
];

const words = (text: string): string[] => text.split(' ');

/** Strings that some reader of YAML 1.1 or 1.2 takes for something else when they are not quoted, or refuses. */
export const NASTY_STRINGS: readonly string[] = [
  ...new Set([
    ...words(BOOLEAN_WORDS),
    ...words(NULL_WORDS),
    ...words(NUMBERS),
    ...words(DATES),
    ...words(INDICATORS),
    ...SYNTAX,
    ...SPACES,
    ...UNICODE,
    ...OTHER,
  ]),
];

/** Numbers whose JavaScript form some reader takes for a string or for another number. */
export const NUMBERS_TO_KEEP: readonly number[] = [
  0, 1, -1, 10, 0.1, -0.5, 1e3, 1e20, 1e21, -1e21, 1.5e21, 1e300, 1e-6, 1e-7, 1.5e-7, -1e-7, 5e-324,
  2147483648, 9007199254740991, -9007199254740991, 123456789012, 0.30000000000000004, 1.7976931348623157e308,
];

/** `text` in every place where a string may stand, so that a writer's rules for one place are not taken for the rules of all. */
export function inEveryPlace(text: string): Json {
  return {
    value: text,
    list: [text, [text, [text]], { first: text, second: [text] }, [[{ deep: text }]]],
    map: { [text]: text, nested: { [text]: { [text]: [text] } } },
    last: text,
  };
}

/** Pieces of which YAML syntax is made: strung together they hit its special cases far more often than random characters do. */
const PIECES = separated(
  ' ¦ ¦  ¦\t¦\n¦\n¦\n\n¦\r\n¦:¦: ¦-¦- ¦#¦ #¦,¦[¦]¦{¦}¦&¦*¦!¦|¦>¦\'¦"¦%¦@¦`¦?¦=¦~¦<<¦\\¦.¦_¦+¦e¦E¦x¦o¦',
  'b¦y¦n¦no¦inf¦nan¦0¦0¦1¦7¦9¦59¦a¦Z¦/¦(¦$¦é¦\x85¦\u2028¦\xa0¦\ufeff¦😀¦\x00¦---¦...',
);

const string: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY_STRINGS) },
);

const number = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (Object.is(value, -0) ? 0 : value));

/** Any document of JSON, with an accent on strings and keys that are hard to write. */
export const jsonDocuments: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: string },
    { weight: 2, arbitrary: fc.oneof(number, fc.boolean(), fc.constant(null)) },
    { weight: 3, arbitrary: fc.array(tie('node'), { maxLength: 4 }) },
    { weight: 3, arbitrary: fc.dictionary(string, tie('node'), { maxKeys: 4, noNullPrototype: true }) },
  ),
})).node;
