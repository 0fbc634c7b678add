import { inspect } from 'node:util';
import type { Kind } from './sequences';
import type { Sequence } from './simulation/steps';

/** A violation that random sequences have found, and the smallest sequence that shows it. */
export interface Finding {
  readonly kind: Kind;
  /** Which sequence of its kind it was first, from 0. */
  readonly index: number;
  /** The invariants, and what violates them, without names that are made up. */
  readonly what: string;
  readonly smallest: Sequence;
  /** What happened in the smallest sequence, line by line. */
  readonly story: readonly string[];
}

/** Names that are made up at random, and decide nothing. */
const MADE_UP = /[0-9a-f]{8}-[0-9a-f-]{27}|\b[A-Z2-7]{12}\b|\bdrsjob-[0-9a-f]{17}\b/g;

/** The same for the same sequence. */
export function withoutMadeUpNames(text: string): string {
  return text.replace(MADE_UP, '…');
}

/** So much of what happened is shown, in lines. */
const STORY = 150;

/** What somebody needs who has to understand it: a test case to paste, and what happened. */
export function describeFinding({ kind, index, what, smallest, story }: Finding, seed: number): string {
  const literal = inspect(smallest, { depth: null, breakLength: 130, maxArrayLength: null });
  return [
    what,
    `SEED=${seed}, ${kind} sequence ${index}. Once it is understood, it belongs into test/random/regressions.test.ts:`,
    `regression('…', ${literal});`,
    story.slice(-STORY).join('\n'),
  ].join('\n\n');
}
