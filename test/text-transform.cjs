/** Gives *.yaml, *.sh and *.sql to tests as the bundler gives them to the program: as text. */
module.exports = {
  process: (text) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(text)} };` }),
};
