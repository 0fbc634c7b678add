import { execFileSync } from 'node:child_process';
import { EmbeddedAws } from '../../emulator';
import { scenarios } from '../../bin/rehearsal/scenarios';
import { Stage } from '../../bin/rehearsal/stage';
import { Timeline } from '../../bin/rehearsal/timeline';

// Every scenario of `npm start`, which throws where what should have happened did not.
test.each(scenarios)('$name: $summary', async (scenario) => {
  const aws = await EmbeddedAws.start(scenario.settings);
  let shown = '';
  try {
    await scenario.play(new Stage(aws, new Timeline(aws, { write: (text) => (shown += text) })));
  } finally {
    await aws.stop();
  }
  expect(shown).toMatch(/^\$ (npx cdk|aws cloudformation) /m);
  expect(shown).not.toContain('\x1b');
});

const rehearse = (...args: string[]) =>
  execFileSync(process.execPath, ['.build/rehearse.js', ...args], { encoding: 'utf8', stdio: 'pipe' });

test('--list names every scenario, one a line', () => {
  expect(
    rehearse('--list')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(scenarios.map(({ name }) => name));
});

test.each(['--scenario no-such', '--no-such', 'no-such'])('%s: exit code 1 and a line that helps', (args) => {
  expect(() => rehearse(...args.split(' '))).toThrow(/no-such/);
});
