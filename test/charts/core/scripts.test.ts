import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deployedFiles, deployedScript } from '../../../charts/core/scripts';

const sources = execFileSync('git', ['ls-files', '-z', 'charts/**/*.sh'], { encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);

/** What bash understands of a script: it prints a function without the comments and blank lines between its commands. */
const understood = (script: string): string =>
  execFileSync('bash', ['-c', 'eval "$(cat)"; declare -f script'], {
    input: `script() {\n${script}\n}`,
    encoding: 'utf8',
  });

describe('a script in a cluster', () => {
  test.each(sources)('%s says the same there, in fewer lines', (path) => {
    const source = readFileSync(path, 'utf8');
    const script = deployedScript(source);
    expect(understood(script)).toBe(understood(source));
    expect(script.split('\n', 1)).toEqual(source.split('\n', 1));
    expect(script.split('\n').length).toBeLessThan(source.split('\n').length);
  });

  test('what bash understands differs where a script lost more than a comment', () => {
    expect(understood("echo 'a\n\nb'\n")).not.toBe(understood(deployedScript("echo 'a\n\nb'\n")));
    expect(understood('a\nb\n')).not.toBe(understood('a\n'));
  });

  test('it keeps its first line, documents within it, and comments behind a command', () => {
    const lines = [
      '#!/bin/sh',
      '# what it does',
      '',
      'cat <<END',
      '# a document',
      '',
      'END',
      '  # why',
      'grep x <<<"# y" # here',
      '# last',
    ];
    expect(deployedScript(`${lines.join('\n')}\n`).split('\n')).toEqual([
      '#!/bin/sh',
      'cat <<END',
      '# a document',
      '',
      'END',
      'grep x <<<"# y" # here',
      '',
    ]);
  });

  test('files that are no shell scripts stay as they are: a migration has a checksum', () => {
    const files = { 'V1__notes.sql': '-- notes\n\n# x\n' };
    expect(deployedFiles(files)).toEqual(files);
  });
});
