import { DescribeRecoveryInstancesCommand, DescribeSourceServersCommand, DrsClient } from '@aws-sdk/client-drs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'emulator-command-'));
});
const started: ChildProcess[] = [];
afterEach(() => {
  started.splice(0).forEach((emulator) => emulator.kill('SIGKILL'));
  rmSync(temporary, { recursive: true });
});

/** Runs what `npm run emulator` runs, once it is built; `npm test` has built it. */
function start(...options: string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream } {
  const env = { ...process.env, TMPDIR: temporary };
  const emulator = spawn(process.execPath, ['.build/emulator.js', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(emulator);
  return emulator;
}

/** The environment that it prints, as a shell reads it; resolves once it serves. */
async function environmentOf(emulator: ReturnType<typeof start>): Promise<Record<string, string>> {
  let printed = '';
  for await (const chunk of emulator.stdout) {
    printed += String(chunk);
    if (printed.includes('AWS_EC2_METADATA_DISABLED')) break;
  }
  expect(printed.trim().split('\n')).toEqual([
    expect.stringMatching(/^unset AWS_PROFILE /),
    ...Array(6).fill(expect.stringMatching(/^export \w+=\S+$/)),
  ]);
  return Object.fromEntries(Array.from(printed.matchAll(/^export (\w+)=(\S+)$/gm), ([, name, value]) => [name, value]));
}

function drs({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys }: Record<string, string>): DrsClient {
  return new DrsClient({
    endpoint,
    region,
    credentials: { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY },
  });
}

test('it serves what it was asked to seed, to whoever has the environment that it prints', async () => {
  const emulator = start('--servers', '3', '--tag', 'landing-zone=payments', '--tag', 'empty=', '--drill', '--recovery');
  const said = text(emulator.stderr);
  const client = drs(await environmentOf(emulator));
  const { items: servers = [] } = await client.send(new DescribeSourceServersCommand({}));
  expect(servers.map(({ sourceServerID, tags }) => [sourceServerID, tags])).toEqual(
    [1, 2, 3].map((number) => [`s-1a2b3c4d5e6f7000${number}`, { 'landing-zone': 'payments', empty: '' }]),
  );
  const { items: instances = [] } = await client.send(new DescribeRecoveryInstancesCommand({}));
  expect(new Map(instances.map(({ isDrill, sourceServerID }) => [isDrill, sourceServerID]))).toEqual(
    new Map([
      [true, 's-1a2b3c4d5e6f70003'],
      [false, 's-1a2b3c4d5e6f70003'],
    ]),
  );
  client.destroy();
  emulator.kill();
  expect(await said).toMatch(/s-1a2b3c4d5e6f70003 +server-03 +CONTINUOUS[^]*\$ npx cdk deploy/);
});

test.each([['SIGTERM'], ['SIGINT']] as const)('%s ends it, also if it comes twice, and nothing is left', async (signal) => {
  const emulator = start();
  const { AWS_ENDPOINT_URL: endpoint } = await environmentOf(emulator);
  expect((await fetch(endpoint)).status).toBe(403);
  expect(readdirSync(temporary)).not.toEqual([]);
  emulator.kill(signal);
  emulator.kill(signal);
  expect(await once(emulator, 'exit')).toEqual([0, null]);
  expect(readdirSync(temporary)).toEqual([]);
  await expect(fetch(endpoint)).rejects.toThrow();
});

test('it takes the port that it is told, unless that is in use', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const refused = start('--port', String(port));
  const said = text(refused.stderr);
  expect(await once(refused, 'exit')).toEqual([1, null]);
  expect(await said).toBe('The port is in use: choose another one, or leave --port out for a free one.\n');
  holder.close();
  await once(holder, 'close');
  const emulator = start('--port', String(port));
  expect(await environmentOf(emulator)).toMatchObject({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
  emulator.kill();
  await once(emulator, 'exit');
});

test.each([
  [['--port', 'http'], "--port is 'http', but must be a whole number from 1 to 65535."],
  [['--servers', '1000'], "--servers is '1000', but must be a whole number from 0 to 300."],
  [['--speed', '0'], "--speed is '0', but must be a whole number from 1 to 300."],
  [['--tag', 'landing-zone'], "--tag is 'landing-zone', but must be KEY=VALUE."],
  [['--servers', '0', '--drill'], 'There is no source server to launch a recovery instance of: --servers must be 1 at least.'],
  [['--server', '3'], "Unknown option '--server'"],
])('%j is refused in a line', async (options, message) => {
  const emulator = start(...options);
  const [printed, said] = await Promise.all([text(emulator.stdout), text(emulator.stderr)]);
  expect(printed).toBe('');
  expect(said.trim().split('\n')).toEqual([expect.stringContaining(message)]);
  expect(readdirSync(temporary)).toEqual([]);
});
