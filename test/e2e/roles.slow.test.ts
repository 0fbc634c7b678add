import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { AccountPrincipal, ArnPrincipal, type IRole, Policy, PolicyStatement, Role, SessionTagsPrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionRoleStack, ServersAccountStack } from '../../examples/cross-account/stacks';
import { addDisconnection, addFailingSibling, APP, DATABASE, type Declare, sourceServerArn, STANDBY } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import {
  type AssumeRoleOptions,
  FleetDisconnection,
  SourceServer,
  SourceServerDisconnection,
  SourceServerSelection,
  TeardownFunction,
} from '../../lib';
import { badWeather } from './transient-faults';
import { onStage } from './with-emulator';

// What no scenario plays of servers of other accounts.

const [HERE, THERE, ELSEWHERE] = ['111122223333', '444455556666', '777788889999'] as const;
const STACK = 'DisasterRecoveryLandingZone';

const roleArn = (name: string, accountId: string = THERE) => `arn:aws:iam::${accountId}:role/${name}`;
const importRole = (stack: Stack, arn: string) => Role.fromRoleArn(stack, `Role-${arn.replace(/\W/g, '')}`, arn);
const sessionOf = (name: string, accountId: string = THERE, stackName = STACK) =>
  `arn:aws:sts::${accountId}:assumed-role/${name}/cdk-drs-${stackName}`;

const grantDisconnect = (role: Role) =>
  role.addToPolicy(
    new PolicyStatement({
      actions: ['drs:DisconnectSourceServer', 'drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
      resources: ['*'],
    }),
  );

/** Creates roles that may do what a disconnection needs, in an account, which trust another one. */
async function createRoles(stage: Stage, accountId: string, names: readonly string[], trusted: string = HERE) {
  const declare: Declare = (stack) =>
    names.forEach((roleName) => grantDisconnect(new Role(stack, roleName, { roleName, assumedBy: new AccountPrincipal(trusted) })));
  await stage.ofAccount(accountId).deploy(declare, 'CREATE_COMPLETE', { stackName: `Roles${names.join('')}` });
}

/** A disconnection as a role, of a server that is known only when it is deployed. */
const declareAs =
  (role: string | undefined, serverArn: string): Declare =>
  (stack) => {
    const sourceServer = SourceServer.fromSourceServerArn(
      stack,
      'Server',
      new CfnParameter(stack, 'Arn', { default: serverArn }).valueAsString,
    );
    new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, assumeRole: role ? importRole(stack, role) : undefined });
  };

/** As whom, and where, DRS was asked about a server, or told to do something with it. */
const callersFor = (stage: Stage, id: string) => {
  const calls = stage.drsCalls().filter(({ input }) => JSON.stringify(input).includes(id));
  return [...new Set(calls.map(({ callerArn, region }) => `${callerArn} in ${region}`))];
};
const stateOf = (stage: Stage, id: string) => stage.aws.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState;

describe('Create fails, and DRS is not asked', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['the server is of another account than the stack, and no role is assumed', undefined, /belongs to another account than the stack/],
    ['the role is of a third account', roleArn('Third', ELSEWHERE), /belongs to another account than the role .*role\/Third/],
    ['there is no such role', roleArn('NoSuch'), /The role arn:aws:iam::444455556666:role\/NoSuch can't be assumed/],
    ['the role trusts another account', roleArn('TrustsOthers'), /The role arn:aws:iam::444455556666:role\/TrustsOthers can't be assumed/],
  ])('%s', async (_what, role, reason) => {
    await onStage({}, async (stage) => {
      stage.ofAccount(THERE).seed({ sourceServerID: APP });
      await createRoles(stage, ELSEWHERE, ['Third']);
      await createRoles(stage, THERE, ['TrustsOthers'], ELSEWHERE);
      await stage.deploy(declareAs(role, sourceServerArn(APP, undefined, THERE)), 'ROLLBACK_COMPLETE');
      expect(stage.reason()).toMatch(reason);
      await stage.destroy();
      expect(stage.drsCalls()).toEqual([]);
      expect(stateOf(stage, APP)).toBe('CONTINUOUS');
    });
  });
});

test('a warm function never takes one role, account or Region for another', async () => {
  const servers: [id: string, accountId: string, region: string, role?: string][] = [
    [APP, THERE, 'eu-central-1', 'First'],
    [DATABASE, THERE, 'eu-central-1', 'Second'],
    [STANDBY, ELSEWHERE, 'us-west-2', 'Third'],
    ['s-1a2b3c4d5e6f70004', HERE, 'us-west-2'],
    ['s-1a2b3c4d5e6f70005', HERE, 'eu-central-1'],
  ];
  await onStage({ functionConcurrency: 1 }, async (stage) => {
    servers.forEach(([sourceServerID, accountId, region]) => stage.seed({ sourceServerID, accountId, region }));
    await createRoles(stage, THERE, ['First', 'Second']);
    await createRoles(stage, ELSEWHERE, ['Third']);
    await stage.deploy((stack) =>
      servers.forEach(([id, accountId, region, role]) => {
        const assumeRole: IRole | undefined = role ? importRole(stack, roleArn(role, accountId)) : undefined;
        addDisconnection(stack, `Disconnection-${id}`, sourceServerArn(id, region, accountId), { assumeRole });
      }),
    );
    await stage.destroy();
    const [functionSession] = stage.aws.calls.of('AssumeRole').map(({ callerArn }) => callerArn);
    for (const [id, accountId, region, role] of servers) {
      expect(callersFor(stage, id)).toEqual([`${role ? sessionOf(role, accountId) : functionSession} in ${region}`]);
      expect(stateOf(stage, id)).toBe('DISCONNECTED');
    }
    const streams = new Set(stage.aws.lambda.logs.all().map(({ stream }) => stream));
    expect(streams.size).toBe(1);
  });
});

test('the name of a long stack is cut in that of the session', async () => {
  await onStage({}, async (stage) => {
    const stackName = `LandingZone${'-of-many-words'.repeat(7)}`;
    stage.ofAccount(THERE).seed({ sourceServerID: APP });
    await createRoles(stage, THERE, ['Teardown']);
    const declared = declareAs(roleArn('Teardown'), sourceServerArn(APP, undefined, THERE));
    await stage.deploy(declared, 'CREATE_COMPLETE', { stackName });
    await stage.destroy('DELETE_COMPLETE', stackName);
    expect(callersFor(stage, APP)).toEqual([`${sessionOf('Teardown', THERE, stackName.slice(0, 56))} in eu-central-1`]);
    expect(stateOf(stage, APP)).toBe('DISCONNECTED');
  });
});

test('AssumeRole fails in every way that passes: the server is disconnected', async () => {
  await onStage({}, async (stage) => {
    stage.ofAccount(THERE).seed({ sourceServerID: APP });
    await createRoles(stage, THERE, ['Teardown']);
    await stage.deploy(declareAs(roleArn('Teardown'), sourceServerArn(APP, undefined, THERE)));
    const faults = badWeather('sts', 'AssumeRole');
    faults.forEach((fault) => stage.aws.faults.add(fault));
    await stage.destroy();
    expect(stage.aws.calls.of('AssumeRole').flatMap(({ fault }) => fault ?? [])).toEqual(faults.map(({ kind }) => kind));
    expect(stateOf(stage, APP)).toBe('DISCONNECTED');
  });
});

describe('The session of the role', () => {
  const ONE = sourceServerArn(APP, undefined, THERE);
  const OTHER = sourceServerArn(DATABASE, undefined, THERE);
  const tagged = (stack: Stack) =>
    void new FleetDisconnection(stack, 'Fleet', {
      selection: SourceServerSelection.withTags({ zone: '${aws:PrincipalArn}' }),
      assumeRole: importRole(stack, roleArn('Teardown')),
    });

  test.each<[string, Declare]>([
    ['of a single server', declareAs(roleArn('Teardown'), ONE)],
    ['of a fleet by tags, one of which looks like a variable', tagged],
  ])("%s: may change no other server, whatever the role may; recovery instances are its owner's to grant", async (_of, declare) => {
    await onStage({}, async (stage) => {
      stage.ofAccount(THERE).seed({ sourceServerID: APP, tags: { zone: '${aws:PrincipalArn}' } }, { sourceServerID: DATABASE });
      await stage.ofAccount(THERE).deploy(
        (stack) => {
          const role = new Role(stack, 'Role', { roleName: 'Teardown', assumedBy: new AccountPrincipal(HERE) });
          role.addToPolicy(new PolicyStatement({ actions: ['drs:*', 'ec2:DescribeInstances'], resources: ['*'] }));
        },
        'CREATE_COMPLETE',
        { stackName: 'Roles' },
      );
      const assumed = jest.spyOn(stage.aws.iam, 'assumeRole');
      await stage.deploy(declare);
      await stage.destroy();
      expect([stateOf(stage, APP), stateOf(stage, DATABASE)]).toEqual(['DISCONNECTED', 'CONTINUOUS']);
      const sessions = assumed.mock.results.map(({ value }) => stage.aws.iam.callerOf((value as { accessKeyId: string }).accessKeyId)!);
      assumed.mockRestore();
      expect(sessions).toHaveLength(2);
      for (const session of sessions) {
        const may = (action: string, resource: string, zone: string) => () =>
          stage.aws.iam.authorize(session, action, resource, { 'aws:ResourceTag/zone': zone });
        for (const action of ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer']) {
          expect(may(action, ONE, '${aws:PrincipalArn}')).not.toThrow();
          expect(may(action, OTHER, 'b')).toThrow(/explicit deny in a session policy/);
        }
        expect(may('drs:TerminateRecoveryInstances', `arn:aws:drs:eu-central-1:${THERE}:recovery-instance/i-1`, 'b')).not.toThrow();
      }
    });
  });

  const TRUST = {
    externalId: { StringEquals: { 'sts:ExternalId': 'payments' } },
    sourceIdentity: { StringEquals: { 'sts:SourceIdentity': 'cdk-drs' } },
    sessionTags: { StringEquals: { 'aws:RequestTag/Team': 'dr' } },
  };
  const VALUES = { externalId: 'payments', sourceIdentity: 'cdk-drs', sessionTags: { Team: 'dr' } };
  const OTHERS = { externalId: 'another', sourceIdentity: 'another', sessionTags: { Team: 'another' } };

  test.each(Object.keys(TRUST) as (keyof typeof TRUST)[])(
    'has the %s that the role asks for; without it, or with another one, the deployment is refused and the old one disconnects',
    async (option) => {
      await onStage({ policyPropagation: 20 }, async (stage) => {
        stage.ofAccount(THERE).seed({ sourceServerID: APP });
        const createRole: Declare = (stack) => {
          const trusted = new AccountPrincipal(HERE).withConditions(TRUST[option]);
          const role = new Role(stack, 'Role', { roleName: 'Teardown', assumedBy: new SessionTagsPrincipal(trusted) });
          const trust = role.assumeRolePolicy!;
          trust.addStatements(new PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [new AccountPrincipal(HERE)] }));
          grantDisconnect(role);
        };
        await stage.ofAccount(THERE).deploy(createRole, 'CREATE_COMPLETE', { stackName: 'Roles' });
        const declare =
          (assumeRoleOptions?: AssumeRoleOptions): Declare =>
          (stack) => {
            const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', ONE);
            const assumeRole = importRole(stack, roleArn('Teardown'));
            new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, assumeRole, assumeRoleOptions });
          };
        await stage.deploy(declare(), 'ROLLBACK_COMPLETE');
        expect(stage.reason()).toMatch(/can't be assumed: .*asks for other assumeRoleOptions/);
        await stage.destroy();
        await stage.deploy(declare({ [option]: VALUES[option] }));
        await stage.deploy(declare({ [option]: OTHERS[option] }), 'UPDATE_ROLLBACK_COMPLETE');
        expect(stateOf(stage, APP)).toBe('CONTINUOUS');
        await stage.destroy();
        expect(stateOf(stage, APP)).toBe('DISCONNECTED');
      });
    },
  );
});

test("cross-account example: a role that is made anew under the name of the function's is not trusted", async () => {
  await onStage({}, async (stage) => {
    const createFunctionRole = () => stage.deployApp('FunctionRole', (app, env) => new FunctionRoleStack(app, 'FunctionRole', { env }));
    await createFunctionRole();
    await stage
      .ofAccount(THERE)
      .deployApp(
        'Servers',
        (app, env) => new ServersAccountStack(app, 'Servers', { env, landingZoneAccount: HERE, serversRegion: env.region! }),
      );
    const assume = () => {
      const name = 'LandingZoneTeardownFunction';
      const { accessKeyId } = stage.aws.iam.issueCredentials(roleArn(name, HERE), 'somebody');
      return stage.aws.iam.assumeRole(stage.aws.iam.callerOf(accessKeyId)!, roleArn('LandingZoneTeardown'), 'session');
    };
    const allowToAssume = (stack: Stack) =>
      void new Policy(stack, 'Assume', {
        roles: [Role.fromRoleName(stack, 'Role', 'LandingZoneTeardownFunction')],
        statements: [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: ['*'] })],
      });
    await stage.deploy(allowToAssume);
    expect(assume).not.toThrow();
    await stage.destroy();
    await stage.destroy('DELETE_COMPLETE', 'FunctionRole');
    await createFunctionRole();
    await stage.deploy(allowToAssume);
    expect(assume).toThrow(/not authorized to perform: sts:AssumeRole/);
  });
});

describe('An update changes the role', () => {
  const [server, other] = [APP, DATABASE].map((id) => sourceServerArn(id, undefined, THERE));
  const play = (after: Declare, expected: string, check: (stage: Stage) => Promise<void>) =>
    onStage({ policyPropagation: 20 }, async (stage) => {
      stage.ofAccount(THERE).seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
      stage.seed({ sourceServerID: STANDBY });
      await createRoles(stage, THERE, ['Old', 'New']);
      await createRoles(stage, THERE, ['TrustsOthers'], ELSEWHERE);
      await createRoles(stage, ELSEWHERE, ['Third']);
      await stage.deploy(declareAs(roleArn('Old'), server));
      await stage.deploy(after, expected);
      await check(stage);
    });
  const changesBy = (stage: Stage) =>
    stage
      .drsCalls()
      .filter(({ operation, status }) => operation === 'DisconnectSourceServer' && status === 200)
      .map(({ callerArn, input }) => [callerArn, (input as { sourceServerID: string }).sourceServerID]);

  test('to one that can be assumed: that one disconnects the server', async () => {
    await play(declareAs(roleArn('New'), server), 'UPDATE_COMPLETE', async (stage) => {
      expect(stage.requestsFor(APP)).toEqual(['Create', 'Update']);
      await stage.destroy();
      expect(changesBy(stage)).toEqual([[sessionOf('New'), APP]]);
    });
  });

  test.each<[string, Declare, RegExp]>([
    ['to one that trusts another account', declareAs(roleArn('TrustsOthers'), server), /role\/TrustsOthers can't be assumed/],
    ['to one of another account', declareAs(roleArn('Third', ELSEWHERE), server), /belongs to another account than the role .*role\/Third/],
    ['to none', declareAs(undefined, server), /belongs to another account than the stack/],
    [
      'to one that trusts another account, and the server, too',
      declareAs(roleArn('TrustsOthers'), other),
      /role\/TrustsOthers can't be assumed/,
    ],
  ])('%s: the update is refused, rolls back, and the old role disconnects the server', async (_what, after, reason) => {
    await play(after, 'UPDATE_ROLLBACK_COMPLETE', async (stage) => {
      expect(stage.reason()).toMatch(reason);
      await stage.destroy();
      expect(changesBy(stage)).toEqual([[sessionOf('Old'), APP]]);
    });
  });

  test.each<[string, Declare]>([
    ['and the server', declareAs(roleArn('New'), other)],
    ["to none, and the server to one of the stack's own account", declareAs(undefined, sourceServerArn(STANDBY))],
  ])('%s: the old role disconnects the old server, in the clean-up', async (_what, after) => {
    await play(after, 'UPDATE_COMPLETE', async (stage) => {
      expect(stage.failedDeletions()).toEqual([]);
      expect(changesBy(stage)).toEqual([[sessionOf('Old'), APP]]);
    });
  });
});

test('an update that changed the server rolls back, though the role can not be assumed any more', async () => {
  await onStage({}, async (stage) => {
    stage.ofAccount(THERE).seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
    await createRoles(stage, THERE, ['Teardown']);
    const declared = (id: string) => declareAs(roleArn('Teardown'), sourceServerArn(id, undefined, THERE));
    await stage.deploy(declared(APP));
    const denied = { service: 'sts', operation: 'AssumeRole', kind: 'denied', times: 10_000 } as const;
    stage.aws.cloudFormation.onEvent(({ status }) => status === 'UPDATE_ROLLBACK_IN_PROGRESS' && stage.aws.faults.add(denied));
    await stage.deploy((stack) => {
      declared(DATABASE)(stack);
      addFailingSibling(stack, { after: [stack.node.findChild('Disconnection')] });
    }, 'UPDATE_ROLLBACK_COMPLETE');
    expect(stage.aws.calls.of('AssumeRole').some(({ fault }) => fault === 'denied')).toBe(true);
    stage.aws.faults.clear();
    await stage.destroy();
    expect([stateOf(stage, APP), stateOf(stage, DATABASE)]).toEqual(['DISCONNECTED', 'CONTINUOUS']);
  });
});

test('a role of the same stack goes after the disconnection, with its policies', async () => {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
    const declare =
      (...ids: string[]): Declare =>
      (stack) => {
        const teardownFunction = new TeardownFunction(stack, 'Teardown');
        ids.forEach((id) => {
          const assumeRole = new Role(stack, `Role-${id}`, { roleName: id, assumedBy: new ArnPrincipal(teardownFunction.role.roleArn) });
          grantDisconnect(assumeRole);
          addDisconnection(stack, `Disconnection-${id}`, id, { assumeRole, teardownFunction });
        });
      };
    await stage.deploy(declare(APP, DATABASE));
    await stage.deploy(declare(APP), 'UPDATE_COMPLETE');
    await stage.destroy();
    expect(stage.failedDeletions()).toEqual([]);
    for (const id of [APP, DATABASE]) {
      expect(callersFor(stage, id)).toEqual([`${sessionOf(id, HERE)} in eu-central-1`]);
      expect(stateOf(stage, id)).toBe('DISCONNECTED');
    }
  });
});
