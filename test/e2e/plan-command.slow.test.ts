import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { CfnOutput, CfnParameter, CfnWaitConditionHandle, Fn, NestedStack, type Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { type Assembly, removeAssembly, synthesizeStack, templateFileOf } from '../../scenarios/assembly';
import { addDisconnection, APP, DATABASE, disconnectionOf, landingZoneOf, sourceServerArn, STANDBY, TWO } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import { STAGING_AREA_DRAIN } from '../../lib/contract';
import { FleetDisconnection, SourceServerSelection, StagingAreaDrain } from '../../lib';
import { onStage } from './with-emulator';
import { cdkDrs, environmentOf, plan, type Result, STACK } from './plan-command';

// The command as it is published, in a process of its own, against the embedded AWS. What is typed and what is shown is in command.test.ts.

const ours = SourceServerSelection.withTags({ owner: 'payments' });
const run = (stage: Stage, ...args: string[]): Promise<Result> => cdkDrs(args, environmentOf(stage));

const UNKNOWN_KEY = { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN', AWS_SECRET_ACCESS_KEY: 'unknown' };

const assemblies: Assembly[] = [];
afterAll(() => assemblies.forEach(removeAssembly));

/** The file that `npx cdk synth` would leave. */
async function templateOf(declare: (stack: Stack) => void): Promise<string> {
  const assembly = await synthesizeStack(STACK, declare);
  assemblies.push(assembly);
  return templateFileOf(assembly);
}

const allow = (...actions: string[]) => new PolicyStatement({ actions, resources: ['*'] });

/** By the table in the docs. */
const ALL_ACTIONS = Array.from(readFileSync('docs/plan.md', 'utf8').matchAll(/^\| `(\w+:\w+)` /gm), ([, action]) => action);

/** A fleet with a drain, and its server, which replicates into the subnet that is returned. */
async function deployDrainedFleet(stage: Stage): Promise<string> {
  await stage.deploy((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1, restrictDefaultSecurityGroup: false });
    const stagingAreaDrain = new StagingAreaDrain(stack, 'Drain', { vpc });
    new FleetDisconnection(stack, 'Fleet', { selection: ours, stagingAreaDrain });
  });
  const [{ subnetId }] = stage.aws.ec2.network().subnets.all();
  stage.seed({ sourceServerID: APP, tags: { owner: 'payments' }, stagingSubnetId: subnetId });
  return subnetId;
}

/** Plans as somebody who may do nothing else. */
async function asPlanner(stage: Stage, actions: readonly string[], ...args: readonly string[]): Promise<Result> {
  const declare = (stack: Stack) => {
    const role = new Role(stack, 'Role', { roleName: 'Planner', assumedBy: new AccountPrincipal(stack.account) });
    role.addToPolicy(allow(...actions));
  };
  await stage.deploy(declare, 'CREATE_COMPLETE', { stackName: 'Planner' });
  const { accessKeyId, secretAccessKey, sessionToken } = stage.aws.iam.issueCredentials(
    'arn:aws:iam::111122223333:role/Planner',
    'planner',
  );
  const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
  return cdkDrs(['plan', STACK, '--json', ...args], { ...environmentOf(stage), ...credentials });
}

describe('A command that fails says why, and what to type', () => {
  test.each<[string, string[], Record<string, string | undefined>, RegExp]>([
    [
      'no such stack',
      ['plan', 'Nowhere'],
      {},
      /^There is no stack Nowhere in account 111122223333, Region eu-central-1. `aws cloudformation list-stacks --region eu-central-1`/,
    ],
    ['no such stack in another Region', ['plan', STACK, '--region', 'us-west-2'], {}, /account 111122223333, Region us-west-2/],
    [
      'the ID of a stack in another Region',
      ['plan', 'arn:aws:cloudformation:us-west-2:111122223333:stack/Other/0a1b'],
      {},
      /is in Region us-west-2, but eu-central-1 was asked: use --region us-west-2/,
    ],
    ['no Region', ['plan', STACK], { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }, /^No Region is named: use --region/],
    ['a key that AWS does not know', ['plan', STACK], UNKNOWN_KEY, /^AWS does not know your credentials/],
    ['no such profile', ['plan', STACK, '--profile', 'nobody'], {}, /^There are no credentials.*nobody/],
    ['nothing to reach', ['plan', STACK], { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, /^AWS could not be reached/],
    ['no such template', ['plan', STACK, '--template', 'nowhere.json'], {}, /^The template nowhere\.json can't be read/],
    ['a template that is not JSON', ['plan', STACK, '--template', 'README.md'], {}, /^README\.md is not a template in JSON, such as/],
  ])('%s', async (_what, args, environment, told) => {
    await onStage({}, async (stage) => {
      const { exitCode, stdout, stderr } = await cdkDrs(args, { ...environmentOf(stage), ...environment });
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(told) });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });
  });
});

describe('Credentials and the Region', () => {
  const role = 'role_arn = arn:aws:iam::111122223333:role/Somebody\nsource_profile = keys';

  test.each<[string, string[], string, Record<string, string | undefined>, Partial<Result>, typed?: string]>([
    ['of a profile', ['--profile', 'keys'], '', {}, { exitCode: 0, stderr: '' }],
    ['of AWS_PROFILE', [], '', { AWS_PROFILE: 'keys' }, { exitCode: 0, stderr: '' }],
    ['of a profile, rather than keys in the environment', ['--profile', 'keys'], '', UNKNOWN_KEY, { exitCode: 0, stderr: '' }],
    [
      'of the role of a profile',
      ['--profile', 'chosen'],
      `[profile chosen]\n${role}`,
      { AWS_REGION: 'eu-central-1' },
      { exitCode: 0, stderr: '' },
    ],
    [
      'of the role of a profile that asks for a code',
      ['--profile', 'chosen', '--region', 'eu-central-1'],
      `[profile chosen]\n${role}\nmfa_serial = arn:aws:iam::111122223333:mfa/phone`,
      {},
      {
        exitCode: 0,
        stderr: 'MFA code for arn:aws:iam::111122223333:mfa/phone: ',
        stdout: expect.stringContaining('will be disconnected'),
      },
      '123456\n',
    ],
    [
      'of the role of a profile that asks for a code, and nobody types one',
      ['--profile', 'chosen', '--region', 'eu-central-1'],
      `[profile chosen]\n${role}\nmfa_serial = arn:aws:iam::111122223333:mfa/phone`,
      {},
      { exitCode: 1, stderr: expect.stringMatching(/and none was typed/), stdout: '' },
    ],
    ['in AWS_DEFAULT_REGION', ['--profile', 'bare'], '', { AWS_DEFAULT_REGION: 'eu-central-1' }, { exitCode: 0, stderr: '' }],
    [
      'where none is named',
      ['--profile', 'bare'],
      '',
      {},
      { exitCode: 1, stderr: expect.stringMatching(/^No Region is named: use --region/) },
    ],
  ])('%s', async (_what, args, more, environment, expected, typed = '') => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(disconnectionOf(APP));
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL } = environmentOf(stage);
      const keys = `aws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`;
      const directory = mkdtempSync(path.join(tmpdir(), 'cdk-drs-profile-'));
      const AWS_CONFIG_FILE = path.join(directory, 'config');
      writeFileSync(AWS_CONFIG_FILE, `[profile keys]\n${keys}region = ${AWS_REGION}\n[profile bare]\n${keys}${more}\n`);
      try {
        expect(await cdkDrs(['plan', STACK, ...args], { AWS_ENDPOINT_URL, AWS_CONFIG_FILE, ...environment }, typed)).toMatchObject(
          expected,
        );
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
  });
});

test('a stack of nothing of ours: clear, and it says so', async () => {
  await onStage({}, async (stage) => {
    await stage.deploy((stack) => void new CfnWaitConditionHandle(stack, 'SomethingElse'));
    expect(await plan(stage, STACK)).toMatchObject({
      clear: true,
      resources: [],
      notes: [expect.stringContaining('Nothing in the stack is of cdk-drs')],
    });
  });
});

test('termination protection is in the way of a deletion, and not of an update', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    const credentials = stage.aws.iam.operatorCredentials(stage.operator.accountId);
    const client = new CloudFormationClient({ endpoint: stage.aws.endpoint, region: 'eu-central-1', credentials });
    await client.send(new UpdateTerminationProtectionCommand({ StackName: STACK, EnableTerminationProtection: true }));
    expect(await plan(stage, STACK)).toMatchObject({
      clear: false,
      blockers: [expect.stringContaining('--no-enable-termination-protection')],
    });
    const file = await templateOf(disconnectionOf(APP));
    expect(await plan(stage, STACK, '--template', file)).toMatchObject({
      clear: true,
      operation: 'update',
      resources: [{ verdict: 'keep' }],
    });
  });
});

test('a stack that is being updated is in the way of its deletion', async () => {
  await onStage({ speed: 1 }, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    let planned: Promise<unknown> | undefined;
    stage.aws.cloudFormation.onEvent(({ status }) => {
      if (status === 'UPDATE_IN_PROGRESS' && !planned) {
        stage.aws.faults.add({ service: 'drs', operation: 'DescribeSourceServers', kind: 'slow', delay: 3_000 });
        planned = run(stage, 'plan', STACK, '--json');
      }
    });
    await stage.deploy(disconnectionOf(DATABASE), 'UPDATE_COMPLETE');
    expect(await planned).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(/is UPDATE_\w*IN_PROGRESS, and CloudFormation begins no deletion then/),
    });
  });
});

test('what is nested is planned, too', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy((stack) => {
      addDisconnection(stack, 'App', APP);
      addDisconnection(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), 'Database', DATABASE);
    });
    const { resources } = await plan(stage, STACK);
    expect(resources.map(({ stackName, verdict }) => [stackName.replace(/-[A-Z0-9]+$/, ''), verdict])).toEqual([
      [STACK, 'disconnect'],
      [expect.stringMatching(/Outer.*Inner/), 'disconnect'],
    ]);
    const nestedName = resources[1].stackName;
    expect(await plan(stage, nestedName)).toMatchObject({
      clear: true,
      notes: [expect.stringMatching(/^The stack is nested in DisasterRecoveryLandingZone, /)],
    });
    const file = await templateOf((stack) => {
      // As the command line of the CDK does.
      stack.node.setContext('aws:cdk:enable-asset-metadata', true);
      addDisconnection(stack, 'App', APP);
      addDisconnection(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), 'App', DATABASE);
    });
    const updated = await plan(stage, STACK, '--template', file);
    expect(updated.resources.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['keep', 'it is still declared'],
      ['keep', expect.stringMatching(/still declared in the stack, as App/)],
    ]);
  });
});

describe('A role to assume', () => {
  const there = '444455556666';
  const roleArn = `arn:aws:iam::${there}:role/Teardown`;
  const declare = (stack: Stack) =>
    addDisconnection(stack, 'App', sourceServerArn(APP, undefined, there), { assumeRole: Role.fromRoleArn(stack, 'Role', roleArn) });

  async function deployed(stage: Stage) {
    stage.ofAccount(there).seed(...TWO);
    const trusting = (stack: Stack) => {
      const role = new Role(stack, 'Role', { roleName: 'Teardown', assumedBy: new AccountPrincipal('111122223333') });
      role.addToPolicy(allow('drs:Describe*', 'drs:DisconnectSourceServer', 'ec2:DescribeInstances'));
    };
    await stage.ofAccount(there).deploy(trusting, 'CREATE_COMPLETE', { stackName: 'Role' });
    await stage.deploy(declare);
  }

  test('is assumed', async () => {
    await onStage({}, async (stage) => {
      await deployed(stage);
      expect(await plan(stage, STACK)).toMatchObject({
        clear: true,
        resources: [{ verdict: 'disconnect', sourceServer: { accountId: there, hostname: 'app-01' } }],
      });
      const asked = stage.aws.calls.all().filter(({ userAgent, service }) => userAgent.includes('cdk-drs-plan') && service === 'drs');
      expect([...new Set(asked.map(({ callerArn }) => callerArn))]).toEqual([
        `arn:aws:sts::${there}:assumed-role/Teardown/cdk-drs-plan-${STACK}`,
      ]);
    });
  });

  const calledAs = (stage: Stage) =>
    stage.aws.calls.all().filter(({ userAgent, service }) => userAgent.includes('cdk-drs-plan') && ['drs', 'sts'].includes(service));

  test('of another account that the user did not name: that account is asked nothing, and the reason says what to add', async () => {
    await onStage({}, async (stage) => {
      await deployed(stage);
      const { exitCode, stdout, stderr } = await run(stage, 'plan', STACK, '--json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        clear: false,
        resources: [{ verdict: 'unknown', reason: expect.stringContaining(`add --role-arn ${roleArn}`) }],
      });
      expect(calledAs(stage)).toEqual([]);
    });
  });

  test('is announced before it is assumed, and only reads, whatever the role may do', async () => {
    await onStage({}, async (stage) => {
      await deployed(stage);
      const { exitCode, stderr } = await run(stage, 'plan', STACK, '--role-arn', roleArn);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `Assuming the role ${roleArn}, with a session that only reads.\n` });
      const [assumed] = calledAs(stage).filter(({ operation }) => operation === 'AssumeRole');
      const policy = JSON.parse((assumed.input as { Policy: string }).Policy) as { Statement: { Action: string[] }[] };
      expect(policy.Statement.flatMap(({ Action }) => Action).filter((action) => !action.includes(':Describe'))).toEqual([]);
    });
  });

  test('is not assumed where the user names another one of that account', async () => {
    await onStage({}, async (stage) => {
      await deployed(stage);
      const reading = (stack: Stack) => {
        const role = new Role(stack, 'Role', { roleName: 'Reader', assumedBy: new AccountPrincipal('111122223333') });
        role.addToPolicy(allow('drs:Describe*', 'ec2:DescribeInstances'));
      };
      await stage.ofAccount(there).deploy(reading, 'CREATE_COMPLETE', { stackName: 'Reader' });
      const reader = `arn:aws:iam::${there}:role/Reader`;
      const { exitCode, stderr } = await run(
        stage,
        'plan',
        STACK,
        '--role-arn',
        'arn:aws:iam::777788889999:role/Other',
        '--role-arn',
        reader,
      );
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`Assuming the role ${reader}`);
      expect(stderr).not.toContain(roleArn);
    });
  });

  test('that is none: the command fails', async () => {
    await onStage({}, async (stage) => {
      const { exitCode, stderr } = await run(stage, 'plan', STACK, '--role-arn', 'Teardown');
      expect(exitCode).toBe(1);
      expect(stderr).toContain("'Teardown' is not the ARN of a role");
    });
  });

  test('that does not trust whoever plans: its servers can not be told, and others can', async () => {
    await onStage({}, async (stage) => {
      await deployed(stage);
      stage.seed({ sourceServerID: STANDBY });
      await stage.deploy((stack) => {
        declare(stack);
        addDisconnection(stack, 'Standby', STANDBY);
      }, 'UPDATE_COMPLETE');
      const { stdout, exitCode } = await asPlanner(
        stage,
        ALL_ACTIONS.filter((action) => action !== 'sts:AssumeRole'),
        '--role-arn',
        roleArn,
      );
      expect(exitCode).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        clear: false,
        counts: { unknown: 1, disconnect: 1 },
        resources: [
          { verdict: 'unknown', reason: expect.stringContaining(`You may not call sts:AssumeRole on ${roleArn}`) },
          { verdict: 'disconnect' },
        ],
      });
    });
  });
});

describe('The rights that docs/plan.md lists', () => {
  const needed: Readonly<Record<string, RegExp>> = {
    'cloudformation:DescribeStacks': /^You may not call cloudformation:DescribeStacks/,
    'cloudformation:ListStackResources': /^You may not call cloudformation:ListStackResources/,
    'cloudformation:GetTemplate': /^You may not call cloudformation:GetTemplate/,
  };
  const looked = [
    ...['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'drs:GetReplicationConfiguration'],
    ...['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups'],
  ];

  const rarelyNeeded = ['cloudformation:DescribeStackEvents', 'cloudformation:ListExports', 'sts:AssumeRole'];

  async function played(play: (stage: Stage) => Promise<void>) {
    await onStage({}, async (stage) => {
      await deployDrainedFleet(stage);
      stage.seed({ sourceServerID: DATABASE });
      await play(stage);
    });
  }

  test('are enough, and none is to spare', async () => {
    await played(async (stage) => {
      const { exitCode, stderr } = await asPlanner(stage, ALL_ACTIONS);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const called = stage.aws.calls
        .all()
        .filter(({ userAgent }) => userAgent.includes('cdk-drs-plan'))
        .map(({ service, operation }) => `${service}:${operation}`);
      expect([...new Set(called)].sort()).toEqual([...Object.keys(needed), ...looked].sort());
      expect([...ALL_ACTIONS].sort()).toEqual([...Object.keys(needed), ...looked, ...rarelyNeeded].sort());
    });
  });

  test.each(Object.entries(needed))('without %s it fails, and says so', async (action, told) => {
    await played(async (stage) => {
      const { exitCode, stderr } = await asPlanner(
        stage,
        ALL_ACTIONS.filter((other) => other !== action),
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(told) });
    });
  });

  test.each(looked)("without %s something can't be told, and is not clear", async (action) => {
    await played(async (stage) => {
      const { exitCode, stdout } = await asPlanner(
        stage,
        ALL_ACTIONS.filter((other) => other !== action),
      );
      expect(exitCode).toBe(2);
      const { resources } = JSON.parse(stdout) as { resources: { verdict: string; reason: string }[] };
      expect(resources).toContainEqual(expect.objectContaining({ verdict: 'unknown', reason: expect.stringContaining(action) }));
    });
  });
});

test('what becomes of the servers of a fleet can not be told: its drain does not say that they go on replicating', async () => {
  await onStage({ speed: 60 }, async (stage) => {
    await deployDrainedFleet(stage);
    const { stdout } = await asPlanner(
      stage,
      ALL_ACTIONS.filter((action) => action !== 'drs:DescribeRecoveryInstances'),
    );
    expect(JSON.parse(stdout)).toMatchObject({
      resources: [
        {
          verdict: 'unknown',
          reason: expect.stringContaining('You may not call drs:DescribeRecoveryInstances'),
          selection: expect.any(String),
          sourceServers: [{ sourceServerId: APP, verdict: 'unknown', reason: "its recovery instances can't be told" }],
        },
        { resourceType: STAGING_AREA_DRAIN, verdict: 'drain', commands: [] },
      ],
    });
    await stage.destroy('DELETE_COMPLETE');
  });
});

test('a network interface of DRS that is left in the staging area: the plan names it, and it is what the drain waits for', async () => {
  await onStage({ networkInterfaceLingers: Infinity, replicationServerLingers: 60, speed: 60 }, async (stage) => {
    await stage.deploy((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1, restrictDefaultSecurityGroup: false });
      new StagingAreaDrain(stack, 'Drain', { vpc });
    });
    const [{ subnetId }] = stage.aws.ec2.network().subnets.all();
    stage.seed({ sourceServerID: APP, stagingSubnetId: subnetId });
    await stage.operator.disconnect(APP);
    const [{ networkInterfaceId }] = stage.aws.ec2.network().interfaces.all();
    await stage.until('the replication server goes', () => stage.aws.drs.replicationServers().length === 0);
    expect(await plan(stage, STACK)).toMatchObject({
      resources: [
        {
          verdict: 'drain',
          reason: expect.stringMatching(/^it waits for 1 network interface of DRS in subnet-/),
          machines: [],
          networkInterfaces: [{ networkInterfaceId, status: 'available', subnetId }],
        },
      ],
    });
  });
});

describe('a source server that the stack of a drain does not name', () => {
  const drainIn = async (stage: Stage) =>
    (await plan(stage, STACK)).resources.find(({ resourceType }) => resourceType === STAGING_AREA_DRAIN);

  test('replicates into its subnets, where no machine is yet: blocked, as the deletion fails', async () => {
    await onStage({ speed: 60 }, async (stage) => {
      stage.seed({ sourceServerID: DATABASE, stagingSubnetId: await deployDrainedFleet(stage) });
      await stage.operator.terminateInstance(stage.aws.drs.replicationServers()[0].instanceId);
      await stage.until('the replication server goes', () => stage.aws.drs.replicationServers().length === 0);
      const reason = expect.stringMatching(new RegExp(`^Source servers go on replicating .*: ${DATABASE}\\. Disconnect those`));
      const commands = [`aws drs disconnect-source-server --source-server-id ${DATABASE} --region eu-central-1`];
      expect(await drainIn(stage)).toMatchObject({ verdict: 'blocked', machines: [], reason, commands });
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toContain(`Source servers still replicate into the staging area`);
    });
  });

  test.each([
    ['replicates into another subnet', { sourceServerID: DATABASE }],
    ['is disconnected', { sourceServerID: DATABASE, state: 'DISCONNECTED' }],
    ['is extended from another account', { sourceServerID: DATABASE, extended: true }],
  ] as const)('%s: the drain waits for what is there', async (_what, seed) => {
    await onStage({}, async (stage) => {
      await deployDrainedFleet(stage);
      stage.seed(seed);
      expect(await drainIn(stage)).toMatchObject({ verdict: 'drain', reason: expect.stringMatching(/^it waits for 1 machine/) });
    });
  });
});

describe('What the template does not say plainly', () => {
  test('a selection by a parameter, an import and a pseudo parameter', async () => {
    await onStage({}, async (stage) => {
      stage.seed(
        { sourceServerID: APP, tags: { owner: 'payments', team: 'red', stack: STACK } },
        { sourceServerID: DATABASE, tags: { owner: 'payments' } },
      );
      const exporting = (stack: Stack) => {
        new CfnWaitConditionHandle(stack, 'Nothing');
        new CfnOutput(stack, 'Team', { value: 'red', exportName: 'team' });
      };
      await stage.deploy(exporting, 'CREATE_COMPLETE', { stackName: 'Exporting' });
      await stage.deploy((stack) => {
        const owner = new CfnParameter(stack, 'Owner', { default: 'payments' }).valueAsString;
        const selection = SourceServerSelection.withTags({ owner, team: Fn.importValue('team'), stack: stack.stackName });
        new FleetDisconnection(stack, 'Fleet', { selection });
      });
      expect(await plan(stage, STACK)).toMatchObject({
        clear: true,
        resources: [{ verdict: 'disconnect', sourceServers: [{ sourceServerId: APP }] }],
      });
    });
  });

  test('a parameter that nobody is shown: the fleet can not be told', async () => {
    await onStage({}, async (stage) => {
      stage.seed({ sourceServerID: APP, tags: { owner: 'payments' } });
      await stage.deploy((stack) => {
        const owner = new CfnParameter(stack, 'Owner', { default: 'payments', noEcho: true }).valueAsString;
        new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ owner }) });
      });
      expect(await plan(stage, STACK)).toMatchObject({
        clear: false,
        resources: [{ verdict: 'unknown', reason: expect.stringMatching(/Tags.*Owner.*NoEcho/) }],
      });
    });
  });
});

test('hundreds of servers are asked about together, and throttling only takes longer', async () => {
  await onStage({}, async (stage) => {
    const ids = stage.seed(
      ...Array.from({ length: 240 }, (_, index) => ({ sourceServerID: `s-1a2b3c4d5e6f7${String(index).padStart(4, '0')}` })),
    );
    await stage.deploy(landingZoneOf(...ids));
    const before = stage.aws.calls.of('DescribeSourceServers').length;
    stage.aws.faults.limit({ service: 'drs', perSecond: 0.2, burst: 5 });
    expect((await plan(stage, STACK)).counts).toEqual({ disconnect: 240 });
    const asked = stage.aws.calls
      .of('DescribeSourceServers')
      .slice(before)
      .filter(({ error }) => !error);
    // Two batches, in pages of 25.
    expect(asked).toHaveLength(10);
  });
});

test('DRS was never set up: nothing is there', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy((stack) => {
      addDisconnection(stack, 'App', APP);
      new FleetDisconnection(stack, 'Fleet', { selection: ours });
    });
    stage.aws.drs.uninitialize();
    expect(await plan(stage, STACK)).toMatchObject({
      clear: true,
      resources: [{ verdict: 'nothing' }, { verdict: 'nothing', sourceServers: [] }],
    });
  });
});
