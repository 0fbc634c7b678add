import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TeardownFunction } from '../teardown-function';
import { printed, validationError } from './validation';

// The function behind a custom resource, and how long CloudFormation waits for it.

/** The function answers within four minutes; the rest is for Lambda to run it again, twice. */
export const SHORT_SERVICE_TIMEOUT = Duration.seconds(1800);

/** The function may take all of its fifteen minutes, and Lambda runs it again, twice. */
export const LONG_SERVICE_TIMEOUT = Duration.seconds(3300);

/** The function that is passed, or the stack's own. */
export function teardownFunctionFor(
  scope: Construct,
  { removalPolicy, teardownFunction }: { readonly removalPolicy?: RemovalPolicy; readonly teardownFunction?: TeardownFunction },
): TeardownFunction {
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw validationError(
      scope,
      'The removal policy SNAPSHOT is not possible: a disconnect deletes every point-in-time snapshot of the source server.',
      'Use RemovalPolicy.DESTROY to disconnect, or RemovalPolicy.RETAIN to leave it replicating.',
    );
  }
  const stack = Stack.of(scope);
  if (teardownFunction && Stack.of(teardownFunction) !== stack) {
    // The name of a nested stack is a token.
    const [its, own] = [Stack.of(teardownFunction), stack].map((one) => printed(one.stackName, one));
    throw validationError(
      scope,
      `The teardown function '${teardownFunction.node.path}' belongs to the stack '${its}', not to '${own}'.`,
      'Create a TeardownFunction in this stack and pass that: a grant to a function of another stack would make the two depend on each other.',
    );
  }
  return teardownFunction ?? TeardownFunction._defaultOf(stack);
}
