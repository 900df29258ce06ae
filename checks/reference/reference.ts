import { ownerless } from '../core/declared-pods';
import { KnownObjects } from './known-objects';
import { referencesOfHosts } from './hosts';
import { referencesByName } from './names';
import { referencesOfPods } from './pods';
import { referencesOfServices } from './services';
import type { Rule } from '../core/rule';

/** Whatever an object names is there: in the set, declared, or part of every cluster. */
export const reference: Rule = {
  name: 'reference',
  check: (input) => {
    const known = KnownObjects.of(input);
    return [
      ...ownerless(input),
      ...referencesOfPods(known),
      ...referencesOfServices(known),
      ...referencesByName(known),
      ...referencesOfHosts(known),
    ];
  },
};
