import { App, CfnParameter, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import {
  RecoveryInstancePolicy,
  SourceServer,
  SourceServerDisconnection,
  type SourceServerDisconnectionProps,
  TeardownFunction,
} from '../../lib';

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
      DependsOn: [Match.stringLikeRegexp('^DRSTeardownFunctionGrant'), Match.stringLikeRegexp('^DRSTeardownFunctionGrant')],
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

test('what is by default is not in the template, so that an update of the library changes no resource', () => {
  const [plain, explicit] = [{}, { recoveryInstancePolicy: RecoveryInstancePolicy.FAIL, deleteSourceServer: false }].map((props) =>
    declare(props).template().toJSON(),
  );
  expect(explicit).toEqual(plain);
  const { Properties } = Object.values(plain.Resources as Record<string, { Type: string; Properties: object }>).find(
    ({ Type }) => Type === SOURCE_SERVER_DISCONNECTION,
  )!;
  expect(Object.keys(Properties)).toEqual(['ServiceToken', 'ServiceTimeout', 'SourceServerArn']);
});

test.each<[Partial<SourceServerDisconnectionProps>, object]>([
  [{ recoveryInstancePolicy: RecoveryInstancePolicy.DISCONNECT }, { RecoveryInstancePolicy: 'DISCONNECT', ServiceTimeout: '1800' }],
  [
    { recoveryInstancePolicy: RecoveryInstancePolicy.TERMINATE_DRILLS },
    { RecoveryInstancePolicy: 'TERMINATE_DRILLS', ServiceTimeout: '3300' },
  ],
  [{ deleteSourceServer: true }, { DeleteSourceServer: 'true', ServiceTimeout: '1800' }],
])('%j', (props, properties) => {
  declare(props).template().hasResourceProperties(SOURCE_SERVER_DISCONNECTION, properties);
});

test('it depends on each of its grants', () => {
  const props = { recoveryInstancePolicy: RecoveryInstancePolicy.TERMINATE_DRILLS, deleteSourceServer: true };
  const { Resources } = declare(props).template().toJSON() as { Resources: Record<string, { Type: string; DependsOn?: string[] }> };
  const grants = Object.keys(Resources).filter((id) => Resources[id].Type === 'AWS::IAM::Policy');
  const ofTheLog = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function')!.DependsOn!;
  const { DependsOn } = Object.values(Resources).find(({ Type }) => Type === SOURCE_SERVER_DISCONNECTION)!;
  expect(DependsOn).toHaveLength(4);
  expect([...DependsOn!].sort()).toEqual(grants.filter((id) => !ofTheLog.includes(id)).sort());
});

describe('assumeRole', () => {
  const ROLE = 'arn:aws:iam::444455556666:role/Teardown';
  const elsewhere = ARN.replace(env.account, '444455556666').replace('eu-central-1', 'us-west-2');
  const stackWithRole = (roleArn: string, serverArn = elsewhere) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', serverArn);
    return declare({ sourceServer, assumeRole: Role.fromRoleArn(stack, 'Role', roleArn) }, stack);
  };

  test('a server of the account of the role: its ARN is in the template', () => {
    stackWithRole(ROLE).template().hasResourceProperties(SOURCE_SERVER_DISCONNECTION, { SourceServerArn: elsewhere, AssumeRoleArn: ROLE });
  });

  const declareAs = (props: Partial<SourceServerDisconnectionProps>) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', elsewhere);
    return declare({ sourceServer, assumeRole: Role.fromRoleArn(stack, 'Role', ROLE), ...props }, stack);
  };
  const grantOf = (Action: unknown) => ({
    PolicyDocument: { Statement: Match.arrayWith([Match.objectEquals({ Action, Effect: 'Allow', Resource: ROLE })]) },
  });

  test('without assumeRoleOptions: nothing of a session is in the template, and nothing is granted for it', () => {
    for (const assumeRoleOptions of [undefined, {}, { sessionTags: {} }]) {
      const template = declareAs({ assumeRoleOptions }).template();
      const absent = ['ExternalId', 'SourceIdentity', 'SessionTags'].map((name) => [`AssumeRole${name}`, Match.absent()]);
      template.hasResourceProperties(SOURCE_SERVER_DISCONNECTION, Object.fromEntries(absent) as object);
      template.hasResourceProperties('AWS::IAM::Policy', grantOf('sts:AssumeRole'));
    }
  });

  test.each([
    [{ externalId: 'payments:2026/1' }, { AssumeRoleExternalId: 'payments:2026/1' }, 'sts:AssumeRole'],
    [{ sourceIdentity: 'cdk-drs' }, { AssumeRoleSourceIdentity: 'cdk-drs' }, ['sts:AssumeRole', 'sts:SetSourceIdentity']],
    [{ sessionTags: { Team: 'dr' } }, { AssumeRoleSessionTags: { Team: 'dr' } }, ['sts:AssumeRole', 'sts:TagSession']],
  ])('assumeRoleOptions %j: in the template, and granted on that role', (assumeRoleOptions, properties, actions) => {
    const template = declareAs({ assumeRoleOptions }).template();
    template.hasResourceProperties(SOURCE_SERVER_DISCONNECTION, { AssumeRoleArn: ROLE, ...properties });
    template.hasResourceProperties('AWS::IAM::Policy', grantOf(actions));
  });

  test.each([
    [{ externalId: 'x' }, /"x" is not the external ID\. STS takes 2 to 1,224/],
    [{ externalId: 'two words' }, /not the external ID/],
    [{ externalId: 'x'.repeat(1_225) }, /not the external ID/],
    [{ sourceIdentity: 'x'.repeat(65) }, /not the source identity/],
    [{ sourceIdentity: 'AWS:somebody' }, /not the source identity/],
    [{ sourceIdentity: 'a/b' }, /not the source identity/],
    [{ sessionTags: { 'aws:team': 'dr' } }, /"aws:team" is not the key of a session tag/],
    [{ sessionTags: { ['x'.repeat(129)]: 'dr' } }, /not the key of a session tag/],
    [{ sessionTags: { team: '${aws:username}' } }, /not the value of the session tag team/],
    [{ sessionTags: { team: 'a', Team: 'b' } }, /not session tags: team, Team/],
    [{ sessionTags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag${index}`, ''])) }, /STS takes 50 at most/],
  ])('assumeRoleOptions %j are refused', (assumeRoleOptions, message) => {
    expect(() => declareAs({ assumeRoleOptions })).toThrow(message);
  });

  test('assumeRoleOptions without a role are refused; tokens are not looked at', () => {
    expect(() => declare({ assumeRoleOptions: { externalId: 'payments' } })).toThrow(/no role to assume.*\[Stack\/Disconnection\]/);
    const stack = new Stack(new App(), 'Stack', { env });
    const externalId = new CfnParameter(stack, 'ExternalId').valueAsString;
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', elsewhere);
    declare({ sourceServer, assumeRole: Role.fromRoleArn(stack, 'Role', ROLE), assumeRoleOptions: { externalId } }, stack)
      .template()
      .hasResourceProperties(SOURCE_SERVER_DISCONNECTION, { AssumeRoleExternalId: { Ref: 'ExternalId' } });
  });

  test.each([
    ['another account', ROLE.replace('4444', '9999'), elsewhere],
    ['another account than the server, which is of the account of the stack', ROLE, ARN],
  ])('a role of %s is refused', (_whose, roleArn, serverArn) => {
    expect(() => stackWithRole(roleArn, serverArn)).toThrow(/belongs to account \d+, but the role arn.*Pass a role of account/);
  });

  test('a role of the stack: it goes, with its policies, after what needs it', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const role = new Role(stack, 'Role', { assumedBy: new AccountPrincipal(env.account) });
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AWSElasticDisasterRecoveryConsoleFullAccess'));
    role.grantPassRole(new Role(stack, 'Other', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    declare({ assumeRole: role }, stack)
      .template()
      .hasResource(SOURCE_SERVER_DISCONNECTION, {
        Properties: { AssumeRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Role'), 'Arn'] } },
        DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Role')]),
      });
  });

  test('roles of two stacks that look alike: each has its grant', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    for (const name of ['One', 'Two']) {
      const other = new Stack(stack.node.root, name, { env });
      const assumeRole = new Role(other, 'TeardownRole', { assumedBy: new AccountPrincipal(env.account) });
      const sourceServer = SourceServer.fromSourceServerId(stack, `${name}Server`, name === 'One' ? ID : 's-1234567890abcdef1');
      new SourceServerDisconnection(stack, name, { sourceServer, assumeRole });
    }
    const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')) as {
      Properties: { PolicyDocument: { Statement: { Action: string; Resource: unknown }[] } };
    }[];
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const assumed = statements.filter(({ Action }) => Action === 'sts:AssumeRole').map(({ Resource }) => JSON.stringify(Resource));
    expect(new Set(assumed).size).toBe(2);
  });

  test('a role of another stage: no dependency, which could not cross it', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    const stage = new Stage(app, 'Stage', { env: { ...env, account: '444455556666' } });
    const assumeRole = Role.fromRoleArn(new Stack(stage, 'Imported'), 'Role', ROLE);
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', elsewhere);
    const { template } = declare({ sourceServer, assumeRole }, stack);
    template().resourceCountIs(SOURCE_SERVER_DISCONNECTION, 1);
    expect(stack.dependencies).toEqual([]);
  });

  test('a role of another stack of the app: that stack is deleted later', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const other = new Stack(stack.node.root, 'Other', { env: { ...env, account: '444455556666' } });
    const assumeRole = new Role(other, 'Role', { roleName: 'Teardown', assumedBy: new AccountPrincipal(env.account) });
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', elsewhere);
    const { template } = declare({ sourceServer, assumeRole }, stack);
    template().resourceCountIs(SOURCE_SERVER_DISCONNECTION, 1);
    expect(stack.dependencies).toEqual([other]);
  });
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

test('the same token twice in a stack is refused; another token may be another server', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const [id, otherId] = ['Id', 'OtherId'].map((name) => new CfnParameter(stack, name).valueAsString);
  declare({ sourceServer: SourceServer.fromSourceServerId(stack, 'Server', id) }, stack);
  new SourceServerDisconnection(stack, 'Other', { sourceServer: SourceServer.fromSourceServerId(stack, 'OtherServer', otherId) });
  const again = SourceServer.fromSourceServerId(stack, 'Again', id);
  expect(() => new SourceServerDisconnection(stack, 'Twice', { sourceServer: again })).toThrow(
    /is declared in this stack already, by 'Stack\/Disconnection'/,
  );
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
  expect(Object.keys(template.toJSON().Resources as object)).toHaveLength(486);
  expect(Buffer.byteLength(JSON.stringify(template.toJSON()))).toBeLessThan(1_000_000);
});
