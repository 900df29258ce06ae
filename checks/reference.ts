import { ownerless } from './declared-pods';
import { KnownObjects } from './known-objects';
import { referencesOfHosts } from './reference-hosts';
import { referencesByName } from './reference-names';
import { referencesOfPods } from './reference-pods';
import { referencesOfServices } from './reference-services';
import type { Rule } from './rule';

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
