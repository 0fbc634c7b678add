import { App, Aws, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { FLEET_DISCONNECTION } from '../../lib/contract';
import {
  FleetDisconnection,
  type FleetDisconnectionProps,
  RecoveryInstancePolicy,
  SourceServer,
  SourceServerDisconnection,
  SourceServerSelection,
  TeardownFunction,
} from '../../lib';

const env = { account: '111122223333', region: 'eu-central-1' };
const newStack = () => new Stack(new App(), 'Stack', { env });
const selection = SourceServerSelection.withTags({ team: 'payments', stage: 'prod' });

function declare(props: Partial<FleetDisconnectionProps> = {}, stack = newStack()) {
  const fleet = new FleetDisconnection(stack, 'Fleet', { selection, ...props });
  return { stack, fleet, template: () => Template.fromStack(stack) };
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementOf(template: Template, action: string): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: { Statement: Statement[] } };
  }[];
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(({ Action }) => [Action].flat().includes(action));
}

test('a custom resource with its selection, which may take three runs of the function', () => {
  declare()
    .template()
    .hasResource(FLEET_DISCONNECTION, {
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DRSTeardownFunction'), 'Arn'] },
        ServiceTimeout: '3300',
        Region: 'eu-central-1',
        Tags: { team: 'payments', stage: 'prod' },
        All: Match.absent(),
        RecoveryInstancePolicy: Match.absent(),
      },
      DependsOn: [Match.stringLikeRegexp('^DRSTeardownFunctionGrant'), Match.stringLikeRegexp('^DRSTeardownFunctionGrant')],
      DeletionPolicy: 'Delete',
    });
});

test('how many matched is an attribute', () => {
  const { stack, fleet } = declare();
  expect(stack.resolve(fleet.matchingSourceServerCount)).toEqual({
    'Fn::GetAtt': [expect.stringMatching(/^Fleet/), 'MatchingSourceServerCount'],
  });
});

test('the options are those of a single disconnection', () => {
  declare({
    recoveryInstancePolicy: RecoveryInstancePolicy.TERMINATE_DRILLS,
    deleteSourceServer: true,
    removalPolicy: RemovalPolicy.RETAIN,
    region: 'us-west-2',
  })
    .template()
    .hasResource(FLEET_DISCONNECTION, {
      Properties: { RecoveryInstancePolicy: 'TERMINATE_DRILLS', DeleteSourceServer: 'true', Region: 'us-west-2' },
      DeletionPolicy: 'Retain',
    });
});

test('the function can not disconnect a server without the tags, nor delete its record', () => {
  const template = declare({ deleteSourceServer: true }).template();
  const condition = { StringEquals: { 'aws:ResourceTag/team': 'payments', 'aws:ResourceTag/stage': 'prod' } };
  for (const action of ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer']) {
    expect(statementOf(template, action)).toEqual([expect.objectContaining({ Condition: condition })]);
  }
});

const policies = [RecoveryInstancePolicy.FAIL, RecoveryInstancePolicy.DISCONNECT, RecoveryInstancePolicy.TERMINATE_DRILLS];
test.each(
  policies.flatMap((recoveryInstancePolicy) => [true, false].map((deleteSourceServer) => ({ recoveryInstancePolicy, deleteSourceServer }))),
)('with %j it may do what a single disconnection may, which calls the same', (options) => {
  const actionsIn = (template: Template) => {
    const granted = Object.values(template.findResources('AWS::IAM::Policy')) as {
      Properties: { PolicyDocument: { Statement: Statement[] } };
    }[];
    return granted.flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action)).sort();
  };
  const single = newStack();
  const sourceServer = SourceServer.fromSourceServerId(single, 'Server', 's-1234567890abcdef0');
  new SourceServerDisconnection(single, 'Single', { sourceServer, ...options });
  expect(actionsIn(declare(options).template())).toEqual(actionsIn(Template.fromStack(single)));
});

test.each([
  ['a policy variable', '${aws:PrincipalTag/team}', '${$}{aws:PrincipalTag/team}'],
  ['two of them', '${a}-${b}', '${$}{a}-${$}{b}'],
  ['what is one to IAM alone', '${*}', '${$}{*}'],
  ['characters that are wildcards elsewhere', 'pay*m?nts', 'pay*m?nts'],
  ['a dollar sign', '5$ {x}', '5$ {x}'],
])('%s as the value of a tag is asked of IAM as it is written', (_what, value, asked) => {
  const { template } = declare({ selection: SourceServerSelection.withTags({ team: value }) });
  template().hasResourceProperties(FLEET_DISCONNECTION, { Tags: { team: value } });
  expect(statementOf(template(), 'drs:DisconnectSourceServer')).toEqual([
    expect.objectContaining({ Condition: { StringEquals: { 'aws:ResourceTag/team': asked } } }),
  ]);
});

test('the value of a tag may be a token', () => {
  const stack = newStack();
  const team = new CfnParameter(stack, 'Team').valueAsString;
  const { template } = declare({ selection: SourceServerSelection.withTags({ team }) }, stack);
  template().hasResourceProperties(FLEET_DISCONNECTION, { Tags: { team: { Ref: 'Team' } } });
  expect(statementOf(template(), 'drs:DisconnectSourceServer')).toEqual([
    expect.objectContaining({ Condition: { StringEquals: { 'aws:ResourceTag/team': { Ref: 'Team' } } } }),
  ]);
});

test('with a role to assume, the function itself has no rights on DRS', () => {
  const stack = newStack();
  const assumeRole = Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/Teardown');
  const { template } = declare({ assumeRole }, stack);
  template().hasResourceProperties(FLEET_DISCONNECTION, { AssumeRoleArn: 'arn:aws:iam::444455556666:role/Teardown' });
  expect(statementOf(template(), 'drs:DisconnectSourceServer')).toEqual([]);
  expect(statementOf(template(), 'sts:AssumeRole')).toHaveLength(1);
});

test('all: every server, which is warned of', () => {
  const { stack, template } = declare({ selection: SourceServerSelection.all() });
  template().hasResourceProperties(FLEET_DISCONNECTION, { All: 'true', Tags: Match.absent() });
  expect(statementOf(template(), 'drs:DisconnectSourceServer')).toEqual([expect.not.objectContaining({ Condition: expect.anything() })]);
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Fleet',
    Match.stringLikeRegexp('every source server of account 111122223333 in Region eu-central-1'),
  );
});

test('all, in a stack whose account is not known: warned of, too', () => {
  const { stack } = declare({ selection: SourceServerSelection.all() }, new Stack(new App(), 'Stack'));
  Annotations.fromStack(stack).hasWarning('/Stack/Fleet', Match.stringLikeRegexp('every source server of account of the stack'));
});

test('tags are not warned of', () => {
  const { stack } = declare();
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test.each<[string, () => unknown, RegExp]>([
  ['no tag', () => SourceServerSelection.withTags({}), /at least one tag/],
  ['an empty key', () => SourceServerSelection.withTags({ '': 'value' }), /must be known at synth/],
  [
    'a key that is a token',
    () => SourceServerSelection.withTags({ [new CfnParameter(newStack(), 'Key').valueAsString]: 'value' }),
    /must be known at synth/,
  ],
  [
    'a tag without a value',
    () => SourceServerSelection.withTags({ team: undefined as unknown as string, stage: 'prod' }),
    /"team" has no value/,
  ],
  ['a tag whose value is left out', () => SourceServerSelection.withTags({ team: Aws.NO_VALUE }), /"team" has no value/],
  ['a policy variable as a key', () => SourceServerSelection.withTags({ '${aws:PrincipalTag/team}': 'x' }), /characters \$, \* and \?/],
  ['a key with a wildcard', () => SourceServerSelection.withTags({ 'te*m': 'x' }), /characters \$, \* and \?/],
  ['a key with the other wildcard', () => SourceServerSelection.withTags({ 'te?m': 'x' }), /characters \$, \* and \?/],
  [
    'two keys that differ only in case',
    () => SourceServerSelection.withTags({ team: 'payments', stage: 'prod', Team: 'payments' }),
    /"team" and "Team" differ only in case.*leave one of them out/,
  ],
  ['a selection that is none', () => declare({ selection: {} as SourceServerSelection }), /not clear which source servers/],
  ['an empty selection', () => declare({ selection: { _selects: {} } }), /not clear which source servers/],
  ['a Region that is none', () => declare({ region: 'Frankfurt' }), /'Frankfurt' is not a Region.*\[Stack\/Fleet\]/],
  ['SNAPSHOT', () => declare({ removalPolicy: RemovalPolicy.SNAPSHOT }), /SNAPSHOT is not possible/],
  [
    'a teardown function of another stack',
    () => {
      const stack = newStack();
      return declare({ teardownFunction: new TeardownFunction(new Stack(stack.node.root, 'Other', { env }), 'Function') }, stack);
    },
    /belongs to the stack 'Other'/,
  ],
])('%s is refused', (_what, wrong, message) => {
  expect(wrong).toThrow(message);
});

test('two fleets whose tags look alike, but are tokens: each has its grant', () => {
  const stack = newStack();
  for (const name of ['One', 'Two']) {
    const team = new CfnParameter(new Stack(stack.node.root, name, { env }), 'Team').valueAsString;
    new FleetDisconnection(stack, name, { selection: SourceServerSelection.withTags({ team }) });
  }
  expect(statementOf(Template.fromStack(stack), 'drs:DisconnectSourceServer')).toHaveLength(2);
});

test('twenty-five fleets: what they share is granted once', () => {
  const stack = newStack();
  Array.from(
    { length: 25 },
    (_, index) => new FleetDisconnection(stack, `Fleet${index}`, { selection: SourceServerSelection.withTags({ team: `team-${index}` }) }),
  );
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: object };
  }[];
  // Of all inline policies of a role, IAM takes 10,240 characters.
  expect(policies.reduce((sum, { Properties }) => sum + JSON.stringify(Properties.PolicyDocument).length, 0)).toBeLessThan(10_240);
});

test('the same selection twice in a stack is refused', () => {
  const { stack } = declare();
  const again = SourceServerSelection.withTags({ stage: 'prod', team: 'payments' });
  expect(() => new FleetDisconnection(stack, 'Again', { selection: again })).toThrow(/declared in this stack already, by 'Stack\/Fleet'/);
  expect(() => new FleetDisconnection(stack, 'Elsewhere', { selection: again, region: 'us-west-2' })).not.toThrow();
});

test('it shares the function of the stack with single disconnections', () => {
  const stack = newStack();
  new SourceServerDisconnection(stack, 'Single', { sourceServer: SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0') });
  declare({}, stack).template().resourceCountIs('AWS::Lambda::Function', 1);
});
