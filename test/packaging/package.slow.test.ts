import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let files: string[];
let manifest: Record<string, object | undefined>;
beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-tarball-'));
  // Of what `npm run build` has made.
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8', stdio: 'pipe' });
  const [tarball] = JSON.parse(output) as [Packed];
  files = tarball.files.map((packed) => packed.path).sort();
  const unpack = ['-xOzf', path.join(folder, tarball.filename), 'package/package.json'];
  manifest = JSON.parse(execFileSync('tar', unpack, { encoding: 'utf8' })) as typeof manifest;
  rmSync(folder, { recursive: true });
});

test('the published package holds the library with its types, the function, the command line, and nothing else', () => {
  expect(files).toEqual([
    '.jsii',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES',
    'bundle/chunk.js',
    'bundle/function.js',
    'bundle/index.js',
    'bundle/lazy.js',
    'dist-cli/index.js',
    'dist/assume-role-options.d.ts',
    'dist/assume-role-options.js',
    'dist/contract.d.ts',
    'dist/contract.js',
    'dist/disconnection-options.d.ts',
    'dist/disconnection-options.js',
    'dist/fleet-disconnection.d.ts',
    'dist/fleet-disconnection.js',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/private/assume-role.d.ts',
    'dist/private/assume-role.js',
    'dist/private/custom-resource-props.d.ts',
    'dist/private/custom-resource-props.js',
    'dist/private/grants.d.ts',
    'dist/private/grants.js',
    'dist/private/policy-size.d.ts',
    'dist/private/policy-size.js',
    'dist/private/provider.d.ts',
    'dist/private/provider.js',
    'dist/private/server-grants.d.ts',
    'dist/private/server-grants.js',
    'dist/private/statements.d.ts',
    'dist/private/statements.js',
    'dist/private/validation.d.ts',
    'dist/private/validation.js',
    'dist/recovery-instance-policy.d.ts',
    'dist/recovery-instance-policy.js',
    'dist/source-server-disconnection.d.ts',
    'dist/source-server-disconnection.js',
    'dist/source-server-selection.d.ts',
    'dist/source-server-selection.js',
    'dist/source-server.d.ts',
    'dist/source-server.js',
    'dist/staging-area-drain.d.ts',
    'dist/staging-area-drain.js',
    'dist/teardown-function.d.ts',
    'dist/teardown-function.js',
    'package.json',
    'sbom.cdx.json',
  ]);
});

test('it runs nothing when it is installed, and brings no other package along', () => {
  const scripts = Object.keys(manifest.scripts ?? {});
  expect(scripts.filter((name) => /^(pre|post)?(install|prepare|uninstall)$|^dependencies$/.test(name))).toEqual([]);
  for (const kind of ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies']) {
    expect(manifest[kind] ?? {}).toEqual({});
  }
  // npm would build such a package when it is installed, without any script.
  expect(files).not.toContain('binding.gyp');
});

test('the function looks for credentials and settings in its environment alone', () => {
  const codes = readdirSync('bundle').map((file) => readFileSync(path.join('bundle', file), 'utf8'));
  const elsewhere = /169\.254\.|sso-oidc|credential_process|AWS_CONTAINER_|AWS_WEB_IDENTITY_|HOMEPATH/;
  expect(codes.filter((code) => elsewhere.test(code))).toEqual([]);
  expect(codes.join('')).toContain('AWS_SESSION_TOKEN');
});

test('the compiled library finds its function, and synthesizes', () => {
  const app = `
    const { App, Stack } = require('aws-cdk-lib');
    const { SourceServer, SourceServerDisconnection } = require('.');
    const stack = new Stack(new App(), 'Stack');
    new SourceServerDisconnection(stack, 'Disconnection', { sourceServer: SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0') });
    process.stdout.write(Object.values(stack.node.root.synth().stacks[0].template.Resources).map(({ Type }) => Type).join());
  `;
  expect(execFileSync(process.execPath, ['-e', app], { encoding: 'utf8' })).toContain('Custom::DRSSourceServerDisconnection');
});
