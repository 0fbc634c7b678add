import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

/** `npm test` has built what is published. */
function packed(): string[] {
  const [tarball] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8', stdio: 'pipe' })) as [Packed];
  return tarball.files.map(({ path }) => path).sort();
}

test('the published package holds the library with its types, the function, the command line, and nothing else', () => {
  expect(packed()).toEqual([
    '.jsii',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bundle/chunk.js',
    'bundle/index.js',
    'bundle/on-demand.js',
    'dist-cli/index.js',
    'dist/contract.d.ts',
    'dist/contract.js',
    'dist/disconnection-options.d.ts',
    'dist/disconnection-options.js',
    'dist/disconnection.d.ts',
    'dist/disconnection.js',
    'dist/fleet-disconnection.d.ts',
    'dist/fleet-disconnection.js',
    'dist/index.d.ts',
    'dist/index.js',
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
  ]);
});

test('the function looks for credentials and settings in its environment alone', () => {
  const files = readdirSync('bundle').map((file) => readFileSync(path.join('bundle', file), 'utf8'));
  const elsewhere = /169\.254\.|sso-oidc|credential_process|AWS_CONTAINER_|AWS_WEB_IDENTITY_|HOMEPATH/;
  expect(files.filter((code) => elsewhere.test(code))).toEqual([]);
  expect(files.join('')).toContain('AWS_SESSION_TOKEN');
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
