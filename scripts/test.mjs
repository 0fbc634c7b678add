// `npm test`: builds, then checks the types and runs the tests of the fast tier, side by side.
// `npm test -- lambda`, or the name of a file: only these tests, of whichever tier, after a build of what they need.
import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const jest = path.join(path.dirname(require.resolve('jest/package.json')), 'bin/jest.js');
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
/** In this order, tests by their path: what has to be built for them. Others need the programs and the function. */
const NEEDS = [
  [/^test\/(lambda|mutants|documents|properties|emulator\/(cloudformation|drs|ec2|iam|s3|logs|faults|assume))/, undefined],
  [/^test\/(api|package|python-example)/, ['npm', 'run', '--silent', 'build']],
];
const PROGRAMS = [process.execPath, 'scripts/build.mjs'];

const chosen = process.argv.slice(2);
process.exitCode = chosen.length > 0 ? await some(chosen) : await everybodys();

async function everybodys() {
  run(...PROGRAMS);
  const codes = await Promise.all([start(tsc, '--noEmit'), start(jest, '--config', 'test/fast.config.js')]);
  return Math.max(...codes);
}

function some(args) {
  const listed = execFileSync(process.execPath, [jest, '--listTests', ...args], { cwd: root, encoding: 'utf8' });
  const files = listed
    .split('\n')
    .filter(Boolean)
    .map((file) => path.relative(root, file).replaceAll(path.sep, '/'));
  const needed = new Set(
    files.map((file) => NEEDS.find(([tests]) => tests.test(file)) ?? [undefined, PROGRAMS]).map(([, command]) => command),
  );
  needed.delete(undefined);
  needed.forEach((command) => run(...command));
  return start(jest, ...args);
}

function run(command, ...args) {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}

/** Resolves with the exit code. */
function start(script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
