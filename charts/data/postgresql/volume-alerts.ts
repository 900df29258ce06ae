import type { Alert } from '../../core/monitoring';
import { volumeAlerts as alertsOf } from '../../core/volume-alerts';

/** Alerts on the volumes of servers; `claims` are the label matchers of their claims. */
export const volumeAlerts = (claims: string): readonly Alert[] =>
  alertsOf({
    name: 'Postgresql',
    claims,
    subject: '{{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }}',
    full: 'on a full volume the server stops, and starts no more',
  });
