import { writeFileSync } from 'node:fs';
import { catalogueFiles } from './catalogue-files';

// Run it in the root of the repository: `npm run schema`.
for (const { path, text } of catalogueFiles()) writeFileSync(path, text);
