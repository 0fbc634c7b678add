import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';

// A run of Jest leaves nothing in the temporary folder, and no process, however it ends.

/** Where the runs of these tests keep what they keep. */
let temporary: string;
/** Who takes part in a run connects, says what it is, and stays connected for as long as it lives. */
let witness: Server;
/** Keeps those who connect until somebody asks: two may come at once. */
let arrivals: ReturnType<typeof on>;
beforeEach(async () => {
  temporary = mkdtempSync(path.join(tmpdir(), 'a clean run '));
  witness = createServer().listen(0, '127.0.0.1');
  arrivals = on(witness, 'connection');
  await once(witness, 'listening');
});
const started: ChildProcess[] = [];
const connected: Socket[] = [];
afterEach(() => {
  // If the test has failed there are some left.
  started.splice(0).forEach((jest) => jest.exitCode ?? jest.signalCode ?? jest.kill('SIGKILL'));
  connected.splice(0).forEach((socket) => socket.destroy());
  witness.close();
  rmSync(temporary, { recursive: true });
});

/** Starts a run as a shell would: in a group of processes of its own. */
function run(...options: string[]): ChildProcess {
  const { port } = witness.address() as AddressInfo;
  // A run of a run is none of the suites that .ci/run lists.
  const env = { ...process.env, SUITE_TIMES: '', TMPDIR: temporary, WITNESS: String(port) };
  const jest = [path.join('node_modules', 'jest', 'bin', 'jest.js'), '-c', 'test/clean-run/jest.config.js', ...options];
  const child = spawn(process.execPath, jest, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  started.push(child);
  return child;
}

/** Resolves once a test and its function are at work, with what resolves when both are gone. */
async function atWork(jest: ChildProcess): Promise<{ readonly gone: Promise<unknown> }> {
  const tooEarly = once(jest, 'exit').then(() => Promise.reject(new Error('The run has ended before it was at work.')));
  const ends: Promise<unknown>[] = [];
  const names: string[] = [];
  while (names.length < 2) {
    const { value } = await Promise.race([arrivals.next(), tooEarly]);
    const [socket] = value as [Socket];
    connected.push(socket);
    ends.push(new Promise((resolve) => socket.once('close', resolve).on('error', () => {})));
    const [name] = (await once(socket, 'data')) as [Buffer];
    names.push(String(name));
  }
  expect(names).toEqual(['test\n', 'function\n']);
  return { gone: Promise.all(ends) };
}

test.each([
  ['that passes', ['passes'], 0],
  ['that passes, in one process', ['passes', '--runInBand'], 0],
  ['that fails', ['fails', 'passes'], 1],
  ['that stops at the first failure', ['fails', 'passes', '--bail'], 1],
])('a run %s leaves nothing', async (_, options, code) => {
  const jest = run(...options);
  const [said, ended] = await Promise.all([text(jest.stderr!), once(jest, 'exit')]);
  expect({ said, ended }).toEqual({ said: expect.stringMatching(/^Tests: +\d (passed|failed)/m), ended: [code, null] });
  expect(said).not.toContain('gracefully');
  expect(readdirSync(temporary)).toEqual([]);
});

const alone = (signal: NodeJS.Signals) => (jest: ChildProcess) => process.kill(jest.pid!, signal);
const toAll = (signal: NodeJS.Signals) => (jest: ChildProcess) => process.kill(-jest.pid!, signal);

describe.each([
  ['in workers', []],
  ['in one process', ['--runInBand']],
])('a run %s', (_, options) => {
  test.each<[string, (jest: ChildProcess) => void, number]>([
    ['Ctrl-C', toAll('SIGINT'), 130],
    ['SIGINT', alone('SIGINT'), 130],
    ['SIGTERM', alone('SIGTERM'), 143],
    ['a terminal that is closed', toAll('SIGHUP'), 129],
  ])('that is ended by %s leaves nothing', async (_how, end, code) => {
    const jest = run('hangs', ...options);
    const { gone } = await atWork(jest);
    expect(readdirSync(temporary)).not.toEqual([]);
    end(jest);
    expect(await once(jest, 'exit')).toEqual([code, null]);
    expect(readdirSync(temporary)).toEqual([]);
    await gone;
  });

  test('that is killed leaves no process', async () => {
    const jest = run('hangs', ...options);
    const { gone } = await atWork(jest);
    alone('SIGKILL')(jest);
    await gone;
  });
});
