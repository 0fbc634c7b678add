// Is the version of package.json what the changelog, and the tag if there is one, speak of? `npm run release:check -- v1.2.3`
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const [newest] = readFileSync('CHANGELOG.md', 'utf8').match(/^## .*$/m) ?? ['nothing'];
const released = new RegExp(`^## ${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`);
const [tag] = process.argv.slice(2);

const problems = [
  ...(tag !== undefined && tag !== `v${version}` ? [`The tag is ${tag}, but package.json says ${version}.`] : []),
  ...(released.test(newest) || (tag === undefined && newest === '## Unreleased')
    ? []
    : [`CHANGELOG.md begins with "${newest}". For a release it must begin with "## ${version} - YYYY-MM-DD".`]),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
