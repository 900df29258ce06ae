const { readFileSync } = require('node:fs');

/** Gives *.yaml, *.sh and *.sql to tests as the bundler gives them to the program: as text. */
module.exports = {
  // the text that Jest passes lacks the line `#!/bin/…`
  process: (_, path) => ({
    code: `module.exports = { __esModule: true, default: ${JSON.stringify(readFileSync(path, 'utf8'))} };`,
  }),
};
