import { describeFinding, type Finding } from '../finding';
import type { KnownViolation } from './known-violations';

/** What is known already, and what is not; and what is known, but was not found any more. */
export interface Comparison {
  readonly text: string;
  readonly isAsKnown: boolean;
}

/** Compares what the soak has found among so many sequences of each kind with what is known. */
export function compare(findings: readonly Finding[], known: readonly KnownViolation[], seed: number, ofEachKind: number): Comparison {
  const groups = grouped(findings);
  const expected = known.filter((one) => one.seed === seed && one.index < ofEachKind);
  const isKnown = (group: readonly Finding[]) => expected.some((one) => keyOf(one) === keyOf(group[0]));
  const unknown = groups.filter((group) => !isKnown(group));
  const gone = expected.filter((one) => !groups.some((group) => keyOf(group[0]) === keyOf(one)));
  return {
    text: [
      ...groups.filter(isKnown).map((group) => `Known, found ${timesIn(group)}: ${group[0].what}`),
      ...unknown.map((group) => `UNKNOWN, found ${timesIn(group)}:\n\n${describeFinding(group[0], seed)}\n`),
      ...gone.map(
        ({ kind, index, what }) => `GONE: ${kind} sequence ${index} no longer shows it; take it out of known-violations.ts: ${what}`,
      ),
      `Violations: ${groups.length - unknown.length} known, ${unknown.length} unknown, ${gone.length} gone.`,
    ].join('\n'),
    isAsKnown: unknown.length === 0 && gone.length === 0,
  };
}

/** Those that violate the same invariants in the same smallest sequence are one; the first of them comes first. */
function grouped(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of [...findings].sort((one, other) => one.index - other.index)) {
    groups.set(keyOf(finding), [...(groups.get(keyOf(finding)) ?? []), finding]);
  }
  return [...groups.values()];
}

function keyOf({ what, smallest }: Pick<Finding, 'what' | 'smallest'>): string {
  return JSON.stringify([what, smallest]);
}

function timesIn(group: readonly Finding[]): string {
  const [{ kind, index }] = group;
  return `${group.length === 1 ? 'once' : `${group.length} times`}, first by ${kind} sequence ${index}`;
}
