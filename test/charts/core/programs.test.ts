import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { allImages } from '../../../imports/images';
import { functionsOf, programsOf } from './shell-words';

interface Row {
  readonly images: readonly string[];
  readonly source: string;
  readonly scripts: readonly string[];
  /** Names with blanks between them → where it is written that the image has them. */
  readonly programs: Readonly<Record<string, string>>;
  /** Called by parts of a shared script that no step in this image uses. */
  readonly elsewhere?: readonly string[];
}

const rows = parse(readFileSync('charts/core/backup/programs.yaml', 'utf8')) as readonly Row[];
const programsIn = ({ programs, elsewhere = [] }: Row): Set<string> =>
  new Set([...Object.keys(programs).flatMap((names) => names.split(' ')), ...elsewhere]);

/** What each script of an image calls; a function of one may be called by another that reads it. */
function callsOf(row: Row, read: (path: string) => string): Map<string, Set<string>> {
  const functions = new Set(row.scripts.concat(COMMON).flatMap((path) => [...functionsOf(read(path))]));
  return new Map(row.scripts.map((path) => [path, programsOf(read(path), functions)]));
}

const COMMON = 'charts/core/backup/common.sh';
const onDisk = (path: string): string => readFileSync(path, 'utf8');

/** Calls that the table does not have, as `image: script: program`. */
const unlisted = (row: Row, read: (path: string) => string): string[] =>
  [...callsOf(row, read)].flatMap(([path, called]) =>
    [...called]
      .filter((program) => !programsIn(row).has(program))
      .map((program) => `${row.images.join()}: ${basename(path)}: ${program}`),
  );

test('[BKP-09] every program that a script of backups calls is in the image that the script runs in', () => {
  expect(rows.flatMap((row) => unlisted(row, onDisk))).toEqual([]);
});

test('a call of a program that the image does not have is found, wherever it stands', () => {
  const [, rclone] = rows as [Row, Row];
  const places = [
    'jq . x',
    'true && jq . x',
    'if ! jq . x; then :; fi',
    'value=$(jq . x)',
    'echo "a $(jq . x) b"',
    'cat <<END\n$(jq . x)\nEND',
    'while read -r a; do jq . "$a"; done <x',
    'cat x | jq .',
    'case $a in\n  one | two) jq . x ;;\nesac',
    'f() { jq . x; }',
    'diff <(jq . x) y',
  ];
  for (const place of places) {
    const found = unlisted(rclone, (path) => `${onDisk(path)}\n${place}\n`);
    expect({ place, found }).toEqual({ place, found: expect.arrayContaining(['rclone: store.sh: jq']) });
  }
  const quiet = [
    '# jq . x',
    "echo 'jq . x'",
    'echo "; jq"',
    'cat <<END\njq . x\nEND',
    'case $a in\n  jq) : ;;\nesac',
    'jq=1',
  ];
  expect(quiet.flatMap((text) => [...programsOf(text)]).filter((name) => name === 'jq')).toEqual([]);
});

test('the table names no program that nothing calls, and only images of the lock', () => {
  const unused = rows.flatMap((row) => {
    const called = new Set([...callsOf(row, onDisk).values()].flatMap((calls) => [...calls]));
    return [...programsIn(row)]
      .filter((program) => !called.has(program))
      .map((program) => `${row.images.join()}: ${program}`);
  });
  expect(unused).toEqual([]);
  const names = new Set(allImages().map(({ name }) => name));
  expect(rows.flatMap(({ images }) => images).filter((name) => !names.has(name))).toEqual([]);
});

test('every script of backups beside these is in the table', () => {
  const scripts = [
    'charts/core/backup',
    'charts/data/postgresql/backup',
    'charts/data/mysql/backup',
    'charts/data/object-store/backup',
    'charts/apps/xwiki/backup',
  ].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.sh'))
      .map((file) => `${folder}/${file}`),
  );
  const listed = new Set(rows.flatMap((row) => row.scripts));
  expect(scripts.filter((path) => !listed.has(path))).toEqual([]);
});
