import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { templateFindings, withTemplateCheck } from '../bin/template-findings';
import { digestOf, type Template } from './template-digests';

const FLEET = 'Custom::DRSFleetDisconnection';
const SERVER = 'Custom::DRSSourceServerDisconnection';
const DRAIN = 'Custom::DRSStagingAreaDrain';

/** What each example declares of ours, by stack; a StackSet's template counts as one. */
const DECLARES: Record<string, Record<string, readonly string[]>> = {
  adopt: { LandingZone: [FLEET, DRAIN] },
  'cross-account': { FunctionRole: [], LandingZone: [SERVER], ServersAccount: [] },
  'fleet-by-tag': { Fleet: [FLEET] },
  'landing-zone-with-drain': { LandingZone: [FLEET, DRAIN] },
  'move-between-stacks': { From: [SERVER], To: [] },
  pipelines: {
    Pipeline: [],
    'Pipeline/Account444455556666/LandingZone': [FLEET],
    'Pipeline/Account777788889999/LandingZone': [FLEET],
  },
  'single-server': { SingleServer: [SERVER] },
  'stack-sets': { RollOut: [], 'RollOutLandingZoneB7F943A4.stackset': [FLEET] },
};
/** In another language than this test. */
const ELSEWHERE = ['python'];

const readme = (example: string) => readFileSync(path.join('examples', example, 'README.md'), 'utf8');

/** What the README of an example tells its reader to give to the app: in cdk.json, or with the first command. */
function contextOf(example: string): Record<string, string> {
  const [, json] = /```json\n([^]*?)```/.exec(readme(example)) ?? [];
  if (json !== undefined) {
    return (JSON.parse(json) as { context: Record<string, string> }).context;
  }
  const [command = ''] = /npx cdk deploy [^#\n]*/.exec(readme(example)) ?? [];
  return Object.fromEntries(Array.from(command.matchAll(/-c (\w+)=(\S+)/g), ([, key, value]) => [key, value]));
}

const oursIn = ({ Resources }: Template) =>
  [...new Set(Object.values(Resources).map(({ Type }) => Type))].filter((type) => type.startsWith('Custom::DRS')).sort();

/** Runs an app as the CDK's command line would, but in this process. */
async function synthesize(app: string, context: object): Promise<{ templates: Record<string, Template>; problems: string[] }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'example-'));
  process.env.CDK_OUTDIR = directory;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  try {
    await withTemplateCheck(() => import(path.resolve(app)));
    const stacks = new CloudAssembly(directory).stacksRecursively;
    const stackSets = readdirSync(directory).filter((file) => file.endsWith('.stackset.template.json'));
    const templates = [
      ...stacks.map((stack: CloudFormationStackArtifact) => [stack.hierarchicalId, stack.template as Template] as const),
      ...stackSets.map(
        (file) => [file.replace('.template.json', ''), JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as Template] as const,
      ),
    ];
    return {
      templates: Object.fromEntries(templates),
      problems: [...stacks.flatMap(({ messages }) => messages.map(({ entry }) => entry.data as string)), ...templateFindings(directory)],
    };
  } finally {
    rmSync(directory, { recursive: true });
    delete process.env.CDK_OUTDIR;
    delete process.env.CDK_CONTEXT_JSON;
  }
}

/** Of every template, whatever is made of it. */
const ofEach = <T>(templates: Record<string, Template>, make: (template: Template) => T) =>
  Object.fromEntries(Object.entries(templates).map(([stack, template]) => [stack, make(template)]));

const apps = Object.entries(DECLARES).map(([example, declares]) => ({
  name: example,
  app: `examples/${example}/app.ts`,
  context: contextOf(example),
  declares,
}));
// Here, since the check of templates takes two seconds of every test file that has it.
const landingZone = {
  name: 'the landing zone that cdk.json names, with all that it can have',
  app: 'bin/landing-zone.ts',
  context: { sourceServerIds: ['s-1234567890abcdef0', 's-1234567890abcdef1'], alarmEmail: 'dr@example.com' },
  declares: { DisasterRecoveryLandingZone: ['Custom::DRSDefaultSettings', FLEET, SERVER, DRAIN] },
};

describe.each([...apps, landingZone])('$name', ({ app, context, declares }) => {
  let synthesized: Awaited<ReturnType<typeof synthesize>>;
  beforeAll(async () => {
    synthesized = await synthesize(app, context);
  });

  test('synthesizes, with what its README says', () => {
    expect({ declares: ofEach(synthesized.templates, oursIn), problems: synthesized.problems }).toEqual({ declares, problems: [] });
  });

  // Deployed stacks hold these resources: their lines differ only if a change of them is meant. Then write them anew and read the diff:
  // npm test -- test/examples -u
  test('would deploy what it did before, but for the code of the function', () => {
    expect(ofEach(synthesized.templates, digestOf)).toMatchSnapshot();
  });
});

test('a digest says which resource differs, and nothing of the order of keys or of the code', () => {
  const template = (properties: object) => ({ Resources: { A: { Type: 'T', ...properties }, B: { Type: 'T' } } });
  const code = (hash: string) => ({ S3Key: `${hash.repeat(64)}.zip` });
  const digest = digestOf(template({ Name: 'x', Code: code('a') }));
  expect(digestOf(template({ Code: code('b'), Name: 'x' }))).toEqual(digest);
  expect(digestOf(template({ Name: 'y', Code: code('a') }))).toEqual({ ...digest, A: expect.not.stringMatching(digest.A) });
  expect(digestOf({ ...template({ Name: 'x', Code: code('a') }), Outputs: {} })).not.toEqual(digest);
});

const folders = readdirSync('examples', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

test('every example is in the table above, and in that of examples/README.md', () => {
  expect(folders.sort()).toEqual([...Object.keys(DECLARES), ...ELSEWHERE].sort());
  const rows = Array.from(readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[`([\w-]+)`\]\(\1\) /gm), ([, example]) => example);
  expect(rows.sort()).toEqual(folders);
});

test.each(folders)('the README of %s says how to run it, what happens at teardown, and what to watch out for', (example) => {
  expect(readme(example)).toMatch(/^# .+\n[^]+npx (aws-)?cdk deploy[^]+\*\*At teardown\*\*[^]+\*\*Watch out/);
});
