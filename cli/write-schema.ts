import { writeFileSync } from 'node:fs';
import { clusterJsonSchema } from '../charts/settings';

// Run it in the root of the repository: `npm run schema`.
writeFileSync('clusters/settings.schema.json', `${JSON.stringify(clusterJsonSchema(), null, 2)}\n`);
