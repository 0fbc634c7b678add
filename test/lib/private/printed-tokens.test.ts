import { App, Aws, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { SourceServer, SourceServerDisconnection, SourceServerSelection, StagingAreaDrain, TeardownFunction } from '../../../lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';

// A token is no text for anybody: an error names the construct instead, or says that it is one.

const env = { account: '111122223333', region: 'eu-central-1' };
const ID = 's-1234567890abcdef0';
const parameter = (stack: Stack, name = 'Parameter') => new CfnParameter(stack, name).valueAsString;
const inOther = (stack: Stack, account: string) => new Stack(stack.node.root, 'Other', { env: { ...env, account } });
const serverOf = (stack: Stack, id = ID) => SourceServer.fromSourceServerId(stack, 'Server', id);

test.each<[string, RegExp, (stack: Stack) => unknown]>([
  [
    "a nested stack that uses its parent's function",
    /'Stack\/Function' belongs to the stack 'Stack', not to 'Stack\/Nested'/,
    (stack) => {
      const nested = new NestedStack(stack, 'Nested');
      const teardownFunction = new TeardownFunction(stack, 'Function');
      return new SourceServerDisconnection(nested, 'App', { sourceServer: serverOf(nested), teardownFunction });
    },
  ],
  [
    'the same, for a drain of the parent',
    /'Stack\/Nested\/Function' belongs to the stack 'Stack\/Nested', not to 'Stack'/,
    (stack) => {
      const teardownFunction = new TeardownFunction(new NestedStack(stack, 'Nested'), 'Function');
      return new StagingAreaDrain(stack, 'Drain', { vpc: new Vpc(stack, 'Vpc'), teardownFunction });
    },
  ],
  [
    "a function's role of another account",
    /The role Other\/Role belongs to account 444455556666/,
    (stack) =>
      new TeardownFunction(stack, 'Function', {
        role: new Role(inOther(stack, '444455556666'), 'Role', { assumedBy: new AccountPrincipal(env.account) }),
      }),
  ],
  [
    'a server of another account than the role',
    /The source server Stack\/Server belongs to account 111122223333, but the role Other\/Role to account 444455556666/,
    (stack) =>
      new SourceServerDisconnection(stack, 'App', {
        sourceServer: serverOf(stack),
        assumeRole: new Role(inOther(stack, '444455556666'), 'Role', { assumedBy: new AccountPrincipal(env.account) }),
      }),
  ],
  [
    'a server that is declared twice, by a parameter',
    /The source server Stack\/Server is declared in this stack already/,
    (stack) => {
      const sourceServer = serverOf(stack, parameter(stack));
      return ['One', 'Other'].map((id) => new SourceServerDisconnection(stack, id, { sourceServer }));
    },
  ],
  [
    'an ARN that is none',
    /'arn:\(token\):drs:eu-central-1:111122223333:source-server\/s-1' is not the ARN of a source server/,
    (stack) => SourceServer.fromSourceServerArn(stack, 'Server', `arn:${Aws.PARTITION}:drs:eu-central-1:111122223333:source-server/s-1`),
  ],
  [
    'the key of a tag',
    /The key of a tag must be known at synth, and not be empty: "\(token\)"\./,
    (stack) => SourceServerSelection.withTags({ [parameter(stack)]: 'value' }),
  ],
  [
    'the value of a tag that is left out',
    /The tag "team" has no value: \(token\)\./,
    () => SourceServerSelection.withTags({ team: Aws.NO_VALUE }),
  ],
  [
    'session tags',
    /These are not session tags: \(token\), a, A\./,
    (stack) =>
      new SourceServerDisconnection(stack, 'App', {
        sourceServer: serverOf(stack),
        assumeRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/r'),
        assumeRoleOptions: { sessionTags: { [parameter(stack)]: 'x', a: 'x', A: 'x' } },
      }),
  ],
  [
    'the value of a session tag whose key is a token',
    /"\*" is not the value of the session tag \(token\)\./,
    (stack) =>
      new SourceServerDisconnection(stack, 'App', {
        sourceServer: serverOf(stack),
        assumeRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/r'),
        assumeRoleOptions: { sessionTags: { [parameter(stack)]: '*' } },
      }),
  ],
])('%s', (_what, message, wrong) => {
  const stack = new Stack(new App(), 'Stack', { env });
  expect(() => wrong(stack)).toThrow(message);
  expect(() => wrong(new Stack(new App(), 'Stack', { env }))).not.toThrow(/Token\[/);
});
