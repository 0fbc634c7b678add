import fc from 'fast-check';
import { type Finding, withoutMadeUpNames } from './finding';
import { type Kind, sequences } from './sequences';
import { play, Violation } from './simulation/play';
import type { Sequence } from './simulation/steps';

/** Some of the sequences that a seed makes. */
export interface Stretch {
  readonly kind: Kind;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** Plays a stretch to its end, or until so many sequences violate an invariant; makes each of these as small as possible. Adds to `sights` what there was to see. */
export async function search({ kind, seed, from, count }: Stretch, sights: Set<string>, most = Infinity): Promise<Finding[]> {
  const property = fc.asyncProperty(sequences(kind), async (sequence) => {
    (await play(sequence)).sights.forEach((sight) => sights.add(sight));
  });
  const findings: Finding[] = [];
  for (let next = from; next < from + count && findings.length < most; next = findings.at(-1)!.index + 1) {
    const details = await fc.check(property, { seed, path: String(next), numRuns: from + count - next });
    if (!details.failed) {
      break;
    }
    findings.push(findingOf(kind, details));
  }
  return findings;
}

function findingOf(kind: Kind, { counterexample, counterexamplePath, errorInstance }: fc.RunDetails<[Sequence]>): Finding {
  return {
    kind,
    index: Number(counterexamplePath!.split(':')[0]),
    what: withoutMadeUpNames(errorInstance instanceof Error ? errorInstance.message : String(errorInstance)),
    // Without the prototypes that fast-check gives its objects.
    smallest: JSON.parse(JSON.stringify(counterexample![0])) as Sequence,
    story: errorInstance instanceof Violation ? errorInstance.story : [],
  };
}
