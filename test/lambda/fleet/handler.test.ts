import {
  DeleteSourceServerCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  type DrsClient,
  type SourceServer,
} from '@aws-sdk/client-drs';
import { DescribeStacksCommand, type StackEvent } from '../../../lambda/aws/cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { FLEET_DISCONNECTION } from '../../../lib/contract';
import {
  ACCOUNT,
  cloudFormation,
  conflict,
  disconnected,
  drs,
  drsHasInstances,
  eventsAre,
  handle,
  type Handled,
  LOGICAL_ID,
  ofResource,
  ofStack,
  real,
  REGION,
  reset,
  serviceError,
  STACK_ID,
  stackHas,
  stackIs,
  sts,
} from '../harness';

const TAGS = { team: 'payments', stage: 'prod' };
const HASH = /^drs:fleet:111122223333:eu-central-1:[0-9a-f]{16}$/;
const ROLE = 'arn:aws:iam::444455556666:role/DisasterRecoveryTeardown';

/** Requests of fleets: the tags unless told, and the physical ID that belongs to them. */
const send = async (type: 'Create' | 'Update' | 'Delete', properties: object = {}, more: Partial<Parameters<typeof handle>[0]> = {}) =>
  handle({
    type,
    resourceType: FLEET_DISCONNECTION,
    arn: undefined,
    properties: { SourceServerArn: undefined, Region: REGION, Tags: TAGS, ...properties },
    ...more,
  });

/** As CloudFormation does it: the physical ID is the one that the Create answered. */
async function physicalIdOf(properties: object = {}): Promise<string> {
  const { response } = await send('Create', properties);
  drs.resetHistory();
  return response.PhysicalResourceId;
}

async function deletion(properties: object = {}, more: object = {}): Promise<Handled> {
  return send('Delete', properties, { physicalId: await physicalIdOf(properties), ...more });
}

const idOf = (index: number) => `s-${String(index).padStart(17, '0')}`;
const member = (index: number, more: Partial<SourceServer> = {}): SourceServer => ({
  sourceServerID: idOf(index),
  tags: { ...TAGS, other: 'tag' },
  sourceProperties: { identificationHints: { hostname: `host-${index}` } },
  dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' },
  stagingArea: { status: 'NOT_EXTENDED' },
  ...more,
});
const disconnectedAlready = { dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' as const } };
const extended = { stagingArea: { status: 'EXTENDED' as const } };

/** What happens after the first page of a listing of everything, of the first listing, the second, and so on. */
const duringListings: (() => unknown)[] = [];
/** The servers that DRS does not disconnect, and what it says: one fake for all of them, since each request is compared with every fake. */
const refused = new Map<string, Error>();
const listings = () => drs.commandCalls(DescribeSourceServersCommand).filter(({ args: [{ input }] }) => !input.filters && !input.nextToken);

/** DRS with these servers, in pages of three, which remembers what happens to them. */
function drsHolds(...servers: SourceServer[]) {
  const held = new Map(servers.map((server) => [server.sourceServerID, server]));
  drs
    .on(DescribeSourceServersCommand)
    .callsFake(({ nextToken, filters }: { nextToken?: string; filters?: { sourceServerIDs?: string[] } }) => {
      const asked = [...held.values()].filter(({ sourceServerID }) => filters?.sourceServerIDs?.includes(sourceServerID!) ?? true);
      const start = Number(nextToken ?? 0);
      if (!filters && !nextToken) {
        duringListings.shift()?.();
      }
      return { items: asked.slice(start, start + 3), nextToken: start + 3 < asked.length ? String(start + 3) : undefined };
    });
  drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
    const refusal = refused.get(sourceServerID);
    if (refusal) {
      throw refusal;
    }
    held.set(sourceServerID, { ...held.get(sourceServerID), ...disconnectedAlready });
    return held.get(sourceServerID);
  });
  drs.on(DeleteSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
    held.delete(sourceServerID);
    return {};
  });
  return held;
}

/** Who made the calls of DRS, and where. */
const callers = async () => {
  const clients = drs.calls().map(({ thisValue }) => (thisValue as DrsClient).config);
  const made = clients.map(async ({ credentials, region }) => `${(await credentials()).accessKeyId} in ${await region()}`);
  return [...new Set(await Promise.all(made))];
};

function stsGivesSessions() {
  sts.on(AssumeRoleCommand).callsFake(({ RoleArn }: { RoleArn: string }) => ({
    Credentials: { AccessKeyId: `key of ${RoleArn}`, SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() },
  }));
}

const sentTo = (command: typeof DisconnectSourceServerCommand | typeof DeleteSourceServerCommand) =>
  drs.commandCalls(command).map(({ args }) => (args[0].input as { sourceServerID: string }).sourceServerID);

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  duringListings.length = 0;
  refused.clear();
  drsHolds();
});

describe('Create', () => {
  test.each([
    [
      'nothing matches yet',
      [member(1, { tags: {} }), member(2, { tags: { team: 'payments' } }), member(3, { tags: { ...TAGS, stage: 'test' } })],
      '0',
    ],
    ['some match, on several pages', [1, 2, 3, 4, 5].map((index) => member(index)), '5'],
    ['there is no server', [], '0'],
  ])('%s: SUCCESS, and nothing is disconnected', async (_situation, servers, count) => {
    drsHolds(...servers);
    const { response, calls } = await send('Create');
    expect(response).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: expect.stringMatching(HASH),
      Data: { MatchingSourceServerCount: count },
    });
    expect(new Set(calls)).toEqual(new Set(['DescribeSourceServers']));
  });

  test('the account is not initialized: SUCCESS', async () => {
    drs.on(DescribeSourceServersCommand).rejects(serviceError('UninitializedAccountException'));
    expect((await send('Create')).response).toMatchObject({ Status: 'SUCCESS', Data: { MatchingSourceServerCount: '0' } });
  });

  test('DRS may not be asked: FAILED, and its later Delete keeps everything', async () => {
    drs.on(DescribeSourceServersCommand).rejects(serviceError('AccessDeniedException', 'no', 403));
    const { response } = await send('Create');
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('may not call drs:DescribeSourceServers') });
    drs.resetHistory();
    const { response: kept, calls } = await send('Delete', {}, { physicalId: response.PhysicalResourceId });
    expect(kept.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });

  test('DRS is too busy: FAILED after two minutes', async () => {
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    const start = Date.now();
    expect((await send('Create')).response.Status).toBe('FAILED');
    expect(Date.now() - start).toBeLessThanOrEqual(126_000);
  });

  test.each([
    ['no tags and not all', { Tags: undefined }],
    ['an empty set of tags', { Tags: {} }],
    ['tags that are no map', { Tags: ['team'] }],
    ['a value that is no text', { Tags: { team: { Ref: 'x' } } }],
    ['tags and all', { All: 'true' }],
    ['all, but not really', { Tags: undefined, All: 'false' }],
    ['no Region', { Region: undefined }],
    ['a Region that is none', { Region: 'everywhere' }],
    ['a role that is none', { AssumeRoleArn: 'me' }],
    ['a policy that is unknown', { RecoveryInstancePolicy: 'TERMINATE_EVERYTHING' }],
  ])('%s: FAILED without asking DRS', async (_what, properties) => {
    const { response, calls } = await send('Create', properties);
    expect(response.Status).toBe('FAILED');
    expect(calls).toEqual([]);
  });
});

describe('the physical ID', () => {
  test('is the same, in whatever order the tags are written', async () => {
    expect(await physicalIdOf({ Tags: { stage: 'prod', team: 'payments' } })).toBe(await physicalIdOf());
  });

  beforeEach(stsGivesSessions);

  test.each<[string, object]>([
    ['another value', { Tags: { ...TAGS, stage: 'test' } }],
    ['one tag less', { Tags: { team: 'payments' } }],
    ['all', { Tags: undefined, All: 'true' }],
    ['another Region', { Region: 'us-west-2' }],
    ['another account', { AssumeRoleArn: ROLE }],
    ['the tags of a hostile writer', { Tags: { 'team","payments"],["stage': 'prod' } }],
  ])('is another one: %s', async (_what, properties) => {
    expect(await physicalIdOf(properties)).not.toBe(await physicalIdOf());
  });

  test('has the account of the role', async () => {
    expect(await physicalIdOf({ AssumeRoleArn: ROLE })).toMatch(/^drs:fleet:444455556666:eu-central-1:/);
  });

  test('is a contract', async () => {
    expect(await physicalIdOf()).toBe('drs:fleet:111122223333:eu-central-1:6dd2a0e2e980c919');
    expect(await physicalIdOf({ Tags: undefined, All: 'true' })).toBe('drs:fleet:111122223333:eu-central-1:5cf7504d9781301d');
  });
});

test('the session of a role may change what carries the tags, in the Region of the fleet', async () => {
  stsGivesSessions();
  await send('Create', { AssumeRoleArn: ROLE, Region: 'us-west-2', Tags: { zone: 'a' } });
  const { Policy = '' } = sts.calls()[0].args[0].input as { Policy?: string };
  expect(Policy).toContain('"NotResource":"arn:aws:drs:us-west-2:444455556666:source-server/*"');
  expect(Policy).toContain('"Condition":{"StringNotEquals":{"aws:ResourceTag/zone":"a"}}');
});

describe('Update', () => {
  test('the same selection: SUCCESS, whether or not DRS can be asked', async () => {
    const physicalId = await physicalIdOf();
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException'));
    const { response } = await send('Update', {}, { physicalId });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: { MatchingSourceServerCount: 'UNKNOWN' } });
  });

  test('the same selection, with another role: FAILED if it can not be assumed', async () => {
    stsGivesSessions();
    stackIs('UPDATE_IN_PROGRESS');
    const physicalId = await physicalIdOf({ AssumeRoleArn: ROLE });
    sts.on(AssumeRoleCommand).rejects(serviceError('AccessDenied', 'no', 403));
    const { response } = await send('Update', { AssumeRoleArn: `${ROLE}2` }, { physicalId, oldProperties: { AssumeRoleArn: ROLE } });
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: physicalId, Reason: expect.stringContaining(`${ROLE}2`) });
  });

  test('the same selection, with another external ID: FAILED if the role can not be assumed', async () => {
    stsGivesSessions();
    stackIs('UPDATE_IN_PROGRESS');
    const role = { AssumeRoleArn: ROLE };
    const physicalId = await physicalIdOf(role);
    sts.on(AssumeRoleCommand).rejects(serviceError('AccessDenied', 'no', 403));
    const { response } = await send('Update', { ...role, AssumeRoleExternalId: 'payments' }, { physicalId, oldProperties: role });
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: physicalId, Reason: expect.stringContaining(ROLE) });
  });

  test.each([
    ['the same selection', 'UPDATE_IN_PROGRESS', {}],
    ['another one, in a rollback', 'UPDATE_ROLLBACK_IN_PROGRESS', { Tags: { team: 'other' } }],
  ])('%s, and DRS is too busy: SUCCESS after half a minute, since its count decides nothing', async (_what, status, properties) => {
    const physicalId = await physicalIdOf();
    stackIs(status);
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    const start = Date.now();
    const { response } = await send('Update', properties, { physicalId });
    expect(response).toMatchObject({ Status: 'SUCCESS', Data: { MatchingSourceServerCount: 'UNKNOWN' } });
    expect(Date.now() - start).toBeLessThan(40_000);
  });

  test('another selection, in a rollback that shows late: SUCCESS all the same', async () => {
    const physicalId = await physicalIdOf();
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException'));
    const stack = { StackId: STACK_ID, StackName: 'LandingZone', CreationTime: new Date() };
    cloudFormation
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks: [{ ...stack, StackStatus: 'UPDATE_IN_PROGRESS' }] })
      .resolves({ Stacks: [{ ...stack, StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }] });
    expect((await send('Update', { Tags: { team: 'other' } }, { physicalId })).response.Status).toBe('SUCCESS');
  });

  test('another selection: SUCCESS with another physical ID, and nothing is disconnected', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHolds(member(1));
    const physicalId = await physicalIdOf();
    const { response, calls } = await send('Update', { Tags: { team: 'other' } }, { physicalId });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(HASH) });
    expect(response.PhysicalResourceId).not.toBe(physicalId);
    expect(calls).toEqual(['DescribeSourceServers']);
  });

  test('another selection, but DRS may not be asked: FAILED with the physical ID it came with; in a rollback SUCCESS', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    const physicalId = await physicalIdOf();
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException'));
    expect((await send('Update', { Tags: { team: 'other' } }, { physicalId })).response).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: physicalId,
    });
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect((await send('Update', { Tags: { team: 'other' } }, { physicalId })).response).toMatchObject({ Status: 'SUCCESS' });
  });

  describe('what this version can not read', () => {
    const unreadable: [string, object][] = [
      ['a policy', { RecoveryInstancePolicy: 'TERMINATE_EVERYTHING' }],
      ['a role', { AssumeRoleArn: 'me' }],
      ['a Region', { Region: 'everywhere' }],
      ['a selection', { Tags: undefined, Names: 'app-*' }],
    ];

    test.each(unreadable)('%s: FAILED with the physical ID it came with, without asking DRS', async (_what, properties) => {
      stackIs('UPDATE_IN_PROGRESS');
      const physicalId = await physicalIdOf();
      const { response, calls } = await send('Update', properties, { physicalId });
      expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: physicalId });
      expect(calls).toEqual([]);
    });

    test.each(unreadable)('%s, in a rollback: SUCCESS', async (_what, properties) => {
      stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
      const physicalId = await physicalIdOf();
      const { response, log } = await send('Update', properties, { physicalId });
      expect(response).toMatchObject({ Status: 'SUCCESS', Data: { MatchingSourceServerCount: 'UNKNOWN' } });
      expect(log).toContainEqual(expect.objectContaining({ level: 'warning', decision: 'attributes unknown' }));
    });

    test('a policy, in a rollback: the physical ID is that of the selection all the same', async () => {
      stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
      const [physicalId, other] = [await physicalIdOf(), await physicalIdOf({ Tags: { team: 'other' } })];
      const { response } = await send('Update', { RecoveryInstancePolicy: 'TERMINATE_EVERYTHING' }, { physicalId: other });
      expect(response.PhysicalResourceId).toBe(physicalId);
    });

    test.each(unreadable.slice(1))(
      '%s, in a rollback: the physical ID it came with, whose later Delete fails and says what to do',
      async (_what, properties) => {
        drsHolds(member(1));
        stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
        const physicalId = await physicalIdOf({ Tags: { team: 'other' } });
        const updated = await send('Update', properties, { physicalId });
        expect(updated.response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
        stackIs('DELETE_IN_PROGRESS');
        // Once as it is, and once by a version that can read it.
        for (const later of [properties, {}]) {
          const { response, calls } = await send('Delete', later, { physicalId });
          expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: physicalId });
          for (const part of [
            'Do by hand',
            '`aws drs describe-source-servers --region eu-central-1`',
            'then for each `aws drs disconnect-source-server',
            '--retain-resources',
          ]) {
            expect(response.Reason).toContain(part);
          }
          expect(calls).toEqual([]);
        }
      },
    );
  });
});

describe('Delete, genuine', () => {
  test('what is selected at this moment is disconnected, and nothing else', async () => {
    const physicalId = await physicalIdOf();
    drsHolds(
      ...[1, 2, 3, 4, 5, 6, 7].map((index) => member(index)),
      member(8, { tags: { team: 'payments' } }),
      member(9, { tags: undefined }),
      member(10, disconnectedAlready),
      member(11, { tags: { stage: 'prod' } }),
    );
    const { response, log } = await send('Delete', {}, { physicalId });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
    expect(sentTo(DisconnectSourceServerCommand).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map(idOf));
    expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('7 of 8') }));
    expect(log).toContainEqual(expect.objectContaining({ decision: 'disconnected', why: idOf(3) }));
  });

  test('all: every server of the Region', async () => {
    const everything = { Tags: undefined, All: 'true' };
    const physicalId = await physicalIdOf(everything);
    drsHolds(member(1), member(2, { tags: undefined }));
    expect((await send('Delete', everything, { physicalId })).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(1), idOf(2)]);
  });

  test('DRS is called in the Region of the fleet, as its role', async () => {
    stsGivesSessions();
    drsHolds(member(1));
    const { response } = await deletion({ AssumeRoleArn: ROLE, Region: 'us-west-2' });
    expect(response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(1)]);
    expect(await callers()).toEqual([`key of ${ROLE} in us-west-2`]);
  });

  test('a recovery instance is dealt with by the policy of the fleet', async () => {
    drsHolds(member(1));
    drs.on(DisconnectSourceServerCommand).rejects(conflict);
    drsHasInstances({ ...real, sourceServerID: idOf(1) });
    drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
      drs.on(DisconnectSourceServerCommand).resolves({ ...member(1), ...disconnectedAlready });
      drsHasInstances({ ...disconnected, sourceServerID: idOf(1) });
      return {};
    });
    expect((await deletion({ RecoveryInstancePolicy: 'DISCONNECT' })).response.Status).toBe('SUCCESS');
    expect(drs.commandCalls(DisconnectRecoveryInstanceCommand)).toHaveLength(1);
  });

  test.each<[string, () => unknown]>([
    ['nothing is selected', () => drsHolds(member(1, { tags: {} }))],
    ['the account is not initialized', () => drs.on(DescribeSourceServersCommand).rejects(serviceError('UninitializedAccountException'))],
  ])('%s: SUCCESS', async (_situation, arrange) => {
    const physicalId = await physicalIdOf();
    arrange();
    expect((await send('Delete', {}, { physicalId })).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([]);
  });

  test('which servers there are can not be told: FAILED', async () => {
    const physicalId = await physicalIdOf();
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', 'no'));
    expect((await send('Delete', {}, { physicalId })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('ValidationException: no'),
    });
  });

  test('servers that fail back go first', async () => {
    drsHolds(...[1, 2, 3, 4].map((index) => member(index, { replicationDirection: index % 2 === 0 ? 'FAILBACK' : 'FAILOVER' })));
    await deletion();
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([2, 4, 1, 3].map(idOf));
  });

  /** Each disconnect takes ten seconds; returns how many were under way when each one began. */
  function disconnectsTakeTime(held: ReturnType<typeof drsHolds>): Map<string, number> {
    const [beganBeside, underWay] = [new Map<string, number>(), new Set<string>()];
    drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
      beganBeside.set(sourceServerID, underWay.size);
      underWay.add(sourceServerID);
      return new Promise((resolve) =>
        setTimeout(() => {
          underWay.delete(sourceServerID);
          resolve({ ...held.get(sourceServerID), ...disconnectedAlready });
        }, 10_000),
      );
    });
    return beganBeside;
  }

  test('the others wait until those that fail back are gone', async () => {
    const beganBeside = disconnectsTakeTime(drsHolds(member(1), member(2, { replicationDirection: 'FAILBACK' })));
    expect((await deletion()).response.Status).toBe('SUCCESS');
    expect(Object.fromEntries(beganBeside)).toEqual({ [idOf(2)]: 0, [idOf(1)]: 0 });
  });

  test('no more than twenty at once, which is as many jobs as DRS runs', async () => {
    const beganBeside = disconnectsTakeTime(drsHolds(...Array.from({ length: 60 }, (_, index) => member(index))));
    expect((await deletion()).response.Status).toBe('SUCCESS');
    expect(Math.max(...beganBeside.values())).toBe(19);
  });

  test('EXTENDED servers are skipped, or their records deleted', async () => {
    drsHolds(member(1, extended), member(2));
    expect((await deletion()).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(2)]);
    drs.resetHistory();
    drsHolds(member(1, extended), member(2), member(3, disconnectedAlready));
    expect((await deletion({ DeleteSourceServer: 'true' })).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(2)]);
    expect(sentTo(DeleteSourceServerCommand).sort()).toEqual([1, 2, 3].map(idOf));
  });

  test('goes on past failures, then FAILED with counts and names', async () => {
    drsHolds(...Array.from({ length: 12 }, (_, index) => member(index)));
    const stuck = [3, 5, 7].map(idOf);
    const conflict = serviceError('ConflictException', 'it has a Recovery Instance', 409);
    stuck.forEach((id) => refused.set(id, conflict));
    drs.on(DescribeRecoveryInstancesCommand).callsFake(({ filters }: { filters: { sourceServerIDs: string[] } }) => ({
      items: [{ ...real, sourceServerID: filters.sourceServerIDs[0] }],
    }));
    const { response, log } = await deletion();
    expect(response.Status).toBe('FAILED');
    expect(response.Reason).toMatch(/^3 of 12 are left .*team=payments.*9 were disconnected/);
    for (const id of stuck) {
      expect(response.Reason).toContain(id);
    }
    expect(response.Reason).toContain('`aws drs disconnect-recovery-instance');
    expect(response.Reason).toContain('`aws cloudformation delete-stack --stack-name LandingZone --region eu-central-1`');
    expect(new Set(sentTo(DisconnectSourceServerCommand)).size).toBe(12);
    expect(log).toContainEqual(expect.objectContaining({ event: 'failed', FailedDeletions: 1 }));
    expect(new Set(log.filter(({ decision }) => decision === 'left').map(({ why }) => String(why).slice(0, 19)))).toEqual(new Set(stuck));
  });

  test.each<[string, Partial<SourceServer>, Error]>([
    ['a server that replicates back', { replicationDirection: 'FAILBACK' }, serviceError('InternalServerException', 'oops', 500)],
    ['thirty servers', {}, serviceError('InternalServerException', 'oops', 500)],
  ])('%s for which DRS has only errors keeps no other waiting for good', async (what, more, error) => {
    // Long pauses would end it before the deadline by chance, and leave time for the others.
    jest.spyOn(Math, 'random').mockReturnValue(0.1);
    const poisonous = what === 'thirty servers' ? 30 : 1;
    const held = drsHolds(...Array.from({ length: 100 }, (_, index) => member(index, index < poisonous ? more : {})));
    Array.from({ length: poisonous }, (_, index) => refused.set(idOf(index), error));
    const { response } = await deletion();
    expect(response.Reason).toMatch(new RegExp(`^${poisonous} of 100 are left`));
    const replicating = [...held.values()].filter(({ dataReplicationInfo }) => dataReplicationInfo?.dataReplicationState === 'CONTINUOUS');
    expect(replicating).toHaveLength(poisonous);
  });

  describe.each([
    ['a conflict', conflict],
    ['a ValidationException', serviceError('ValidationException', 'it is being disconnected')],
  ])('DRS shows an accepted disconnect later, and answers another one until then with %s', (_what, again) => {
    function drsShowsLate(seconds: number) {
      const held = drsHolds(member(1), member(2));
      drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
        if (sentTo(DisconnectSourceServerCommand).filter((id) => id === sourceServerID).length > 1) {
          throw again;
        }
        setTimeout(() => held.set(sourceServerID, { ...held.get(sourceServerID), ...disconnectedAlready }), seconds * 1_000);
        return held.get(sourceServerID);
      });
      drsHasInstances();
    }

    test.each([['false'], ['true']])('waited for, not asked again: SUCCESS, with deleteSourceServer %s', async (DeleteSourceServer) => {
      drsShowsLate(100);
      expect((await deletion({ DeleteSourceServer })).response.Status).toBe('SUCCESS');
      expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(1), idOf(2)]);
      expect(sentTo(DeleteSourceServerCommand)).toEqual(DeleteSourceServer === 'true' ? [idOf(1), idOf(2)] : []);
    });

    test('and never does: FAILED, and says that it was accepted', async () => {
      drsShowsLate(100_000);
      const { response } = await deletion();
      expect(response.Reason).toMatch(/^2 of 2 are left .*DRS accepted the disconnect of .*still shows it as CONTINUOUS/);
    });
  });

  test('DRS says "not found" once, and the next listing shows that it replicates: disconnected all the same', async () => {
    const held = drsHolds(member(1), member(2));
    const everything = { Tags: undefined, All: 'true' };
    drs
      .on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) })
      .rejectsOnce(serviceError('ResourceNotFoundException'))
      .callsFake(() => held.set(idOf(1), member(1, disconnectedAlready)).get(idOf(1)));
    drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).resolves({ items: [] });
    const { response } = await deletion(everything);
    expect(response.Status).toBe('SUCCESS');
    expect(held.get(idOf(1))).toMatchObject(disconnectedAlready);
  });

  test('DRS says "not found", and every listing shows that it replicates: FAILED', async () => {
    const held = drsHolds(member(1), member(2));
    drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).callsFake(() => {
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).resolves({ items: [] });
      throw serviceError('ResourceNotFoundException');
    });
    const { response } = await deletion();
    expect(held.get(idOf(2))).toMatchObject(disconnectedAlready);
    expect(response.Status).toBe('FAILED');
  });

  test('a server that is gone when it is asked for: SUCCESS', async () => {
    const held = drsHolds(member(1), member(2));
    drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).callsFake(() => {
      held.delete(idOf(1));
      throw serviceError('ResourceNotFoundException');
    });
    const { response, log } = await deletion({ DeleteSourceServer: 'true' });
    expect(response.Status).toBe('SUCCESS');
    expect(log).toContainEqual(expect.objectContaining({ decision: 'absent', why: idOf(1) }));
    expect(sentTo(DeleteSourceServerCommand)).toEqual([idOf(2)]);
  });

  describe('each is asked once before any is waited for', () => {
    const oops = serviceError('InternalServerException', 'oops', 500);
    const denied = serviceError('AccessDeniedException', 'not authorized', 403);
    const answered = { ...member(0), ...disconnectedAlready };
    const asked = (command: typeof DisconnectSourceServerCommand | typeof DeleteSourceServerCommand) =>
      new Set(sentTo(command).slice(0, 25)).size;

    test.each<[string, string, () => unknown]>([
      ['refused with a conflict', 'DISCONNECT', () => conflict],
      ['refused with a conflict', 'TERMINATE_DRILLS', () => conflict],
      ['answered with errors', 'FAIL', () => oops],
      ['denied', 'FAIL', () => denied],
      ['accepted, and not done', 'FAIL', () => member(0)],
    ])('22 of 25 are %s, with %s', async (_what, RecoveryInstancePolicy, answer) => {
      const held = drsHolds(...Array.from({ length: 25 }, (_, index) => member(index)));
      drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
        const said = sourceServerID < idOf(22) ? answer() : held.set(sourceServerID, { ...answered, sourceServerID }) && answered;
        if (said instanceof Error) {
          throw said;
        }
        return said;
      });
      drsHasInstances();
      const { response } = await deletion({ RecoveryInstancePolicy }, { remaining: 120_000 });
      expect(response.Reason).toMatch(/^22 of 25 are left .*3 were disconnected/);
      expect(response.Reason).not.toContain('Not reached');
      expect(asked(DisconnectSourceServerCommand)).toBe(25);
    });

    test('22 of 25 records can not be deleted yet', async () => {
      const held = drsHolds(...Array.from({ length: 25 }, (_, index) => member(index, disconnectedAlready)));
      drs.on(DeleteSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
        if (sourceServerID < idOf(22)) {
          throw conflict;
        }
        held.delete(sourceServerID);
        return {};
      });
      const { response } = await deletion({ DeleteSourceServer: 'true' }, { remaining: 120_000 });
      expect(response.Reason).toMatch(/^22 of 25 are left .*3 were disconnected/);
      expect(asked(DeleteSourceServerCommand)).toBe(25);
    });

    test('a throttling is waited for: it says nothing of the server', async () => {
      drsHolds(...[1, 2, 3].map((index) => member(index)));
      const throttled = serviceError('ThrottlingException', 'slow down', 429);
      drs.on(DisconnectSourceServerCommand).rejectsOnce(throttled).rejectsOnce(throttled).resolves(answered);
      const { response, log } = await deletion();
      expect(response.Status).toBe('SUCCESS');
      expect(log).not.toContainEqual(expect.objectContaining({ decision: 'left' }));
    });

    test('20 of 21 are throttled for ever: the other one has its turn all the same', async () => {
      jest.spyOn(Math, 'random').mockReturnValue(0.1);
      drsHolds(...Array.from({ length: 21 }, (_, index) => member(index)));
      drs.on(DisconnectSourceServerCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
      drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(20) }).resolves({ ...answered, sourceServerID: idOf(20) });
      expect((await deletion()).response.Reason).toMatch(/^20 of 21 are left .*1 were disconnected/);
    });

    test('those that are waited for in vain keep none waiting for good that would be through by now', async () => {
      // Long pauses would end it before the deadline by chance, and leave time for the other one.
      jest.spyOn(Math, 'random').mockReturnValue(0.1);
      drsHolds(...Array.from({ length: 21 }, (_, index) => member(index)));
      Array.from({ length: 20 }, (_, index) => refused.set(idOf(index), oops));
      drs
        .on(DisconnectSourceServerCommand, { sourceServerID: idOf(20) })
        .rejectsOnce(oops)
        .resolves({ ...answered, sourceServerID: idOf(20) });
      expect((await deletion()).response.Reason).toMatch(/^20 of 21 are left .*1 were disconnected/);
    });

    test('what is waited for when the function must end is told with its reason, and not as if it had not been reached', async () => {
      drsHolds(member(1));
      drs
        .on(DisconnectSourceServerCommand)
        .rejectsOnce(oops)
        .callsFake(() => new Promise(() => undefined));
      const { response } = await deletion();
      expect(response.Reason).toMatch(/^1 of 1 are left .*Not disconnected.*InternalServerException: oops/);
      expect(response.Reason).not.toContain('Not reached');
    });

    test('policies spread late: each is disconnected once they have', async () => {
      const held = drsHolds(...Array.from({ length: 50 }, (_, index) => member(index)));
      const physicalId = await physicalIdOf();
      const spread = Date.now() + 60_000;
      drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
        if (Date.now() < spread) {
          throw denied;
        }
        held.set(sourceServerID, { ...answered, sourceServerID });
        return answered;
      });
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
    });
  });

  test('records are deleted once no server replicates any more', async () => {
    drsHolds(...Array.from({ length: 50 }, (_, index) => member(index)));
    const { calls } = await deletion({ DeleteSourceServer: 'true' });
    expect(calls.indexOf('DeleteSourceServer')).toBeGreaterThan(calls.lastIndexOf('DisconnectSourceServer'));
    expect(calls.filter((call) => call === 'DeleteSourceServer')).toHaveLength(50);
  });

  test('a server that is disconnected only when it is tried again: its record is deleted, too', async () => {
    drsHolds(member(1));
    drs
      .on(DisconnectSourceServerCommand)
      .rejectsOnce(serviceError('ValidationException', 'not now'))
      .resolves({ ...member(1), ...disconnectedAlready });
    expect((await deletion({ DeleteSourceServer: 'true' })).response.Status).toBe('SUCCESS');
    expect(sentTo(DeleteSourceServerCommand)).toEqual([idOf(1)]);
  });

  test('a server that lost its tags between disconnect and deletion of its record is skipped', async () => {
    const held = drsHolds(member(1));
    drs.on(DeleteSourceServerCommand).callsFake(() => {
      held.set(idOf(1), member(1, { ...disconnectedAlready, tags: {} }));
      throw serviceError('AccessDeniedException', 'not authorized', 403);
    });
    expect((await deletion({ DeleteSourceServer: 'true' })).response.Status).toBe('SUCCESS');
  });

  test('records go so slowly that no answer is heard: SUCCESS, and each is deleted once', async () => {
    const held = drsHolds(...[1, 2, 3].map((index) => member(index)));
    const sent: string[] = [];
    drs.on(DeleteSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
      sent.push(sourceServerID);
      setTimeout(() => held.delete(sourceServerID), 20_000);
      return new Promise((_, reject) => setTimeout(() => reject(Object.assign(new Error('aborted'), { name: 'AbortError' })), 30_000));
    });
    const { response, log } = await deletion({ DeleteSourceServer: 'true' });
    expect(response.Status).toBe('SUCCESS');
    expect(sent.sort()).toEqual([1, 2, 3].map(idOf));
    expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('3 of 3') }));
  });

  test('records can not be deleted: FAILED, although the next listing shows the servers disconnected', async () => {
    drsHolds(member(1), member(2, disconnectedAlready));
    drs.on(DeleteSourceServerCommand).rejects(serviceError('ValidationException', 'no'));
    expect((await deletion({ DeleteSourceServer: 'true' })).response.Reason).toMatch(/^2 of 2 are left/);
  });

  test('disconnects are done, and no answer is heard: SUCCESS, since the next listing shows them', async () => {
    const held = drsHolds(member(1), member(2));
    drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
      held.set(sourceServerID, { ...held.get(sourceServerID), ...disconnectedAlready });
      throw Object.assign(new Error('socket'), { code: 'ECONNRESET' });
    });
    const { response, log } = await deletion();
    expect(response.Status).toBe('SUCCESS');
    expect(log).toContainEqual(expect.objectContaining({ decision: 'disconnected already', why: idOf(1) }));
    expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('2 of 2') }));
  });

  test('an extended server whose record stays: tells to delete that by hand, and not to disconnect', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas();
    drsHolds(member(1, extended));
    drs.on(DeleteSourceServerCommand).rejects(serviceError('ValidationException', 'no'));
    const { response } = await deletion({ DeleteSourceServer: 'true' });
    expect(response.Reason).toContain(`\`aws drs delete-source-server --source-server-id ${idOf(1)} --region eu-central-1\``);
    expect(response.Reason).not.toContain('disconnect-source-server');
  });

  test('three hundred that are stuck: the Reason fits, says how many, and what to do next', async () => {
    drsHolds(
      ...Array.from({ length: 300 }, (_, index) =>
        member(index, { sourceProperties: { identificationHints: { hostname: '🛟'.repeat(255) } } }),
      ),
    );
    drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', '🛟'.repeat(200), 409));
    drs.on(DescribeRecoveryInstancesCommand).callsFake(({ filters }: { filters: { sourceServerIDs: string[] } }) => ({
      items: Array.from({ length: 50 }, () => ({ ...real, sourceServerID: filters.sourceServerIDs[0] })),
    }));
    const { response, bytes } = await deletion();
    expect(response.Reason).toMatch(/^300 of 300 are left/);
    expect(response.Reason).toContain('and 288 more');
    expect(response.Reason?.match(/source server s-\d+ \(.*?\) was not disconnected/g)?.length).toBeGreaterThanOrEqual(3);
    expect(response.Reason).toContain('--retain-resources');
    expect(bytes).toBeLessThanOrEqual(4096);
  });

  test('a reason that is cut holds no half of a command', async () => {
    drsHolds(member(1));
    drsHasInstances(...Array.from({ length: 3 }, () => ({ ...real, sourceServerID: idOf(1) })));
    const physicalId = await physicalIdOf();
    // So long that the cut comes in the second command, wherever in it.
    for (let length = 100; length < 200; length += 10) {
      drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', 'x'.repeat(length), 409));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Reason).toContain('…');
      expect((response.Reason ?? '').split('`').length % 2).toBe(1);
    }
  });

  test.each(['is gone', 'has lost its tags, which shows a moment later'])(
    'a server that is refused and %s is none of ours',
    async (what) => {
      const held = drsHolds(member(1), member(2));
      drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).callsFake(() => {
        held.set(idOf(1), member(1, { tags: {} }));
        throw serviceError('AccessDeniedException', 'not authorized', 403);
      });
      const found = { items: what === 'is gone' ? [] : [member(1, { tags: {} })] };
      drs
        .on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } })
        .rejectsOnce(serviceError('AccessDeniedException', 'not authorized', 403))
        .resolves(found);
      const { response, log } = await deletion();
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(expect.objectContaining({ decision: 'no longer selected', why: idOf(1) }));
      expect(log).toContainEqual(expect.objectContaining({ event: 'progress', selected: 2, done: 1, skipped: 1 }));
      expect(log).not.toContainEqual(expect.objectContaining({ decision: 'left' }));
    },
  );

  test('a server that is refused, and nobody can tell whether it lost its tags: FAILED', async () => {
    drsHolds(member(1), member(2));
    drs
      .on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) })
      .rejects(serviceError('AccessDeniedException', 'not authorized', 403));
    drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).rejects(serviceError('ValidationException', 'no'));
    const { response, log } = await deletion();
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^1 of 2 are left/) });
    expect(log).not.toContainEqual(expect.objectContaining({ decision: 'no longer selected' }));
  });

  test('a server that lost its tags is refused under the tag condition: it is none of ours any more', async () => {
    const held = drsHolds(member(1), member(2));
    drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).callsFake(() => {
      held.set(idOf(1), member(1, { tags: {} }));
      throw serviceError('AccessDeniedException', 'not authorized', 403);
    });
    const { response, log } = await deletion();
    expect(response.Status).toBe('SUCCESS');
    expect(log).toContainEqual(expect.objectContaining({ decision: 'no longer selected', why: idOf(1) }));
  });

  test('a server that still has its tags is refused: FAILED, naming the action', async () => {
    drsHolds(member(1), member(2));
    drs
      .on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) })
      .rejects(serviceError('AccessDeniedException', 'not authorized', 403));
    expect((await deletion()).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('may not call drs:DisconnectSourceServer'),
    });
  });

  test.each<[string, () => unknown, RegExp]>([
    ['fails to tell', () => Promise.reject(serviceError('ValidationException', 'no')), /ValidationException: no/],
    ['never tells', () => new Promise(() => undefined), /Not reached before the function had to end: s-0+1 /],
  ])('a server that is refused, and DRS %s whether it is still selected: FAILED', async (_what, answer, reason) => {
    drsHolds(member(1), member(2));
    drs
      .on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) })
      .rejects(serviceError('AccessDeniedException', 'not authorized', 403));
    drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).callsFake(answer);
    const { response } = await deletion();
    expect(response.Reason).toMatch(/^1 of 2 are left/);
    expect(response.Reason).toMatch(reason);
  });

  describe('is looked at right before its turn', () => {
    const many = (count: number) => drsHolds(...Array.from({ length: count }, (_, index) => member(index)));
    const disconnectedIds = () => drs.commandCalls(DisconnectSourceServerCommand).map(({ args: [{ input }] }) => input.sourceServerID);
    const looks = () => drs.commandCalls(DescribeSourceServersCommand).flatMap(({ args: [{ input }] }) => (input.filters ? [input] : []));

    test('35 of 45 lose their tags after the second disconnect: who had no turn yet is not disconnected', async () => {
      const held = many(45);
      const physicalId = await physicalIdOf();
      let count = 0;
      drs.on(DisconnectSourceServerCommand).callsFake(({ sourceServerID }: { sourceServerID: string }) => {
        held.set(sourceServerID, { ...held.get(sourceServerID), ...disconnectedAlready });
        if (++count === 2) {
          Array.from({ length: 35 }, (_, index) => held.set(idOf(index + 10), member(index + 10, { tags: {} })));
        }
        return held.get(sourceServerID);
      });
      const { response, log } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      // Twenty at once: their turn had come.
      expect(disconnectedIds()).toEqual(Array.from({ length: 20 }, (_, index) => idOf(index)));
      expect(log.filter(({ decision }) => decision === 'no longer selected')).toHaveLength(25);
    });

    test.each([
      ['lost its tags', [member(0, { tags: {} })]],
      ['has another value of a tag', [member(0, { tags: { ...TAGS, [Object.keys(TAGS)[0]]: 'other' } })]],
      ['is not there', []],
    ])('one that %s is not disconnected, nor is its record deleted', async (_what, items) => {
      const held = many(1);
      const physicalId = await physicalIdOf();
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(0)] } }).callsFake(() => {
        held.delete(idOf(0));
        return { items };
      });
      const { response, calls } = await send('Delete', { DeleteSourceServer: 'true' }, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(calls).not.toContain('DisconnectSourceServer');
      expect(calls).not.toContain('DeleteSourceServer');
    });

    test('one that is listed again and again, and is never found, is no success', async () => {
      many(1);
      const physicalId = await physicalIdOf();
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(0)] } }).resolves({ items: [] });
      expect((await send('Delete', {}, { physicalId })).response).toMatchObject({ Status: 'FAILED' });
      expect(disconnectedIds()).toEqual([]);
    });

    test('on every page of the answer', async () => {
      many(4);
      expect((await deletion()).response.Status).toBe('SUCCESS');
      expect(disconnectedIds()).toHaveLength(4);
    });

    test('those whose turn comes during a look by the next one, together', async () => {
      const held = many(60);
      const physicalId = await physicalIdOf();
      const slowly = <T>(answer: T) => new Promise<T>((resolve) => setTimeout(() => resolve(answer), 2_000));
      drs.on(DescribeSourceServersCommand).callsFake(({ filters }: { filters?: { sourceServerIDs: string[] } }) => {
        const items = [...held.values()].filter(({ sourceServerID = '' }) => filters?.sourceServerIDs.includes(sourceServerID) ?? true);
        return filters ? slowly({ items }) : { items };
      });
      drs.resetHistory();
      await send('Delete', {}, { physicalId });
      const asked = looks().map(({ filters }) => filters?.sourceServerIDs ?? []);
      expect(asked[0]).toHaveLength(20);
      expect(asked.flat().sort()).toEqual(Array.from({ length: 60 }, (_, index) => idOf(index)).sort());
      expect(asked.length).toBeLessThan(12);
    });

    test.each(['DISCONNECT', 'TERMINATE_DRILLS'])(
      'with %s again after a conflict: one that lost its tags meanwhile is not disconnected, nor are its recovery instances ended',
      async (RecoveryInstancePolicy) => {
        const held = many(1);
        const physicalId = await physicalIdOf();
        drs
          .on(DescribeRecoveryInstancesCommand)
          .resolves({ items: [{ recoveryInstanceID: 'i-1', sourceServerID: idOf(0), isDrill: true }] });
        drs.on(DisconnectSourceServerCommand).callsFake(() => {
          held.set(idOf(0), member(0, { tags: {} }));
          throw serviceError('ConflictException', 'it has a Recovery Instance', 409);
        });
        const { response, calls, log } = await send('Delete', { RecoveryInstancePolicy }, { physicalId });
        expect(response.Status).toBe('SUCCESS');
        expect(log).toContainEqual(expect.objectContaining({ decision: 'no longer selected', why: idOf(0) }));
        expect(disconnectedIds()).toHaveLength(1);
        expect(calls).not.toContain('DisconnectRecoveryInstance');
        expect(calls).not.toContain('TerminateRecoveryInstances');
      },
    );

    test('… nor is one that lost them while its recovery instance was ended', async () => {
      const held = many(1);
      const physicalId = await physicalIdOf();
      drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [{ recoveryInstanceID: 'i-1', sourceServerID: idOf(0) }] });
      drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
        held.set(idOf(0), member(0, { tags: {} }));
        return {};
      });
      drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', 'it has a Recovery Instance', 409));
      const { response, calls } = await send('Delete', { RecoveryInstancePolicy: 'DISCONNECT' }, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(calls.slice(calls.indexOf('DisconnectRecoveryInstance'))).not.toContain('DisconnectSourceServer');
    });

    test('where it can not be looked at: FAILED, and it is not disconnected', async () => {
      many(1);
      const physicalId = await physicalIdOf();
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(0)] } }).rejects(serviceError('ValidationException', 'no'));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ValidationException: no') });
      expect(disconnectedIds()).toEqual([]);
    });
  });

  test('denied for all of them: the time that policies take to spread is waited for once, not for each', async () => {
    drsHolds(...Array.from({ length: 100 }, (_, index) => member(index)));
    drs.on(DisconnectSourceServerCommand).rejects(serviceError('AccessDeniedException', 'not authorized', 403));
    const physicalId = await physicalIdOf();
    const start = Date.now();
    expect((await send('Delete', {}, { physicalId })).response.Reason).toMatch(/^100 of 100 are left/);
    expect(Date.now() - start).toBeLessThan(200_000);
  });

  test('one action is denied for good: the time that policies take to spread is waited for with another one all the same', async () => {
    drsHolds(member(1), member(2));
    refused.set(idOf(1), serviceError('AccessDeniedException', 'not authorized', 403));
    drs
      .on(DeleteSourceServerCommand)
      .rejectsOnce(serviceError('AccessDeniedException', 'not yet', 403))
      .resolves({});
    expect((await deletion({ DeleteSourceServer: 'true' })).response.Reason).toMatch(/^1 of 2 are left/);
  });

  test('what is not reached before the deadline is said, and the next deletion continues', async () => {
    const held = drsHolds(...Array.from({ length: 100 }, (_, index) => member(index)));
    const disconnectsSlowly = ({ sourceServerID }: { sourceServerID: string }) =>
      new Promise((resolve) =>
        setTimeout(() => {
          held.set(sourceServerID, { ...held.get(sourceServerID), ...disconnectedAlready });
          resolve(held.get(sourceServerID));
        }, 10_000),
      );
    drs.on(DisconnectSourceServerCommand).callsFake(disconnectsSlowly);
    const { response } = await deletion({}, { remaining: 60_000 });
    expect(response.Status).toBe('FAILED');
    expect(response.Reason).toMatch(/Not reached before the function had to end: s-\d+ \(host-\d+\)/);
    const left = [...held.values()].filter(({ dataReplicationInfo }) => dataReplicationInfo?.dataReplicationState === 'CONTINUOUS').length;
    expect(response.Reason).toMatch(new RegExp(`^${left} of 100 are left`));
    expect(left).toBeGreaterThan(0);
    expect((await deletion()).response.Status).toBe('SUCCESS');
  });

  test('an answer that never comes: FAILED at the deadline all the same, with counts and names', async () => {
    drsHolds(member(1), member(2));
    drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).callsFake(() => new Promise(() => undefined));
    const { response } = await deletion();
    expect(response.Reason).toMatch(/^1 of 2 are left .*1 were disconnected.*Not reached before the function had to end: s-0+1 /);
  });

  test('a line tells how far it has come, every few seconds', async () => {
    drsHolds(...Array.from({ length: 40 }, (_, index) => member(index)));
    const disconnected = { ...member(0), ...disconnectedAlready };
    drs.on(DisconnectSourceServerCommand).callsFake(() => new Promise((resolve) => setTimeout(() => resolve(disconnected), 8_000)));
    const { log } = await deletion();
    const lines = log.filter(({ event }) => event === 'progress');
    expect(lines[0]).toMatchObject({ selected: 40, done: 0, waiting: 40 });
    expect(lines.at(-1)).toMatchObject({ selected: 40, done: 40, waiting: 0, failed: 0 });
  });

  describe('a listing is no snapshot', () => {
    test('a server that moves to a page that was read already is disconnected, too', async () => {
      const held = drsHolds(...[1, 2, 3, 4, 5].map((index) => member(index, index === 1 ? { tags: {} } : {})));
      const physicalId = await physicalIdOf();
      duringListings.push(() => held.delete(idOf(1)));
      const { response, log } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(sentTo(DisconnectSourceServerCommand)).toEqual([2, 3, 5, 4].map(idOf));
      expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('4 of 4') }));
    });

    test('a server that moves to a page that is still to come is listed twice, but tried no more often than others, and counts once', async () => {
      const held = drsHolds(...[1, 2, 3, 4, 5].map((index) => member(index)));
      const physicalId = await physicalIdOf();
      duringListings.push(() => {
        const others = [...held];
        held.clear();
        [[idOf(0), member(0, { tags: {} })] as const, ...others].forEach(([id, server]) => held.set(id, server));
      });
      drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(3) }).rejects(serviceError('ValidationException', 'no'));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Reason).toMatch(/^1 of 5 are left .*4 were disconnected, 0 needed nothing/);
      // Whoever can't be disconnected is tried once more.
      expect(sentTo(DisconnectSourceServerCommand).sort()).toEqual([1, 2, 3, 3, 4, 5].map(idOf));
    });

    test('a server that gets the tags meanwhile is disconnected, too', async () => {
      const held = drsHolds(member(1), member(2, { tags: {} }), member(3, { ...disconnectedAlready, tags: {} }));
      const physicalId = await physicalIdOf();
      duringListings.push(() => [2, 3].forEach((index) => held.set(idOf(index), { ...held.get(idOf(index)), tags: TAGS })));
      const { response, log } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(sentTo(DisconnectSourceServerCommand)).toEqual([1, 2].map(idOf));
      expect(listings()).toHaveLength(4);
      expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('2 of 3') }));
    });

    test('where nothing is to be done, two listings say so', async () => {
      const physicalId = await physicalIdOf();
      drsHolds(member(1, disconnectedAlready), member(2, { tags: {} }));
      expect((await send('Delete', {}, { physicalId })).response.Status).toBe('SUCCESS');
      expect(listings()).toHaveLength(2);
    });

    test('the second listing begins when the first has ended', async () => {
      const physicalId = await physicalIdOf();
      drsHolds(...[1, 2, 3, 4, 5].map((index) => member(index, { tags: {} })));
      await send('Delete', {}, { physicalId });
      const tokens = drs.commandCalls(DescribeSourceServersCommand).map(({ args: [{ input }] }) => input.nextToken);
      expect(tokens).toEqual([undefined, '3', undefined, '3']);
    });

    test('the only one moves to a page that was read already: it is disconnected all the same', async () => {
      const held = drsHolds(...[1, 2, 3].map((index) => member(index, { tags: {} })), member(4));
      const physicalId = await physicalIdOf();
      duringListings.push(() => held.delete(idOf(1)));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(4)]);
    });

    test('one that is selected by now moves so in the listing after the others are gone: it is disconnected all the same', async () => {
      const held = drsHolds(...[1, 2, 3].map((index) => member(index, { tags: {} })), member(4), member(5, { tags: {} }));
      const physicalId = await physicalIdOf();
      duringListings.push(
        () => undefined,
        () => {
          held.set(idOf(5), member(5));
          [1, 2].forEach((index) => held.delete(idOf(index)));
        },
      );
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(sentTo(DisconnectSourceServerCommand)).toEqual([4, 5].map(idOf));
    });

    test('who could not be disconnected is not tried with each listing, and counts once', async () => {
      const held = drsHolds(member(1), member(2, { tags: {} }), member(3, { tags: {} }));
      const physicalId = await physicalIdOf();
      duringListings.push(...[2, 3].map((index) => () => held.set(idOf(index), member(index))));
      drs.on(DisconnectSourceServerCommand, { sourceServerID: idOf(1) }).rejects(serviceError('ValidationException', 'no'));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Reason).toMatch(/^1 of 3 are left .*2 were disconnected, 0 needed nothing/);
      expect(listings()).toHaveLength(5);
      expect(sentTo(DisconnectSourceServerCommand).filter((id) => id === idOf(1))).toHaveLength(2);
    });

    test('a record that the next listing still shows is not deleted again', async () => {
      drsHolds(member(1), member(2, disconnectedAlready));
      drs.on(DeleteSourceServerCommand).resolves({});
      expect((await deletion({ DeleteSourceServer: 'true' })).response.Status).toBe('SUCCESS');
      expect(sentTo(DeleteSourceServerCommand).sort()).toEqual([1, 2].map(idOf));
    });

    test('a server that is refused for want of its tags, which every listing still shows: listed again, but not without pause', async () => {
      drsHolds(member(1));
      const physicalId = await physicalIdOf();
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).resolves({ items: [member(1, { tags: {} })] });
      drs.on(DisconnectSourceServerCommand).rejects(serviceError('AccessDeniedException', 'not authorized', 403));
      expect((await send('Delete', {}, { physicalId })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/^1 of 1 are left .* Not reached before the function had to end/),
      });
      expect(listings().length).toBeGreaterThan(10);
      expect(listings().length).toBeLessThan(200);
    });

    test('a server that gets its tags back after it was refused is tried again', async () => {
      const held = drsHolds(member(1));
      const physicalId = await physicalIdOf();
      let isRefused = false;
      const isBack = () => listings().length > 1;
      drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [idOf(1)] } }).callsFake(() => {
        return { items: [isRefused && !isBack() ? member(1, { tags: {} }) : member(1)] };
      });
      drs.on(DisconnectSourceServerCommand).callsFake(() => {
        if (!isBack()) {
          isRefused = true;
          throw serviceError('AccessDeniedException', 'not authorized', 403);
        }
        held.set(idOf(1), member(1, disconnectedAlready));
        return held.get(idOf(1));
      });
      const { response, log } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(expect.objectContaining({ decision: 'no longer selected', why: idOf(1) }));
      expect(log).toContainEqual(expect.objectContaining({ decision: 'fleet disconnected', why: expect.stringContaining('1 of 1') }));
    });

    test.each<[string, () => unknown, RegExp]>([
      [
        'fails',
        () => {
          throw serviceError('ValidationException', 'no');
        },
        /ValidationException: no/,
      ],
      ['is never answered', () => new Promise(() => undefined), /the function had to end/],
    ])('a listing afterwards %s: FAILED, since nobody knows whether all are gone', async (_what, answer, why) => {
      drsHolds(member(1), member(2));
      const physicalId = await physicalIdOf();
      let count = 0;
      drs
        .on(DescribeSourceServersCommand)
        .callsFake(({ filters }: { filters?: object }) => (filters || count++ === 0 ? { items: [member(1), member(2)] } : answer()));
      const { response } = await send('Delete', {}, { physicalId });
      expect(response.Status).toBe('FAILED');
      expect(response.Reason).toMatch(/^0 of 2 are left .*2 were disconnected/);
      expect(response.Reason).toMatch(/could not be told/);
      expect(response.Reason).toMatch(why);
      expect(response.Reason).toContain('`aws cloudformation delete-stack --stack-name LandingZone --region eu-central-1`');
    });

    test('DRS is said not to be set up in the middle of a listing: FAILED', async () => {
      const physicalId = await physicalIdOf();
      drs
        .on(DescribeSourceServersCommand)
        .resolvesOnce({ items: [], nextToken: 'next' })
        .rejects(serviceError('UninitializedAccountException'));
      expect((await send('Delete', {}, { physicalId })).response.Status).toBe('FAILED');
    });
  });

  test('nothing goes on when it is over', async () => {
    drsHolds(member(1));
    await deletion();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('nothing goes on when the function had to end', async () => {
    disconnectsTakeTime(drsHolds(...Array.from({ length: 100 }, (_, index) => member(index))));
    const { calls } = await deletion({}, { remaining: 60_000 });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(drs.calls()).toHaveLength(calls.length);
  });

  test('the physical ID is not that of the properties: FAILED, and nothing is disconnected', async () => {
    drsHolds(member(1));
    const { response, calls } = await send('Delete', { Tags: { team: 'other' } }, { physicalId: await physicalIdOf() });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('nothing was disconnected') });
    expect(calls).toEqual([]);
  });
});

describe('Delete in the clean-up of an update', () => {
  beforeEach(() => {
    drsHolds(member(1));
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  });

  test('the fleet was removed: its servers are disconnected', async () => {
    stackHas();
    expect((await deletion()).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(1)]);
  });

  test('the fleet was removed, and the list still has it, and another one that stays: its servers are disconnected', async () => {
    const physicalId = await physicalIdOf();
    stackHas(
      { logicalId: 'Another', physicalId: `${physicalId.slice(0, -1)}0`, status: 'CREATE_COMPLETE', type: FLEET_DISCONNECTION },
      { logicalId: LOGICAL_ID, physicalId, status: 'DELETE_IN_PROGRESS', type: FLEET_DISCONNECTION },
    );
    expect((await send('Delete', {}, { physicalId })).response.Status).toBe('SUCCESS');
    expect(sentTo(DisconnectSourceServerCommand)).toEqual([idOf(1)]);
  });

  test.each(['disconnect', 'delete'])('it fails: FAILED says how to %s by hand what is left', async (what) => {
    stackHas();
    drs.on(DisconnectSourceServerCommand).rejects(serviceError('ValidationException', 'no'));
    const { response } = await deletion({ DeleteSourceServer: 'true', Region: 'us-west-2' });
    expect(response.Reason).toContain(`\`aws drs ${what}-source-server --source-server-id ${idOf(1)} --region us-west-2\``);
  });

  test('it does not reach every server: FAILED says how to disconnect by hand what is left', async () => {
    stackHas();
    drs.on(DisconnectSourceServerCommand).callsFake(() => new Promise(() => undefined));
    const { response } = await deletion();
    expect(response.Reason).toMatch(/Not reached before the function had to end/);
    expect(response.Reason).toContain(`\`aws drs disconnect-source-server --source-server-id ${idOf(1)} --region ${REGION}\``);
  });

  const replacedTo = (physicalId: string, successor: string, ...since: StackEvent[]) => [
    ofResource('DELETE_IN_PROGRESS', { PhysicalResourceId: physicalId, ResourceType: FLEET_DISCONNECTION }),
    ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
    ...since,
    ofResource('UPDATE_COMPLETE', { PhysicalResourceId: successor, ResourceType: FLEET_DISCONNECTION }),
    ofStack('UPDATE_IN_PROGRESS'),
    ofStack('CREATE_COMPLETE'),
  ];
  const failed = [ofStack('UPDATE_IN_PROGRESS'), ofStack('UPDATE_FAILED')];

  test.each<[string, string, StackEvent[]]>([
    ['and the new one stays', 'UPDATE_COMPLETE', []],
    ['and the new one is being deleted, too', 'DELETE_IN_PROGRESS', failed],
    ['in an update before, which failed and was not rolled back', 'UPDATE_COMPLETE', failed],
  ])('its selection changed, %s: kept', async (_what, status, since) => {
    const successor = `drs:fleet:${ACCOUNT}:${REGION}:0123456789abcdef`;
    const physicalId = await physicalIdOf();
    stackHas({ logicalId: LOGICAL_ID, physicalId: successor, status, type: FLEET_DISCONNECTION });
    eventsAre(replacedTo(physicalId, successor, ...since));
    const { response, calls, log } = await send('Delete', {}, { physicalId });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
    expect(log).toContainEqual(expect.objectContaining({ decision: 'kept', why: expect.stringContaining('replaced, not removed') }));
  });

  test.each([
    ['another physical ID', `drs:fleet:${ACCOUNT}:${REGION}:0123456789abcdef`],
    ['no physical ID', ''],
  ])('the list alone shows it with %s: FAILED, nothing touched', async (_what, listed) => {
    const physicalId = await physicalIdOf();
    stackHas({ logicalId: LOGICAL_ID, physicalId: listed, status: 'UPDATE_COMPLETE', type: FLEET_DISCONNECTION });
    const { response, calls } = await send('Delete', {}, { physicalId });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is still a resource of the stack') });
    expect(calls).toEqual([]);
  });

  test('its selection changed, and the list still shows the old one: kept, since the events show the new one', async () => {
    const physicalId = await physicalIdOf();
    stackHas({ logicalId: LOGICAL_ID, physicalId, status: 'DELETE_IN_PROGRESS', type: FLEET_DISCONNECTION });
    const event = { PhysicalResourceId: physicalId, ResourceType: FLEET_DISCONNECTION };
    eventsAre([
      ofResource('DELETE_IN_PROGRESS', event),
      ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      ofResource('UPDATE_COMPLETE', { ...event, PhysicalResourceId: `${physicalId.slice(0, -1)}0` }),
      ofStack('UPDATE_IN_PROGRESS'),
    ]);
    const { response, calls } = await send('Delete', {}, { physicalId });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });

  test('it was only renamed: kept', async () => {
    const physicalId = await physicalIdOf();
    stackHas({ logicalId: 'Renamed', physicalId, status: 'CREATE_COMPLETE', type: FLEET_DISCONNECTION });
    const { response, calls } = await send('Delete', {}, { physicalId });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });
});

describe('Delete, not genuine', () => {
  test.each(['LandingZone-Fleet-1ABCDEFGHIJK', 'cdk-drs:not-created:Fleet'])('%s: SUCCESS, without asking anybody', async (physicalId) => {
    const { response, calls } = await send('Delete', {}, { physicalId });
    expect(response.Status).toBe('SUCCESS');
    expect([calls, cloudFormation.calls()]).toEqual([[], []]);
  });

  test('a rollback: SUCCESS, nothing is touched', async () => {
    drsHolds(member(1));
    const physicalId = await physicalIdOf();
    stackIs('ROLLBACK_IN_PROGRESS');
    const { response, calls } = await send('Delete', {}, { physicalId });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });
});
