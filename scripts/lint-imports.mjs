// Checks what imports what, by the rules of .dependency-cruiser.cjs, and that no source file and no rule is left out.
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = ['bench', 'bin', 'cli', 'emulator', 'examples', 'lambda', 'lib', 'scenarios', 'scripts', 'test'];

const options = await extractOptions('./.dependency-cruiser.cjs');
const { forbidden } = options.ruleSet;
const { output } = await cruise(FOLDERS, options, undefined, { tsConfig: extractTSConfig('tsconfig.json') });
const cruised = output.modules.map(({ source }) => source);

const problems = [...output.summary.violations.map(explain), ...filesLeftOut(), ...rulesWithoutFiles()];
for (const problem of problems) console.error(problem);
console.log(`${cruised.length} files and packages, ${problems.length} problems with what they import.`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** With the way from one to the other, and with what the rule is for. */
function explain({ rule, from, to, cycle, via }) {
  const way = (cycle ?? via)?.map(({ name }) => name) ?? [to];
  return `${rule.name}: ${[from, ...way].join(' → ')}\n  ${forbidden.find(({ name }) => name === rule.name).comment}`;
}

/** In whichever folder they are. */
function filesLeftOut() {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], { encoding: 'utf8' });
  const files = listing.split('\n').filter((file) => file && existsSync(file));
  return files
    .filter((file) => !cruised.includes(file))
    .map((file) => `${file}: not looked at, by the folders of scripts/lint-imports.mjs`);
}

/** A file that a rule names was moved, and the rule would hold whatever is imported. */
function rulesWithoutFiles() {
  const sides = forbidden.flatMap(({ from, to }) => [from, to]);
  const patterns = new Set(sides.flatMap(({ path = [], pathNot = [] }) => [path, pathNot].flat()));
  const useless = [...patterns].filter((pattern) => !cruised.some((file) => new RegExp(pattern).test(file)));
  return useless.map((pattern) => `.dependency-cruiser.cjs: no file is called ${pattern}`);
}
