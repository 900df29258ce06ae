import { mebi } from '../../core/quantities';

/** What each reloader of a configuration gets, which unpacks files and watches them: upstream's defaults (v0.93.0, cmd/operator/main.go). */
export const RELOADER = { cpu: '10m', memory: mebi(50) } as const;
