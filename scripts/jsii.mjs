// Runs a tool of jsii without what need not alarm anybody: `node scripts/jsii.mjs jsii-docgen -o API.md`.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import './quiet-jsii.mjs';

/** jsii wants the oldest aws-cdk-lib that we accept to be what we develop with. `npm run verify:floor` compiles and tests with it instead. */
const settled = { jsii: ['--silence-warnings', 'metadata/missing-dev-dependency'] };

const [name, ...options] = process.argv.slice(2);
const tool = path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', name);
const { status } = spawnSync(process.execPath, [tool, ...(settled[name] ?? []), ...options], { stdio: 'inherit' });
process.exitCode = status ?? 1;
