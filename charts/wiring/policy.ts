import type { Wiring } from '../core/wiring';
import { kyverno } from '../policy/kyverno/definition';
import { Kyverno } from '../policy/kyverno/kyverno';
import { Policies } from '../policy/policies/policies';

/** Who judges objects before they are stored, and by what; off unless the settings name them. */
export function wirePolicy(wiring: Wiring): void {
  const engine = wiring.on(Kyverno, () => ({}))?.engine;
  wiring.on(Policies, (need) => ({ engine: need(engine, kyverno) }));
}
