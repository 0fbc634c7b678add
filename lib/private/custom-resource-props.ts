import { Duration, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RecoveryInstanceProperties } from '../contract';
import type { DisconnectionOptions } from '../disconnection-options';
import { RecoveryInstancePolicy } from '../recovery-instance-policy';
import { TeardownFunction } from '../teardown-function';

// What the constructs that disconnect share; not exported.

/** What the options say in a template. What is as by default is left out, so that a template of an earlier version says the same. */
export function propertiesOf({
  recoveryInstancePolicy: policy = RecoveryInstancePolicy.FAIL,
  deleteSourceServer,
  assumeRole,
}: DisconnectionOptions): RecoveryInstanceProperties {
  return {
    ...(policy !== RecoveryInstancePolicy.FAIL && { RecoveryInstancePolicy: policy }),
    ...(deleteSourceServer && { DeleteSourceServer: 'true' }),
    ...(assumeRole && { AssumeRoleArn: assumeRole.roleArn }),
  };
}

export function isRetained({ removalPolicy }: DisconnectionOptions): boolean {
  return removalPolicy === RemovalPolicy.RETAIN || removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}

/** The account whose source servers the function can reach. */
export function actingAccount(scope: Construct, { assumeRole }: DisconnectionOptions): string {
  return assumeRole?.env.account ?? Stack.of(scope).account;
}

export function isOtherAccount(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

/** The function may take all of its fifteen minutes, and Lambda runs it again, twice. */
export const THREE_RUNS = Duration.seconds(3300);

/** The function that is passed, or the stack's own. */
export function teardownFunctionFor(
  scope: Construct,
  { removalPolicy, teardownFunction }: Pick<DisconnectionOptions, 'removalPolicy' | 'teardownFunction'>,
): TeardownFunction {
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw problem(
      scope,
      'The removal policy SNAPSHOT is not possible: a disconnect deletes every point-in-time snapshot of the source server.',
      'Use RemovalPolicy.DESTROY to disconnect, or RemovalPolicy.RETAIN to leave it replicating.',
    );
  }
  const stack = Stack.of(scope);
  if (teardownFunction && Stack.of(teardownFunction) !== stack) {
    throw problem(
      scope,
      `The teardown function '${teardownFunction.node.path}' belongs to the stack '${Stack.of(teardownFunction).stackName}', not to '${stack.stackName}'.`,
      'Create a TeardownFunction in this stack and pass that: a grant to a function of another stack would make the two depend on each other.',
    );
  }
  return teardownFunction ?? TeardownFunction._defaultOf(stack);
}

export function problem(scope: Construct, what: string, fix: string): Error {
  return new Error(`${what} ${fix} [${scope.node.path}]`);
}

const declarations = new WeakMap<Stack, Map<string, string>>();

/** Remembers what is declared in a stack; returns the path of the construct that declared the same before. */
export function declareOnce(scope: Construct, what: string): string | undefined {
  const declared = declarations.get(Stack.of(scope)) ?? new Map<string, string>();
  declarations.set(Stack.of(scope), declared);
  const other = declared.get(what);
  declared.set(what, other ?? scope.node.path);
  return other;
}

/** What is disconnected is deleted before the drain, which then waits for what DRS has still to do. */
export function goesBefore(resource: Construct, drain: Construct | undefined) {
  if (drain) {
    resource.node.addDependency(drain);
  }
}
