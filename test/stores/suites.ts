import { objectStore } from './object-store';
import { rabbitmq } from './rabbitmq';
import { redisSuites } from './redis';
import type { Suite } from './suite';

export const suites: readonly Suite[] = [...redisSuites, rabbitmq, objectStore];
