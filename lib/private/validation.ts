import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

/** What is wrong, how to mend it, and the path of the construct. */
export function validationError(scope: Construct, what: string, fix: string): Error {
  return new Error(`${what} ${fix} [${scope.node.path}]`);
}

/** A value as an error may print it: of one that is known only when it is deployed, the path of its construct. */
export function printed(value: string, { node }: IConstruct): string {
  return Token.isUnresolved(value) ? node.path : value;
}

/** A text as an error may print it. */
export function withoutTokens(text: string): string {
  return text.replace(/\$\{Token\[[^\]]*\]\}/g, '(token)');
}

export function isOtherAccount(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

interface Use {
  readonly region: string;
  readonly path: string;
}

const uses = new WeakMap<Stack, Map<string, Use[]>>();

/**
 * Remembers what a construct disconnects; returns the path of the one in the same stack that disconnects the same.
 * A Region that is not known yet may be the same as any other.
 */
export function declareOnce(scope: Construct, what: string, region = ''): string | undefined {
  const ofStack = uses.get(Stack.of(scope)) ?? new Map<string, Use[]>();
  uses.set(Stack.of(scope), ofStack);
  const others = ofStack.get(what) ?? [];
  ofStack.set(what, [...others, { region, path: scope.node.path }]);
  return others.find((other) => Token.compareStrings(other.region, region) !== TokenComparison.DIFFERENT)?.path;
}
