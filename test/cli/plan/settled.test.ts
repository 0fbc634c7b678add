import type { Change, PlannedChange } from '../../../cli/operation/planned-change';
import { settledOutcome } from '../../../cli/plan/settled';
import { SOURCE_SERVER_DISCONNECTION, STACK_ID_VARIABLE } from '../../../lib/contract';
import { deployedStack } from '../stacks';

const ARN = 'arn:aws:drs:eu-central-1:111122223333:source-server/s-1234567890abcdef0';
const OWN = { 'Fn::GetAtt': ['Function', 'Arn'] };

/** A resource of a stack whose function is as it says. */
interface More {
  readonly physicalId?: string;
  readonly change?: Change;
}

function planned(ServiceToken: unknown, Variables: unknown, { physicalId = ARN, change = { kind: 'deleted' } }: More = {}): PlannedChange {
  const template = {
    Resources: {
      One: { Type: SOURCE_SERVER_DISCONNECTION, Properties: { ServiceToken } },
      Function: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } },
    },
  };
  const resource = { logicalId: 'One', physicalId, type: SOURCE_SERVER_DISCONNECTION };
  return { stack: deployedStack({ template }), resource, change, read: () => ({}) };
}
const served = { [STACK_ID_VARIABLE]: { Ref: 'AWS::StackId' } };

// As the function itself decides: "Which requests are served" in docs/rules.md.
test.each<[string, unknown, unknown, string | undefined]>([
  ["the stack's own function", OWN, served, undefined],
  ['its own function, and more in the environment', OWN, { ...served, other: 'x' }, undefined],
  ['a function that names no stack', OWN, undefined, 'blocked'],
  ['a function that names another stack', OWN, { [STACK_ID_VARIABLE]: 'arn:aws:cloudformation:…' }, 'blocked'],
  ['a function of a parameter', { Ref: 'Function' }, served, 'unknown'],
  ['a function that another stack exports', { 'Fn::ImportValue': 'Function' }, served, 'unknown'],
  ['a function by its ARN', 'arn:aws:lambda:eu-central-1:111122223333:function:teardown', served, 'unknown'],
  ['a function that the template does not hold', { 'Fn::GetAtt': ['constructor', 'Arn'] }, served, 'unknown'],
])('a stack is deleted, with %s: %s', (_what, token, variables, verdict) => {
  expect(settledOutcome(planned(token, variables), true)?.verdict).toBe(verdict);
});

test('in the clean-up of an update the function may have its variable by then', () => {
  expect(settledOutcome(planned(OWN, undefined, { change: { kind: 'cleaned up' } }), true)).toBeUndefined();
});

test.each([
  ['made up by CloudFormation', 'LandingZone-One-1ABCDEFGHIJK', 'keep'],
  ['of a create that failed', 'cdk-drs:not-created:One', 'keep'],
  ['of a newer version', 'drs:server:2', 'blocked'],
  ['with a blank before it', ` ${ARN}`, 'blocked'],
])('a physical ID that can not be read, %s: %s', (_what, physicalId, verdict) => {
  expect(settledOutcome(planned(OWN, served, { physicalId }), false)?.verdict).toBe(verdict);
});

test('what is kept is kept, whatever its physical ID and its function', () => {
  const change: Change = { kind: 'kept', why: 'it is retained' };
  expect(settledOutcome(planned('arn', undefined, { physicalId: 'drs:server:2', change }), false)?.verdict).toBe('keep');
});

test('the reason of what can not be read has the command that leaves it out', () => {
  const { commands } = settledOutcome(planned(OWN, served, { physicalId: 'drs:server:2' }), false)!;
  expect(commands.map(String)).toEqual([
    '`aws cloudformation delete-stack --stack-name LandingZone --retain-resources One --region eu-central-1`',
  ]);
});

test('what another function may serve is said before it is too late, with how to move it back', () => {
  const { commands, reason } = settledOutcome(planned('arn:aws:lambda:…', served), true)!;
  expect(String(reason)).toContain('If a stack refactoring moved it here');
  expect(commands.map(String)).toEqual(['`npx cdk refactor --unstable=refactor`']);
});
