import { App, Aws, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  CfnPolicy,
  CfnRolePolicy,
  Group,
  ManagedPolicy,
  Policy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  FleetDisconnection,
  type FleetDisconnectionProps,
  RecoveryInstancePolicy,
  SourceServer,
  SourceServerDisconnection,
  type SourceServerDisconnectionProps,
  SourceServerSelection,
  TeardownFunction,
} from '../../../lib';

// Which source servers, and in which Regions, the role of a function may touch.

const env = { account: '111122223333', region: 'eu-central-1' };
const arnIn = (region: string, id = 's-1234567890abcdef0') => `arn:aws:drs:${region}:111122223333:source-server/${id}`;
const idOf = (number: number) => `s-${String(number).padStart(17, '0')}`;

const known = () => new Stack(new App(), 'Stack', { env });
const agnostic = () => new Stack(new App(), 'Stack');

let count = 0;
const single = (stack: Stack, arn: string, props: Partial<SourceServerDisconnectionProps> = {}) => {
  const id = `Single${count++}`;
  return new SourceServerDisconnection(stack, id, { sourceServer: SourceServer.fromSourceServerArn(stack, `${id}Server`, arn), ...props });
};
const fleet = (stack: Stack, props: Partial<FleetDisconnectionProps> = {}) =>
  new FleetDisconnection(stack, `Fleet${count++}`, { selection: SourceServerSelection.withTags({ zone: 'a' }), ...props });

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
interface PolicyResource {
  readonly Properties: { readonly PolicyName: string; readonly PolicyDocument: { readonly Statement: Statement[] } };
}

function policiesOf(stack: Stack) {
  return Template.fromStack(stack).findResources('AWS::IAM::Policy') as Record<string, PolicyResource>;
}

/** The resources of an action, with pseudo parameters as ${…}. */
function resourcesOf(stack: Stack, action: string): string[] {
  return Object.values(policiesOf(stack))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat().map(textOf))
    .sort();
}
function textOf(value: unknown): string {
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return typeof value === 'string' ? value : join ? join[1].map(textOf).join(join[0]) : `\${${Ref}}`;
}
const servers = (region: string, account = env.account) => `arn:\${AWS::Partition}:drs:${region}:${account}:source-server/*`;

describe('the Regions that are declared, and no other', () => {
  test.each<[string, () => Stack, (stack: Stack) => void, string[]]>([
    ["a server of the stack's Region", known, (stack) => single(stack, arnIn('eu-central-1')), [servers('eu-central-1')]],
    [
      'servers of two Regions',
      known,
      (stack) => [single(stack, arnIn('eu-central-1')), single(stack, arnIn('us-west-2'))],
      [servers('eu-central-1'), servers('us-west-2')],
    ],
    [
      "a server of the stack's Region, which nobody knows yet",
      agnostic,
      (stack) => new SourceServerDisconnection(stack, 'App', { sourceServer: SourceServer.fromSourceServerId(stack, 'S', idOf(1)) }),
      [servers('${AWS::Region}', '${AWS::AccountId}')],
    ],
    [
      'the same Region, named in two ways',
      known,
      (stack) => [fleet(stack), fleet(stack, { region: Aws.REGION, selection: SourceServerSelection.all() })],
      [servers('eu-central-1'), servers('eu-central-1')],
    ],
    ['a fleet of another Region', agnostic, (stack) => fleet(stack, { region: 'us-west-2' }), [servers('us-west-2', '${AWS::AccountId}')]],
    ['a server whose ARN is a parameter', known, (stack) => single(stack, new CfnParameter(stack, 'Arn').valueAsString), [servers('*')]],
    [
      'a fleet whose Region is a parameter',
      known,
      (stack) => fleet(stack, { region: new CfnParameter(stack, 'Where').valueAsString }),
      [servers('*')],
    ],
    [
      'a fleet whose Region is chosen by a function',
      known,
      (stack) => fleet(stack, { region: Fn.select(0, Fn.split(',', Aws.REGION)) }),
      [servers('*')],
    ],
  ])('%s', (_what, stackOf, declare, expected) => {
    const stack = stackOf();
    declare(stack);
    expect(resourcesOf(stack, 'drs:DisconnectSourceServer')).toEqual(expected);
  });

  test('records, recovery instances, and the machines of drills: likewise', () => {
    const stack = known();
    const options = { recoveryInstancePolicy: RecoveryInstancePolicy.TERMINATE_DRILLS, deleteSourceServer: true };
    single(stack, arnIn('us-west-2'), options);
    fleet(stack, { recoveryInstancePolicy: RecoveryInstancePolicy.DISCONNECT });
    const ofAccount = (service: string, region: string, what: string) =>
      `arn:\${AWS::Partition}:${service}:${region}:111122223333:${what}/*`;
    expect(resourcesOf(stack, 'drs:DeleteSourceServer')).toEqual([servers('us-west-2')]);
    expect(resourcesOf(stack, 'drs:TerminateRecoveryInstances')).toEqual([ofAccount('drs', 'us-west-2', 'recovery-instance')]);
    expect(resourcesOf(stack, 'drs:DisconnectRecoveryInstance')).toEqual([ofAccount('drs', 'eu-central-1', 'recovery-instance')]);
    expect(resourcesOf(stack, 'ec2:TerminateInstances')).toEqual([
      ofAccount('ec2', 'us-west-2', 'instance'),
      ofAccount('ec2', 'us-west-2', 'volume'),
    ]);
  });

  test('another Region is another policy, and the one that is deployed stays as it was', () => {
    const [before, after] = [known(), known()];
    single(before, arnIn('eu-central-1'));
    single(after, arnIn('us-west-2'));
    const [old, changed] = [before, after].map((stack) => {
      const grants = Object.entries(policiesOf(stack)).map(([id, { Properties }]) => [id, Properties.PolicyDocument] as const);
      return new Map(grants);
    });
    const shared = [...changed.keys()].filter((id) => old.has(id));
    expect(shared).toHaveLength(old.size - 1);
    shared.forEach((id) => expect(changed.get(id)).toEqual(old.get(id)));
  });

  test('the value of a tag is no variable of IAM', () => {
    const stack = known();
    fleet(stack, { selection: SourceServerSelection.withTags({ zone: '${aws:PrincipalTag/zone} $5' }) });
    const conditions = Object.values(policiesOf(stack)).flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.flatMap(({ Condition }) => Condition ?? []),
    );
    expect(conditions).toEqual([{ StringEquals: { 'aws:ResourceTag/zone': '${$}{aws:PrincipalTag/zone} $5' } }]);
  });
});

describe('scopeToDeclaredServers', () => {
  const scoped = (stack = known(), role?: Role) => ({
    stack,
    teardownFunction: new TeardownFunction(stack, 'Teardown', { scopeToDeclaredServers: true, role }),
  });
  const idsOf = (stack: Stack) => Object.keys(policiesOf(stack)).filter((id) => /GrantD\w+SourceServer/.test(id));

  test('single servers by their ARNs, each once; fleets and recovery instances as without it', () => {
    const { stack, teardownFunction } = scoped();
    const [one, other] = [arnIn('eu-central-1', idOf(1)), arnIn('us-west-2', idOf(2))];
    single(stack, one, { teardownFunction, deleteSourceServer: true });
    single(stack, other, { teardownFunction, recoveryInstancePolicy: RecoveryInstancePolicy.DISCONNECT });
    fleet(stack, { teardownFunction });
    expect(resourcesOf(stack, 'drs:DisconnectSourceServer')).toEqual([one, other, servers('eu-central-1')].sort());
    expect(resourcesOf(stack, 'drs:DeleteSourceServer')).toEqual([one]);
    expect(resourcesOf(stack, 'drs:DisconnectRecoveryInstance')).toEqual([
      'arn:${AWS::Partition}:drs:us-west-2:111122223333:recovery-instance/*',
    ]);
  });

  test('each content is a policy of its own, which all servers depend on', () => {
    const deployed = [1, 2].map((many) => {
      const { stack, teardownFunction } = scoped();
      for (let number = 1; number <= many; number++) {
        single(stack, arnIn('eu-central-1', idOf(number)), { teardownFunction });
      }
      const [id] = idsOf(stack);
      const resources = Object.values(Template.fromStack(stack).findResources('Custom::DRSSourceServerDisconnection'));
      expect(resources).toHaveLength(many);
      resources.forEach(({ DependsOn }) => expect(DependsOn).toContain(id));
      return { id, name: policiesOf(stack)[id].Properties.PolicyName };
    });
    expect(new Set(deployed.map(({ id }) => id)).size).toBe(2);
    // Both are on the role for as long as the update takes.
    expect(new Set(deployed.map(({ name }) => name)).size).toBe(2);
  });

  test('the ID of a server in a stack of any Region', () => {
    const { stack, teardownFunction } = scoped(agnostic());
    const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', idOf(1));
    new SourceServerDisconnection(stack, 'App', { sourceServer, teardownFunction });
    expect(resourcesOf(stack, 'drs:DisconnectSourceServer')).toEqual([
      `arn:\${AWS::Partition}:drs:\${AWS::Region}:\${AWS::AccountId}:source-server/${idOf(1)}`,
    ]);
  });

  test.each<[string, (stack: Stack) => string]>([
    ['an ARN', (stack) => new CfnParameter(stack, 'Arn').valueAsString],
    ['an ID', (stack) => arnIn('eu-central-1', new CfnParameter(stack, 'Id').valueAsString)],
  ])('%s that is a parameter is refused: its grant would be edited in place', (_what, arnOf) => {
    const { stack, teardownFunction } = scoped();
    expect(() => single(stack, arnOf(stack), { teardownFunction })).toThrow(/known only when it is deployed.*edited in place/);
  });

  test('a role to assume: its owner grants', () => {
    const { stack, teardownFunction } = scoped();
    single(stack, arnIn('eu-central-1'), {
      teardownFunction,
      assumeRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/r'),
    });
    expect(resourcesOf(stack, 'drs:DisconnectSourceServer')).toEqual([]);
  });

  describe('an update has the old policies and the new ones on the role', () => {
    const withServers = (many: number, stack: Stack, role?: Role) => {
      const { teardownFunction } = scoped(stack, role);
      for (let number = 1; number <= many; number++) {
        single(stack, arnIn('eu-central-1', idOf(number)), { teardownFunction });
      }
      return stack.node.root as App;
    };
    const roleOf = (stack: Stack) => new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const large = () =>
      new PolicyStatement({
        actions: Array.from({ length: 70 }, (_, index) => `service:Action${index}${'x'.repeat(40)}`),
        resources: ['*'],
      });

    test.each<[string, (stack: Stack) => TeardownFunction | undefined]>([
      [
        'a policy of a group',
        (stack) => void new Group(stack, 'Group').addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] })),
      ],
      ['a policy of nobody', (stack) => void new CfnPolicy(stack, 'Nobody', { policyName: 'nobody', policyDocument: {} })],
      [
        'an imported role that can not be changed',
        (stack) =>
          new TeardownFunction(stack, 'Imported', {
            scopeToDeclaredServers: true,
            role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/Own', { mutable: false }),
          }),
      ],
    ])('%s is no obstacle', (_what, declare) => {
      const stack = known();
      const teardownFunction = declare(stack) ?? new TeardownFunction(stack, 'Scoped', { scopeToDeclaredServers: true });
      single(stack, arnIn('eu-central-1'), { teardownFunction });
      expect(() => Template.fromStack(stack)).not.toThrow();
    });

    test.each<[string, (role: Role) => unknown]>([
      [
        'a policy of the role as a resource of its own',
        ({ stack, roleName }) =>
          new CfnRolePolicy(stack, 'More', { policyName: 'more', roleName, policyDocument: { text: 'x'.repeat(9_500) } }),
      ],
      [
        'a policy with an empty condition',
        ({ stack, roleName }) =>
          new CfnPolicy(stack, 'More', {
            policyName: 'more',
            roles: [roleName],
            policyDocument: { Condition: {}, text: 'x'.repeat(9_500) },
          }),
      ],
    ])('%s counts', (_what, declare) => {
      const stack = known();
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      declare(role);
      single(stack, arnIn('eu-central-1'), {
        teardownFunction: new TeardownFunction(stack, 'Scoped', { role, scopeToDeclaredServers: true }),
      });
      expect(() => Template.fromStack(stack)).toThrow(/may take \d{5} bytes/);
    });

    test.each([agnostic, known])('fifty servers fit', (stackOf) => {
      expect(() => withServers(50, stackOf()).synth()).not.toThrow();
    });

    test('sixty do not: the synthesis fails, and says how much there is', () => {
      expect(() => withServers(60, known()).synth()).toThrow(
        /With 60 ARNs of source servers, the inline policies of the role of this function may take \d{4} bytes\. IAM takes 10240.*5120 is the most/,
      );
    });

    test.each<[string, (role: Role, stack: Stack) => unknown]>([
      ['added to the role', (role) => role.addToPolicy(large())],
      ['attached to it', (role, stack) => role.attachInlinePolicy(new Policy(stack, 'More', { statements: [large()] }))],
    ])('a policy of somebody else, %s, counts', (_how, add) => {
      const stack = known();
      const role = roleOf(stack);
      add(role, stack);
      expect(() => withServers(20, stack, role).synth()).toThrow(/With 20 ARNs/);
    });

    test('policies within the role count; those of other roles, and managed ones, do not', () => {
      const stack = known();
      roleOf(stack).addToPolicy(large());
      const role = new Role(stack, 'Own', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
      expect(() => withServers(20, stack, role).synth()).not.toThrow();
      const other = known();
      const inline = new Role(other, 'Own', {
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        inlinePolicies: { Large: new PolicyDocument({ statements: [large()] }) },
      });
      expect(() => withServers(20, other, inline).synth()).toThrow(/With 20 ARNs/);
    });
  });
});

describe('a fleet by tags that shares its function with single servers', () => {
  const WARNING = Match.stringLikeRegexp(
    "whatever tags it has\\. In a new stack, give the fleet a function of its own:\n {2}const fleetFunction = new TeardownFunction\\(this, 'FleetTeardownFunction'\\);\n {2}new FleetDisconnection\\(this, 'Fleet\\d+', .*teardownFunction: fleetFunction",
  );
  const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', WARNING).length;

  test.each<[string, number, (stack: Stack) => void, (() => Stack)?]>([
    ['declared before them', 1, (stack) => [fleet(stack), single(stack, arnIn('eu-central-1'))]],
    ['declared after them', 1, (stack) => [single(stack, arnIn('eu-central-1')), fleet(stack)]],
    [
      'two fleets, many servers: a warning each',
      2,
      (stack) => [
        fleet(stack),
        single(stack, arnIn('eu-central-1')),
        fleet(stack, { selection: SourceServerSelection.withTags({ zone: 'b' }) }),
        single(stack, arnIn('eu-central-1', idOf(2))),
      ],
    ],
    ['a Region that nobody knows', 1, (stack) => [fleet(stack), single(stack, new CfnParameter(stack, 'Arn').valueAsString)]],
    ['alone', 0, (stack) => [fleet(stack)]],
    ['in another Region', 0, (stack) => [fleet(stack), single(stack, arnIn('us-west-2'))]],
    ['in the Region of the stack, not known yet', 1, (stack) => [fleet(stack), single(stack, arnIn('eu-central-1'))], agnostic],
    [
      'named, beside servers in the Region of the stack, not known yet',
      1,
      (stack) => [
        fleet(stack, { region: 'eu-central-1' }),
        single(stack, `arn:aws:drs:${Aws.REGION}:111122223333:source-server/${idOf(1)}`),
      ],
      agnostic,
    ],
    [
      'in two named Regions of a stack whose own is not known yet',
      0,
      (stack) => [fleet(stack, { region: 'eu-central-1' }), single(stack, arnIn('us-west-2'))],
      agnostic,
    ],
    [
      'with a function of its own',
      0,
      (stack) => [fleet(stack, { teardownFunction: new TeardownFunction(stack, 'Own') }), single(stack, arnIn('eu-central-1'))],
    ],
    [
      'whose function is limited to the servers that are declared',
      0,
      (stack) => {
        const teardownFunction = new TeardownFunction(stack, 'Teardown', { scopeToDeclaredServers: true });
        fleet(stack, { teardownFunction });
        single(stack, arnIn('eu-central-1'), { teardownFunction });
      },
    ],
    [
      'as another role',
      0,
      (stack) => {
        fleet(stack, { assumeRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/r') });
        single(stack, arnIn('eu-central-1'));
      },
    ],
  ])('%s', (_what, expected, declare, stackOf = known) => {
    const stack = stackOf();
    declare(stack);
    expect(warnings(stack)).toBe(expected);
  });
});
