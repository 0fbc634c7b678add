import { isRecord } from '../../lambda/protocol/request';
import { Unresolved } from './unresolved';

/** More than any template of the CDK needs, by far: a thousand servers take some ten thousand steps. */
export const MOST_STEPS = 100_000;
/** CloudFormation takes no template of more characters; what is made of it could double at each step. */
export const LONGEST_TEXT = 1_000_000;
/** In all values together: what is long costs time at each step. */
export const MOST_CHARACTERS = 20_000_000;
/** How deep functions, lists and conditions may lie in each other. */
export const DEEPEST = 200;

/** How far the evaluation of a template has come. A stranger may have written it, so it ends, whatever stands in it. */
export class Evaluation {
  private steps = 0;
  private characters = 0;
  private depth = 0;
  private readonly conditions = new Map<string, boolean | Unresolved>();

  /** Evaluates a part of what is evaluated. */
  step<T>(evaluate: () => T): T {
    if (++this.steps > MOST_STEPS) {
      throw new Unresolved(`the template takes more than ${MOST_STEPS} steps to evaluate`);
    }
    this.refuseTooLong();
    if (this.depth >= DEEPEST) {
      throw new Unresolved(`the template has more than ${DEEPEST} functions, lists or conditions in each other`);
    }
    this.depth++;
    try {
      const value = evaluate();
      this.count(value);
      return value;
    } finally {
      this.depth--;
    }
  }

  /** Counts how long a value is, or what a function is given, before anything is made of it. */
  count(value: unknown) {
    const length = isRecord(value) ? Object.keys(value).length : typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    this.characters += length;
    this.refuseTooLong();
  }

  /** Once it was too much, it stays too much: another value would cost as much again. */
  private refuseTooLong() {
    if (this.characters > MOST_CHARACTERS) {
      throw new Unresolved(`the template makes more than ${MOST_CHARACTERS} characters of text`);
    }
  }

  /** A text that is made of others. */
  text(parts: readonly string[], delimiter = ''): string {
    const length = parts.reduce((sum, part) => sum + part.length + delimiter.length, 0);
    if (length > LONGEST_TEXT) {
      throw new Unresolved(`the template makes a text of more than ${LONGEST_TEXT} characters`);
    }
    return parts.join(delimiter);
  }

  /** Whether a condition holds, which is evaluated once. */
  condition(name: string, evaluate: () => boolean): boolean {
    const known = this.conditions.get(name) ?? this.evaluated(name, evaluate);
    if (known instanceof Unresolved) {
      throw known;
    }
    return known;
  }

  private evaluated(name: string, evaluate: () => boolean): boolean | Unresolved {
    this.conditions.set(name, new Unresolved(`the condition ${name} refers to itself`));
    let found: boolean | Unresolved;
    try {
      found = this.step(evaluate);
    } catch (error) {
      if (!(error instanceof Unresolved)) {
        this.conditions.delete(name);
        throw error;
      }
      found = error;
    }
    this.conditions.set(name, found);
    return found;
  }
}
