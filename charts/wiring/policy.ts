import type { Wiring } from '../core/wiring';
import { Kyverno } from '../policy/kyverno/kyverno';

/** Who judges objects before they are stored; off unless the settings name it. */
export function wirePolicy(wiring: Wiring): void {
  wiring.on(Kyverno, () => ({}));
}
