#!/usr/bin/env node
'use strict';
require('./bundle.cjs').run('cli/strata.ts', process.argv.slice(2));
