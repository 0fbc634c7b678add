import type { Kind } from '../sequences';
import type { Sequence } from '../simulation/steps';

/** A violation that the soak finds and that is not mended yet. */
export interface KnownViolation {
  readonly seed: number;
  readonly kind: Kind;
  /** The first sequence of its kind that shows it, from 0. */
  readonly index: number;
  /** The invariants that it violates. */
  readonly what: string;
  readonly smallest: Sequence;
  /** Why it is still there. */
  readonly why: string;
}

export const known: readonly KnownViolation[] = [];
