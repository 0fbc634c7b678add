// Checks .github/workflows with GitHub's own parser, and for what this repository asks of them. Bundled before it runs: on Node 20 the parser can't load its schema.
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from '@actions/workflow-parser';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = '.github/workflows';
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
/** What a workflow may run: the steps of .ci/run, and what only runs at night. */
const commands = [
  ...Array.from(readFileSync('.ci/run', 'utf8').matchAll(/^step (npm run \S+)$/gm), ([, command]) => command),
  ...['npm run test:rest', ...scripts['test:rest'].split(' && ')],
  ...['npm run test:soak', 'npm run test:nightly', 'npm run test:mutants', 'npm run advisories'],
];

async function problemsOf(name, content) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  const lines = content.split('\n');
  return [
    ...context.errors.getErrors().map(({ message }) => message),
    ...lines
      .filter((line) => /\buses: (?!\.\/)/.test(line) && !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
      .map((line) => `${name}: pin it by the hash of a commit, and name the version in a comment: ${line.trim()}`),
    ...lines
      .map((line) => /\brun: (npm run \S+)/.exec(line)?.[1])
      .filter((command) => command !== undefined && !commands.includes(command))
      .map((command) => `${name}: neither .ci/run nor the nightly run has it: ${command}`),
  ];
}

async function main() {
  const files = readdirSync(folder);
  const problems = await Promise.all(files.map((file) => problemsOf(file, readFileSync(path.join(folder, file), 'utf8'))));
  for (const problem of problems.flat()) console.error(problem);
  process.exitCode = problems.flat().length > 0 ? 1 : 0;
}

void main();
