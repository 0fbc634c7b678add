// `npm test`: builds, checks the types, and runs the tests of the fast tier.
// `npm test -- lambda`, or the name of a file: only these tests, of whichever tier, after a build of what they need.
import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const binOf = (name, bin) => path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), bin);
const JEST = binOf('jest', 'bin/jest.js');
const TSC = binOf('typescript', 'bin/tsc');
const PROGRAMS = ['scripts/build.mjs'];
const LIBRARY = ['scripts/jsii.mjs', 'jsii', '-c', 'tsconfig.jsii.json'];
/** What tests need to be built, by the path of their file: the first that fits. */
const NEEDS = [
  [/^test\/(lambda|mutants|docs|emulator)\//, []],
  [/^test\/packaging\//, [PROGRAMS, LIBRARY]],
  [/^/, [PROGRAMS]],
];

const running = new Set();
// Jest cleans up before it ends; npm waits for this process.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => running.forEach((child) => child.kill(signal)));
}

/** Runs a script of Node; resolves with its exit code. */
function run(...script) {
  const child = spawn(process.execPath, script, { cwd: root, stdio: 'inherit' });
  running.add(child);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

/** Runs scripts one after the other, until one fails. */
async function runAll(scripts) {
  for (const script of scripts) {
    const code = await run(...script);
    if (code !== 0) return code;
  }
  return 0;
}

function chosen(args) {
  const listed = execFileSync(process.execPath, [JEST, '--listTests', ...args], { cwd: root, encoding: 'utf8' }).split('\n');
  const files = listed.filter(Boolean).map((file) => path.relative(root, file).replaceAll(path.sep, '/'));
  const needed = new Set(files.flatMap((file) => NEEDS.find(([tests]) => tests.test(file))[1]));
  return runAll([...needed, [JEST, ...args]]);
}

const args = process.argv.slice(2);
process.exitCode = await (args.length > 0
  ? chosen(args)
  : runAll([PROGRAMS, [TSC, '--noEmit'], [JEST, '--config', 'test/jest/fast.config.js']]));
