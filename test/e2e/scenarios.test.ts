import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { scenarios } from '../../scenarios';
import { FAST, fastScenarios, playScenario, slowScenarios, UNFORESEEN } from './play-scenarios';

const names = scenarios.map(({ name }) => name);

// At the same time: they mostly wait. The others are played by scenarios.slow.test.ts.
test.concurrent.each(fastScenarios)('$name: $summary', playScenario);

test('here and there every scenario is played, and who is named is one', () => {
  expect([...fastScenarios, ...slowScenarios].map(({ name }) => name).sort()).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining([...FAST, ...Object.keys(UNFORESEEN)]));
});

const rehearse = (...args: string[]) => promisify(execFile)(process.execPath, ['.build/scenario.js', ...args]);

test('--list names every scenario, one a line', async () => {
  const { stdout } = await rehearse('--list');
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(names);
});

test.concurrent.each(['--scenario no-such', '--no-such', 'no-such'])('%s: exit code 1 and a line that helps', async (args) => {
  await expect(rehearse(...args.split(' '))).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no-such') });
});
