import { isReserved } from '../../../settings/reserved';
import { StrataError } from '../../core/errors';

interface Checked {
  readonly databases: readonly string[];
  readonly standbys: number;
  readonly synchronous: boolean;
  readonly primary: number;
}

/** Throws a StrataError on props that no PostgreSQL could be made of. `where` names the component. */
export function refuseMistakes(where: string, { databases, standbys, synchronous, primary }: Checked): void {
  for (const database of databases) {
    if (isReserved('postgresql', database) || database.endsWith('_owner'))
      throw new StrataError(
        `${where}: databases`,
        `"${database}" is a name of the server itself`,
        'Choose another',
      );
  }
  if (primary > standbys)
    throw new StrataError(
      `${where}: primary`,
      `there is no server ${primary}`,
      `Name one of 0 to ${standbys}`,
    );
  if (synchronous && standbys < 2)
    throw new StrataError(
      `${where}: synchronous`,
      `with ${standbys} standby(s) every write would wait for the last one when it is away`,
      'Set standbys: 2, or leave synchronous out',
    );
}
