import { CfnWaitConditionHandle, type Stack } from 'aws-cdk-lib';
import { AccountPrincipal, CfnPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  addDisconnection,
  APP,
  BOTH_REPLICATE,
  DATABASE,
  type Declare,
  type DisconnectionOptions,
  sourceServerArn,
  TWO,
} from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import type { Unknowns } from '../../emulator/settings';
import type { RecoveryInstanceSeed } from '../../emulator/drs/seeds';
import { FleetDisconnection, RecoveryInstancePolicy, SourceServerSelection, TeardownFunction, type TeardownFunctionProps } from '../../lib';
import { onStage } from './with-emulator';

// CloudFormation changes functions, roles and policies in the update and sends the deletions of what was removed afterwards (aws-cdk issue 14037).

const withFunction =
  (functionId: string, servers: Record<string, string>, options: (stack: Stack) => TeardownFunctionProps = () => ({})): Declare =>
  (stack) => {
    const teardownFunction = new TeardownFunction(stack, functionId, options(stack));
    Object.entries(servers).forEach(([id, sourceServerId]) => addDisconnection(stack, id, sourceServerId, { teardownFunction }));
  };
const ownLogGroup = (stack: Stack) => ({ logGroup: new LogGroup(stack, 'OwnLogGroup') });
const ownRole = (stack: Stack) => ({ role: new Role(stack, 'OwnRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }) });

describe('A disconnection that an update removes is disconnected, though the update also', () => {
  test.each<[string, Declare, Declare, Record<string, string>]>([
    [
      'removes its function, role and grant, which no other disconnection needs',
      withFunction('Teardown', { App: APP }),
      (stack) => void new CfnWaitConditionHandle(stack, 'SomethingElse'),
      { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' },
    ],
    [
      'removes its function, role and grant for those of another function with other options',
      withFunction('Teardown', { App: APP }),
      withFunction('OtherTeardown', { Database: DATABASE }, (stack) => ({ ...ownLogGroup(stack), ...ownRole(stack) })),
      { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' },
    ],
    [
      "changes its function's log group",
      withFunction('Teardown', { App: APP, Database: DATABASE }),
      withFunction('Teardown', { Database: DATABASE }, ownLogGroup),
      { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' },
    ],
    [
      "changes its function's role",
      withFunction('Teardown', { App: APP, Database: DATABASE }),
      withFunction('Teardown', { Database: DATABASE }, ownRole),
      { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' },
    ],
    [
      "changes its function's role, and the server of another disconnection",
      withFunction('Teardown', { Server: APP }),
      withFunction('Teardown', { Server: DATABASE }, ownRole),
      { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' },
    ],
  ])('%s', async (_what, before, after, states) => {
    await onStage({ policyPropagation: 30 }, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(before);
      await stage.deploy(after, 'UPDATE_COMPLETE');
      expect(stage.failedDeletions()).toEqual([]);
      await stage.expectStates(states);
    });
  });
});

describe('An update removes an option, and the old resource, which needs its grant, is deleted afterwards', () => {
  const { TERMINATE_DRILLS, DISCONNECT } = RecoveryInstancePolicy;
  const [HERE, THERE] = ['111122223333', '444455556666'];
  const createRole: Declare = (stack) => {
    const role = new Role(stack, 'Role', { roleName: 'Teardown', assumedBy: new AccountPrincipal(HERE) });
    role.addToPolicy(new PolicyStatement({ actions: ['drs:*', 'ec2:DescribeInstances'], resources: ['*'] }));
  };
  const assumeRole = (stack: Stack) => Role.fromRoleArn(stack, 'ServersRole', `arn:aws:iam::${THERE}:role/Teardown`);

  interface Old {
    readonly accountId?: string;
    readonly options: (stack: Stack) => DisconnectionOptions;
    readonly instance?: Omit<RecoveryInstanceSeed, 'sourceServerID'>;
    /** What its deletion does at DRS. */
    readonly deletion: string[];
  }
  const olds: Record<string, Old> = {
    TERMINATE_DRILLS: {
      options: () => ({ recoveryInstancePolicy: TERMINATE_DRILLS }),
      instance: { isDrill: true },
      deletion: ['TerminateRecoveryInstances', 'DisconnectSourceServer'],
    },
    DISCONNECT: {
      options: () => ({ recoveryInstancePolicy: DISCONNECT }),
      instance: { isDrill: false },
      deletion: ['DisconnectRecoveryInstance', 'DeleteRecoveryInstance', 'DisconnectSourceServer'],
    },
    deleteSourceServer: {
      options: () => ({ deleteSourceServer: true }),
      deletion: ['DisconnectSourceServer', 'DeleteSourceServer'],
    },
    assumeRole: {
      accountId: THERE,
      options: (stack) => ({ assumeRole: assumeRole(stack) }),
      deletion: ['DisconnectSourceServer'],
    },
  };
  const declareOld = (stack: Stack, id: string, { options, accountId }: Old) =>
    addDisconnection(stack, id, sourceServerArn(APP, undefined, accountId), options(stack));

  const replace = async (stage: Stage, old: Old, arrange: () => void) => {
    await stage.deploy((stack) => void declareOld(stack, 'Server', old));
    arrange();
    await stage.deploy((stack) => void addDisconnection(stack, 'Server', DATABASE), 'UPDATE_COMPLETE');
  };
  const remove = async (stage: Stage, old: Old, arrange: () => void) => {
    const declareOther: Declare = (stack) => void addDisconnection(stack, 'Database', DATABASE);
    await stage.deploy((stack) => {
      declareOld(stack, 'App', old);
      declareOther(stack);
    });
    arrange();
    await stage.deploy(declareOther, 'UPDATE_COMPLETE');
  };

  test.each<[string, string, typeof replace]>(
    Object.keys(olds).flatMap((option) => [
      [option, 'with the resource', remove],
      [option, 'and the resource names another server', replace],
    ]),
  )('%s goes, %s', async (option, _how, play) => {
    await onStage({ policyPropagation: 30, disconnectedRecordHolds: true }, async (stage) => {
      const { accountId = HERE, instance, deletion } = olds[option];
      stage.seed({ sourceServerID: APP, accountId }, { sourceServerID: DATABASE });
      await stage.ofAccount(THERE).deploy(createRole, 'CREATE_COMPLETE', { stackName: 'ServersAccount' });
      await play(stage, olds[option], () => instance && stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, ...instance }));
      expect(stage.failedDeletions()).toEqual([]);
      expect(stage.changes()).toEqual(deletion);
      await stage.expectStates({ [DATABASE]: 'CONTINUOUS' });
    });
  });
});

describe('An update takes away the grant of what it removes', () => {
  const scoped: typeof withFunction = (id, servers) => withFunction(id, servers, () => ({ scopeToDeclaredServers: true }));
  const other = (stack: Stack) => addDisconnection(stack, 'Other', elsewhere);
  const fleetAndOther: Declare = (stack) => {
    new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ zone: 'a' }) });
    other(stack);
  };
  const elsewhere = sourceServerArn(DATABASE, 'us-west-2');

  const rows: [string, Declare, Declare][] = [
    [
      'a server is removed, of those that are granted by their ARNs',
      scoped('T', { App: APP, Other: elsewhere }),
      scoped('T', { Other: elsewhere }),
    ],
    ['a server is replaced, of those that are granted by their ARNs', scoped('T', { Server: APP }), scoped('T', { Server: elsewhere })],
    ['servers are granted by their ARNs from now on', withFunction('T', { Server: APP }), scoped('T', { Server: elsewhere })],
    ['the last server of a Region is removed', withFunction('T', { App: APP, Other: elsewhere }), withFunction('T', { Other: elsewhere })],
    ['a fleet is removed, and the servers of another Region stay', fleetAndOther, other],
  ];
  const play = (cleanUpOrder: Unknowns['cleanUpOrder'], [, before, after]: (typeof rows)[number], check: (stage: Stage) => Promise<void>) =>
    onStage({ cleanUpOrder }, async (stage) => {
      stage.seed({ sourceServerID: APP, tags: { zone: 'a' } }, { sourceServerID: DATABASE, region: 'us-west-2', tags: { zone: 'a' } });
      await stage.deploy(before);
      await stage.deploy(after, 'UPDATE_COMPLETE');
      await check(stage);
      await stage.destroy();
      expect(stage.aws.drs.sourceServer(DATABASE)?.dataReplicationInfo?.dataReplicationState).toBe('DISCONNECTED');
    });

  test.each(rows)('%s: the old grant goes after the deletion that needs it, and the server is disconnected', async (...row) => {
    await play('dependents-first', row, async (stage) => {
      expect(stage.failedDeletions()).toEqual([]);
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });

  test.each(rows)(
    '%s: should the old grant go first, each of three deletions fails, and names the server and the grant',
    async (...row) => {
      await play('policies-first', row, async (stage) => {
        const denied = expect.objectContaining({ reason: expect.stringContaining(APP) });
        expect(stage.failedDeletions()).toEqual([denied, denied, denied]);
        expect(stage.reason()).toContain(APP);
        expect(stage.reason()).toContain('may not call drs:DisconnectSourceServer');
        await stage.expectStates(BOTH_REPLICATE);
      });
    },
  );
});

test('servers that are granted by their ARNs: IAM refuses every other one', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(withFunction('Teardown', { App: APP }, () => ({ scopeToDeclaredServers: true })));
    const { callerArn } = stage.drsCalls()[0];
    const [, roleName] = /assumed-role\/([^/]+)/.exec(callerArn)!;
    const { accessKeyId } = stage.aws.iam.issueCredentials(`arn:aws:iam::111122223333:role/${roleName}`, 'test');
    const session = stage.aws.iam.callerOf(accessKeyId)!;
    const disconnect = (id: string, region?: string) => () =>
      stage.aws.iam.authorize(session, 'drs:DisconnectSourceServer', sourceServerArn(id, region), {});
    expect(disconnect(APP)).not.toThrow();
    expect(disconnect(DATABASE)).toThrow(/not authorized/);
    expect(disconnect(APP, 'us-west-2')).toThrow(/not authorized/);
  });
});

describe('A new version of the library grants less', () => {
  const before = withFunction('Teardown', { App: APP, Database: DATABASE });
  /** What the grant would be if the next version had no need of the disconnect any more. */
  const after =
    (logicalId?: string): Declare =>
    (stack) => {
      withFunction('Teardown', { Database: DATABASE })(stack);
      const isGrant = (candidate: unknown): candidate is CfnPolicy =>
        candidate instanceof CfnPolicy && JSON.stringify(stack.resolve(candidate.policyDocument)).includes('drs:DisconnectSourceServer');
      const grant = stack.node.findAll().find(isGrant)!;
      grant.addPropertyOverride('PolicyDocument.Statement.0.Action', 'drs:StopReplication');
      if (logicalId !== undefined) {
        grant.overrideLogicalId(logicalId);
      }
    };

  test('as a policy of its own, which is how the library does it: what is removed keeps the old grant to its end', async () => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(before);
      await stage.deploy(after('GrantOfTheNextVersion'), 'UPDATE_COMPLETE');
      expect(stage.failedDeletions()).toEqual([]);
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });

  test('in place, which is why the library does not: the deletion is refused, tried three times and dropped', async () => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(before);
      await stage.deploy(after(), 'UPDATE_COMPLETE');
      const denied = expect.objectContaining({ reason: expect.stringContaining('may not call drs:DisconnectSourceServer') });
      expect(stage.failedDeletions()).toEqual([denied, denied, denied]);
      await stage.expectStates(BOTH_REPLICATE);
    });
  });
});
