import { Command, CommanderError } from 'commander';
import { addCommands, type Finish } from './commands';
import { addCompletion, asked, suggest } from './completion';
import { diffCommand } from './diff-command';
import { faultLine } from './fault';
import { addInit } from './init-command';
import { Output } from './output';
import { addPromote } from './promote-command';
import type { Surroundings } from './surroundings';
import { visible } from './visible';

/** 0: fine. 1: findings, or settings that are refused. 2: wrong use, or a fault of Strata itself. */
const EXIT = { fine: 0, findings: 1, wrongUse: 2 } as const;

/** Runs one command line, without the names of node and program, and gives its exit code. Never throws. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let code: number = EXIT.fine;
  const finish: Finish = ({ failures }, format, print) => {
    print(new Output(format, surroundings));
    if (failures.length) code = failures.some((one) => one.isWrongUse) ? EXIT.wrongUse : EXIT.findings;
  };
  try {
    const program = programFor(surroundings, finish);
    program.addCommand(diffCommand(surroundings, (result) => (code = result)).copyInheritedSettings(program));
    const words = asked(args);
    if (words) suggest(program, surroundings.workspace, words);
    else await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
    surroundings.stderr.write(`${visible(faultLine(error, surroundings))}\n`);
    return EXIT.wrongUse;
  }
}

function programFor(surroundings: Surroundings, finish: Finish): Command {
  const { version, stdout, stderr, workspace } = surroundings;
  const program = new Command('strata')
    .description('Renders every layer of a self-hosted Kubernetes platform as checked YAML')
    .version(version, '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(visible(text)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(strata --help says more)')
    .helpCommand(true)
    .exitOverride();
  addCommands(program, surroundings, finish);
  addInit(program, surroundings, finish);
  addPromote(program, surroundings, finish);
  addCompletion(program, workspace);
  return program;
}
