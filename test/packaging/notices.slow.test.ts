import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

// What is bundled is named, with its licence, and watched.

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license?: { readonly id: string } }[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly properties: readonly { readonly value: string }[];
}
interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const sbom = JSON.parse(readFileSync('sbom.cdx.json', 'utf8')) as Sbom;
const notices = readFileSync('THIRD-PARTY-NOTICES', 'utf8');
const locked = (
  JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { version: string; resolved?: string }> }
).packages;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-third-party-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script in a folder that looks like this tree, and may be changed. */
function run(script: string, ...args: string[]) {
  const files = ['package.json', 'package-lock.json', 'LICENSE', 'THIRD-PARTY-NOTICES', 'sbom.cdx.json'];
  files.filter((file) => !existsSync(path.join(folder, file))).forEach((file) => copyFileSync(file, path.join(folder, file)));
  ['node_modules', '.build'].forEach(
    (name) => existsSync(path.join(folder, name)) || symlinkSync(path.resolve(name), path.join(folder, name)),
  );
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` };
  return spawnSync(process.execPath, [path.resolve(script), ...args], { cwd: folder, encoding: 'utf8', env });
}

test('both files are as `npm run notices` makes them, wherever and whenever', () => {
  expect(run('scripts/notices.mjs', '--check')).toMatchObject({ status: 0, stderr: '' });
  rmSync(path.join(folder, 'sbom.cdx.json'));
  expect(run('scripts/notices.mjs')).toMatchObject({ status: 0 });
  expect(readFileSync(path.join(folder, 'sbom.cdx.json'), 'utf8')).toBe(readFileSync('sbom.cdx.json', 'utf8'));
  expect(readFileSync('sbom.cdx.json', 'utf8') + notices).not.toMatch(/timestamp|serialNumber|\/(home|Users|tmp|work)\//);
});

test.each(['THIRD-PARTY-NOTICES', 'sbom.cdx.json'])('a %s that lacks a package is found, with the command that mends it', (file) => {
  writeFileSync(path.join(folder, file), readFileSync(file, 'utf8').replace(/.*client-drs.*\n/, ''));
  expect(run('scripts/notices.mjs', '--check')).toMatchObject({
    status: 1,
    stderr: `${file} doesn't name what is bundled: \`npm run notices\` makes it anew.\n`,
  });
});

test('the bill of materials names each package once, with its version, licence and hash, and where its code is', () => {
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  const refs = sbom.components.map((component) => component['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  expect(sbom.dependencies).toEqual([{ ref: sbom.metadata.component['bom-ref'], dependsOn: refs }]);
  for (const component of sbom.components) {
    expect(component).toMatchObject({ type: 'library', 'bom-ref': component.purl });
    expect(component.purl).toBe(`pkg:npm/${component.name.replace('@', '%40')}@${component.version}`);
    expect(component.licenses.map(({ license }) => license?.id)).toEqual([expect.stringMatching(/^(Apache-2\.0|MIT|ISC|BSD-3-Clause)$/)]);
    expect(component.hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
    expect(['bundle/', 'dist-cli/']).toEqual(expect.arrayContaining(component.properties.map(({ value }) => value)));
    expect(notices).toContain(`\n${component.name} ${component.version} (`);
  }
  const inBundle = sbom.components.filter(({ properties }) => properties.some(({ value }) => value === 'bundle/'));
  expect(inBundle.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['@aws-sdk/client-drs', '@smithy/signature-v4', 'fast-xml-parser']),
  );
});

/** The folder of a package with these files. */
function packageOf(files: Record<string, string>): string {
  const at = path.join(folder, 'package');
  mkdirSync(at);
  Object.entries(files).forEach(([name, content]) => writeFileSync(path.join(at, name), content));
  return at;
}

/** What `packageIn` says of a package. */
function read(files: Record<string, string>): unknown {
  const script = `import { packageIn } from './scripts/bundled-packages.mjs';
    try { console.log(JSON.stringify(packageIn(${JSON.stringify(packageOf(files))}, { 'Apache-2.0': 'standard' }))); }
    catch (error) { console.log(JSON.stringify(error.message)); }`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

const manifest = (license?: unknown) => JSON.stringify({ name: 'a', version: '1.0.0', license });

test.each<[string, Record<string, string>, unknown]>([
  ['its licence and its notice', { 'package.json': manifest('MIT'), 'LICENSE-MIT.txt': 'text \r\n', NOTICE: 'notice' }, ['text', 'notice']],
  ['the standard text where it has none', { 'package.json': manifest('Apache-2.0') }, ['standard']],
])('of a package, the notices have %s', (_what, files, texts) => {
  expect(read(files)).toMatchObject({ name: 'a', version: '1.0.0', texts });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['without a licence', { 'package.json': manifest(), LICENSE: 'text' }, /^a 1\.0\.0 names no licence/],
  ['that is unlicensed', { 'package.json': manifest('UNLICENSED') }, /^a 1\.0\.0 names no licence/],
  ['without the text of its licence', { 'package.json': manifest('MIT') }, /^a 1\.0\.0 has no file with its licence \(MIT\)/],
])('a package %s fails the build', (_what, files, message) => {
  expect(read(files)).toMatch(message);
});

test('no version is bundled that is known to be vulnerable, and package-lock.json names no host', () => {
  const versionOf = (wanted: string) => sbom.components.filter(({ name }) => name === wanted).map(({ version }) => version);
  // CVE-2024-41818 and what came after it; CVE-2026-41907.
  expect([versionOf('fast-xml-parser'), versionOf('uuid')]).toEqual([['4.5.7'], ['11.1.1']]);
  expect(Object.values(locked).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

/** What `npm audit --json` answers, as a registry would have it. */
function audited(answer: string) {
  mkdirSync(path.join(folder, 'bin'));
  const npm = path.join(folder, 'bin', 'npm');
  writeFileSync(npm, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\nexit 1\n`);
  chmodSync(npm, 0o755);
  const { status, stdout, stderr } = run('scripts/advisories.mjs');
  return { status, said: stdout + stderr };
}

const advisory = (id: string) => ({ title: 'Denial of service', severity: 'high', url: `https://github.com/advisories/${id}` });
const report = (name: string, node: string, ...via: unknown[]) => JSON.stringify({ vulnerabilities: { [name]: { nodes: [node], via } } });

test.each<[string, string, number, RegExp]>([
  ['none', '{"vulnerabilities":{}}', 0, /^0 advisories name a version that is bundled\.\n$/],
  [
    'one of a bundled package',
    report('strnum', 'node_modules/strnum', advisory('GHSA-1')),
    1,
    /^1 advisories [^]*strnum [\d.]+: Denial of service \(high\), https:\/\/github\.com\/advisories\/GHSA-1\n$/,
  ],
  ['one of a package that is not bundled', report('jest', 'node_modules/jest', advisory('GHSA-1')), 0, /^0 advisories/],
  ['one of another package, which a bundled one asks for', report('strnum', 'node_modules/strnum', 'other'), 0, /^0 advisories/],
  [
    'one that is accepted',
    report('@smithy/config-resolver', 'node_modules/@smithy/config-resolver', advisory('GHSA-6475-r3vj-m8vf')),
    0,
    /^Accepted: @smithy\/config-resolver [^]*0 advisories/,
  ],
  ['a registry that does not tell', '{"message":"405 Method Not Allowed"}', 0, /^Not checked, .*: 405 Method Not Allowed\n$/],
  ['no registry', '', 0, /^Not checked/],
])('of advisories: %s', (_what, answer, status, said) => {
  expect(audited(answer)).toEqual({ status, said: expect.stringMatching(said) });
});

test('a document with more entities than fast-xml-parser takes by itself is read', () => {
  const program = `const { XMLParser } = require('./scripts/xml-reader.cjs');
    const read = new XMLParser({}).parse('<a>' + '<b>' + '&quot;'.repeat(2000) + '</b>' + '</a>');
    console.log(read.a.b.length);`;
  expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })).toBe('2000\n');
  for (const file of ['bundle/lazy.js', 'dist-cli/index.js']) expect(readFileSync(file, 'utf8')).toContain('maxTotalExpansions:1/0');
});
