import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { SourceServer, SourceServerDisconnection, type SourceServerDisconnectionProps, TeardownFunction } from '../../lib';

const ID = 's-1234567890abcdef0';
const ARN = `arn:aws:drs:eu-central-1:111122223333:source-server/${ID}`;
const env = { account: '111122223333', region: 'eu-central-1' };

function declare(props: Partial<SourceServerDisconnectionProps> = {}, stack = new Stack(new App(), 'Stack', { env })) {
  const sourceServer = props.sourceServer ?? SourceServer.fromSourceServerArn(stack, 'Server', ARN);
  const disconnection = new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, ...props });
  return { stack, disconnection, template: () => Template.fromStack(stack) };
}

test('a custom resource, which names the server by its ARN and answers within half an hour', () => {
  declare()
    .template()
    .hasResource(SOURCE_SERVER_DISCONNECTION, {
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DRSTeardownFunction'), 'Arn'] },
        ServiceTimeout: '1800',
        SourceServerArn: ARN,
      },
      DependsOn: [Match.stringLikeRegexp('^DRSTeardownFunctionGrant')],
    });
});

test('the logical IDs are contracts', () => {
  expect(Object.keys(declare().template().toJSON().Resources as object).map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
    'Disconnection',
    'DRSTeardownFunctionLogGroup',
    'DRSTeardownFunctionRole',
    'DRSTeardownFunction',
    expect.stringMatching(/^DRSTeardownFunctionGrant[0-9a-f]{8}$/),
    expect.stringMatching(/^DRSTeardownFunctionGrant[0-9a-f]{8}$/),
  ]);
});

test('attributes', () => {
  const { stack, disconnection } = declare();
  expect(stack.resolve([disconnection.sourceServerHostname, disconnection.dataReplicationState])).toEqual([
    { 'Fn::GetAtt': [expect.stringMatching(/^Disconnection/), 'SourceServerHostname'] },
    { 'Fn::GetAtt': [expect.stringMatching(/^Disconnection/), 'DataReplicationState'] },
  ]);
});

test.each([
  [undefined, 'Delete', 'Delete'],
  [RemovalPolicy.DESTROY, 'Delete', 'Delete'],
  [RemovalPolicy.RETAIN, 'Retain', 'Retain'],
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate', 'Retain'],
])('removal policy %s', (removalPolicy, DeletionPolicy, UpdateReplacePolicy) => {
  const RetainOnReplace = UpdateReplacePolicy === 'Retain' ? 'true' : Match.absent();
  declare({ removalPolicy })
    .template()
    .hasResource(SOURCE_SERVER_DISCONNECTION, { DeletionPolicy, UpdateReplacePolicy, Properties: { RetainOnReplace } });
});

test('the removal policy SNAPSHOT is refused', () => {
  expect(() => declare({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow(/SNAPSHOT is not possible.*RETAIN.*\[Stack\/Disconnection\]/);
});

test('a server of another account is refused', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', ARN.replace(env.account, '444455556666'));
  expect(() => declare({ sourceServer }, stack)).toThrow(/account 444455556666.*account 111122223333/);
});

test('a server of another account can not be seen in a stack without an account: it is checked when it is deployed', () => {
  const stack = new Stack(new App(), 'Stack');
  declare({}, stack).template().resourceCountIs(SOURCE_SERVER_DISCONNECTION, 1);
});

test.each([
  ['by ID twice', (stack: Stack) => SourceServer.fromSourceServerId(stack, 'Again', ID)],
  ['by ID and by ARN', (stack: Stack) => SourceServer.fromSourceServerArn(stack, 'Again', ARN)],
])('the same server twice in a stack is refused: %s', (_how, again) => {
  const stack = new Stack(new App(), 'Stack', { env });
  declare({ sourceServer: SourceServer.fromSourceServerId(stack, 'Server', ID) }, stack);
  expect(() => new SourceServerDisconnection(stack, 'Other', { sourceServer: again(stack) })).toThrow(
    /s-1234567890abcdef0 is declared in this stack already, by 'Stack\/Disconnection'/,
  );
});

test.each([
  ['in two stacks', (other: Stack) => SourceServer.fromSourceServerArn(other, 'Server', ARN), true],
  [
    'the same ID in two Regions',
    (stack: Stack) => SourceServer.fromSourceServerArn(stack, 'Again', ARN.replace('eu-central-1', 'us-west-2')),
    false,
  ],
])('not the same server: %s', (_how, again, elsewhere) => {
  const { stack } = declare();
  const scope = elsewhere ? new Stack(stack.node.root, 'Other', { env }) : stack;
  expect(() => new SourceServerDisconnection(scope, 'Again2', { sourceServer: again(scope) })).not.toThrow();
});

test('a teardown function of another stack is refused', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const teardownFunction = new TeardownFunction(new Stack(stack.node.root, 'Other', { env }), 'Function');
  expect(() => declare({ teardownFunction }, stack)).toThrow(/'Other\/Function' belongs to the stack 'Other', not to 'Stack'/);
});

test('the teardown function that is passed is the one that is used', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const mine = new TeardownFunction(stack, 'Mine');
  const { template, disconnection } = declare({ teardownFunction: mine }, stack);
  expect(disconnection.teardownFunction).toBe(mine);
  template().resourceCountIs('AWS::Lambda::Function', 1);
  template().hasResourceProperties(SOURCE_SERVER_DISCONNECTION, {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] },
  });
});

test('a construct that has the ID of the default teardown function is named', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  new Stack(stack, 'DRSTeardownFunction');
  expect(() => declare({}, stack)).toThrow("'Stack/DRSTeardownFunction' has the ID of the stack's teardown function");
});

test('480 disconnections share one function, one role and its policies', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  for (let index = 0; index < 480; index++) {
    const sourceServer = SourceServer.fromSourceServerId(stack, `Server${index}`, `s-${String(index).padStart(17, '0')}`);
    new SourceServerDisconnection(stack, `Disconnection${index}`, { sourceServer });
  }
  const template = Template.fromStack(stack);
  template.resourceCountIs(SOURCE_SERVER_DISCONNECTION, 480);
  expect(Object.keys(template.toJSON().Resources as object)).toHaveLength(485);
  expect(Buffer.byteLength(JSON.stringify(template.toJSON()))).toBeLessThan(1_000_000);
});
