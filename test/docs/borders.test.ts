import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

// `npm run lint:imports` says what may import what. Here: that each of its rules can fail, and a border that no import crosses.

interface Configuration {
  readonly forbidden: readonly { readonly name: string }[];
}
const LATE = (file: string) => `export const late = () => import('${file}');`;
const TYPE = (file: string) => `import type { T } from '${file}';`;
const AGAIN = (file: string) => `export * from '${file}';`;
const NAME = (file: string) => `import { name } from '${file}';\nexport const other = name;`;

type Import = readonly [rule: string, from: string, to: string, statement: (file: string) => string];

/** What each rule forbids: who imports what, in one of the ways to import. */
const FORBIDDEN: readonly Import[] = [
  ['no-circle-of-files', 'bin/a.ts', 'bin/b.ts', TYPE],
  ['no-circle-of-folders', 'bench/one', 'bench/two', TYPE],
  ['lib-stands-alone', 'lib/source-server.ts', 'lambda/physical-ids.ts', TYPE],
  ['contract-imports-nothing', 'lib/contract.ts', 'aws-cdk-lib', TYPE],
  ['lambda-knows-the-contract-only', 'lambda/source-server/options.ts', 'lib/index.ts', TYPE],
  ['lambda-knows-the-contract-only', 'lambda/fleet/progress.ts', 'cli/index.ts', LATE],
  ['lambda-aws-stands-alone', 'lambda/aws/retry.ts', 'lib/contract.ts', NAME],
  ['physical-ids-stand-alone', 'lambda/physical-ids.ts', 'lambda/protocol/request.ts', TYPE],
  ['protocol-knows-no-resource', 'lambda/protocol/respond.ts', 'lambda/source-server/options.ts', TYPE],
  ['source-server-knows-no-fleet', 'lambda/source-server/disconnect.ts', 'lambda/fleet/progress.ts', TYPE],
  ['source-server-knows-no-fleet', 'lambda/source-server/delete-record.ts', 'lambda/drain/ec2.ts', NAME],
  ['fleet-knows-no-drain', 'lambda/fleet/handler.ts', 'lambda/drain/ec2.ts', AGAIN],
  ['drain-knows-no-server', 'lambda/drain/ec2.ts', 'lambda/source-server/retry-conflict.ts', TYPE],
  ['drain-knows-no-server', 'lambda/drain/handler.ts', 'lambda/fleet/progress.ts', TYPE],
  ['rare-code-through-lazy', 'lambda/source-server/handler.ts', 'lambda/aws/assume-role.ts', LATE],
  ['rare-code-through-lazy', 'lambda/source-server/teardown.ts', 'lambda/fleet/handler.ts', NAME],
  ['rare-code-through-lazy', 'lambda/source-server/account.ts', 'lambda/drain/handler.ts', NAME],
  ['lazy-from-index-only', 'lambda/source-server/handler.ts', 'lambda/lazy.ts', LATE],
  ['lazy-is-imported-late', 'lambda/index.ts', 'lambda/lazy.ts', NAME],
  ['cli-uses-lambda', 'cli/index.ts', 'lib/index.ts', TYPE],
  ['cli-template-first', 'cli/template/scope.ts', 'cli/aws/clients.ts', TYPE],
  ['cli-aws-second', 'cli/aws/clients.ts', 'cli/operation/update-stack.ts', TYPE],
  ['cli-operation-third', 'cli/operation/update-stack.ts', 'cli/plan/outcome.ts', TYPE],
  ['cli-operation-third', 'cli/operation/delete-stack.ts', 'cli/report/text.ts', NAME],
  ['cli-plan-fourth', 'cli/plan/outcome.ts', 'cli/report/text.ts', NAME],
  ['cli-report-last', 'cli/report/text.ts', 'cli/aws/clients.ts', TYPE],
  ['nobody-needs-the-cli', 'bin/a.ts', 'cli/index.ts', LATE],
  ['emulator-stands-alone', 'emulator/index.ts', 'lib/contract.ts', NAME],
  ['emulator-for-developers', 'scripts/tool.mjs', 'emulator/index.ts', NAME],
  ['scenarios-for-developers', 'emulator/index.ts', 'scenarios/index.ts', TYPE],
  ['examples-as-users-do', 'examples/one/app.ts', 'lib/source-server.ts', NAME],
  ['nobody-needs-a-test', 'scenarios/index.ts', 'test/harness.ts', NAME],
];
/** What makes the circle, or leads there. */
const WAYS: readonly Import[] = [
  ['no-circle-of-files', 'bin/b.ts', 'bin/a.ts', LATE],
  ['no-circle-of-folders', 'bench/one/a.ts', 'bench/two/a.ts', TYPE],
  ['no-circle-of-folders', 'bench/two/b.ts', 'bench/one/b.ts', TYPE],
  ['cli-only-reads', 'cli/plan/outcome.ts', 'lambda/fleet/fleet.ts', TYPE],
  ['cli-only-reads', 'lambda/fleet/fleet.ts', 'lambda/fleet/teardown.ts', TYPE],
  ['cli-only-reads', 'lambda/fleet/fleet.ts', 'lambda/aws/drs.ts', TYPE],
];
const REACHED = 'cli-only-reads: cli/plan/outcome.ts → lambda/fleet/fleet.ts → lambda/fleet/teardown.ts';
/** Named by a rule, and imported by nobody above. */
const MISSING = '^lambda/source-server/recovery-instance-cleanup\\.ts$';

const isFile = (name: string) => /\.(ts|mjs)$/.test(name);

/** The files that have these imports, in the rooms that they are imported from and to. */
function filesWith(imports: readonly Import[]): Map<string, string[]> {
  const files = new Map(imports.flatMap(([, from, to]) => [from, to]).map((file) => [file, ['export const name = 1;']]));
  for (const [, from, to, statement] of imports) {
    const relative = path.relative(path.dirname(from), to).replace(/^(?!\.)/, './');
    files.get(from)?.push(statement(isFile(to) ? relative.replace('.ts', '') : to));
  }
  return new Map([...files].filter(([name]) => isFile(name)));
}

/** What the check says of a repository with these files. */
function check(files: Map<string, string[]>) {
  const root = mkdtempSync(path.join(tmpdir(), 'borders-'));
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json']) copyFileSync(file, path.join(root, file));
  for (const [file, lines] of files) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), lines.join('\n'));
  }
  return spawnSync(process.execPath, [path.resolve('scripts/lint-imports.mjs')], { cwd: root, encoding: 'utf8' });
}

describe('a repository that breaks every rule', () => {
  const { status, stderr } = check(filesWith([...FORBIDDEN, ...WAYS]).set('elsewhere/a.ts', []));
  const lines = stderr.split('\n');
  const beginningWith = (text: string) => lines.filter((line) => line.startsWith(text));

  test('does not pass', () => {
    expect(status).toBe(1);
  });

  test('and no rule is forgotten', () => {
    const { forbidden } = jest.requireActual<Configuration>('../../.dependency-cruiser.cjs');
    expect(forbidden.map(({ name }) => name).filter((name) => beginningWith(`${name}: `).length === 0)).toEqual([]);
  });

  test.each(FORBIDDEN)('%s: %s must not import %s', (rule, from, to) => {
    expect(beginningWith(`${rule}: ${from} → ${to}`)).not.toEqual([]);
  });

  test('what the command line must not reach is told with the way', () => {
    expect(lines).toContain(REACHED);
  });

  test('a file in a folder that nobody looks at is told', () => {
    expect(beginningWith('elsewhere/a.ts: not looked at')).toHaveLength(1);
  });

  test('a file that a rule names and that is not there is told', () => {
    expect(beginningWith('.dependency-cruiser.cjs: no file is called')).toEqual([`.dependency-cruiser.cjs: no file is called ${MISSING}`]);
  });
});

test('commands are made by one function, and what goes out is written in two places', () => {
  const sources = ['lambda', 'cli'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ file: path.posix.join(folder, name), text: readFileSync(path.join(folder, name), 'utf8') })),
  );
  const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
  expect(sources.length).toBeGreaterThan(50);
  // A backtick in a text is the beginning of a command.
  expect(filesWith(/\\`|['"]`['"]/)).toEqual(['lambda/aws/message.ts']);
  expect(filesWith(/new Message\(/)).toEqual(['lambda/aws/message.ts']);
  // That of the command line is commander's.
  expect(filesWith(/new Command\(/)).toEqual(['lambda/aws/message.ts', 'cli/index.ts']);
  // Without `say`, all of it would be taken for what others wrote, and cut.
  expect(filesWith(/new Failure\(\s*`/)).toEqual([]);
  expect(filesWith(/console\.|std(out|err)\.write|process\.std(out|err)[^.]/)).toEqual([
    'lambda/protocol/log.ts',
    'cli/index.ts',
    'cli/aws/credentials.ts',
  ]);
});

test("CloudFormation's protocol has not a word of what is torn down", () => {
  const words = /\bDRS\b|drs:|source.?server|recovery.?instance|fleet|replicat/i;
  const files = readdirSync('lambda/protocol').map((file) => `lambda/protocol/${file}`);
  const lines = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, index) => `${file}:${index + 1}: ${line.trim()}`),
  );
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => words.test(line))).toEqual([]);
  expect(words.test('const server = await drs.describeSourceServer(id)')).toBe(true);
});
