/** The same cases in every run, so that a failure is the change's; `FC_SEED=$RANDOM npx jest` looks at others. */
require('fast-check').configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_120) });
