import fc from 'fast-check';
import { withoutMadeUpNames } from './finding';
import { sequences } from './sequences';
import { play, Violation } from './simulation/play';
import type { Sequence } from './simulation/steps';

// On a busy machine it may take a while; nothing may be simulated any more when the next test file begins.
jest.setTimeout(3_600_000);

async function storyOf(sequence: Sequence): Promise<string[]> {
  const { story } = await play(sequence).catch((error: Violation) => error);
  // A made-up name at the end of a line may be cut off.
  return story.map((line) => withoutMadeUpNames(line).slice(0, 150));
}

test('the same sequence happens in the same way again, to the millisecond', async () => {
  for (const sequence of fc.sample(sequences('nested'), { numRuns: 10, seed: 1 })) {
    expect(await storyOf(sequence)).toEqual(await storyOf(sequence));
  }
});

test('another seed makes other latencies', async () => {
  const steps: Sequence['steps'] = [{ do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 0 }] } }];
  expect(await storyOf({ settings: {}, seed: 1, steps })).not.toEqual(await storyOf({ settings: {}, seed: 2, steps }));
});
