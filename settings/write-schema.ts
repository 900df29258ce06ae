import { writeFileSync } from 'node:fs';
import { settingsJsonSchema } from './json-schema';

// Run it in the root of the repository: `npm run schema`.
writeFileSync('clusters/settings.schema.json', `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
