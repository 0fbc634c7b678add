import {
  DeleteSourceServerCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
} from '@aws-sdk/client-drs';
import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import {
  answersInTurn,
  cloudFormation,
  conflict,
  disconnected,
  disconnectSays,
  drill,
  drs,
  drsHas,
  drsHasInstances,
  extended,
  extendedDisconnected,
  handle,
  LOGICAL_ID,
  OTHER_ARN,
  OTHER_ID,
  real,
  reset,
  resetCloudFormation,
  server,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  stackHas,
  stackIs,
  STACK_ID,
} from '../harness';

beforeEach(reset);

describe('Create', () => {
  test('server found: SUCCESS, the physical ID is its ARN', async () => {
    drsHas(server('CONTINUOUS'));
    const { response, calls } = await handle({ type: 'Create' });
    expect(response).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: SERVER_ARN,
      Data: { SourceServerHostname: 'app-01', DataReplicationState: 'CONTINUOUS' },
    });
    expect(calls).toEqual(['DescribeSourceServers']);
  });

  test('the server stands on a later page: SUCCESS', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [], nextToken: 'next' });
    drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({ items: [server('CONTINUOUS')] });
    expect((await handle({ type: 'Create' })).response.Status).toBe('SUCCESS');
  });

  test('DRS only throttles: FAILED after two minutes', async () => {
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    const start = Date.now();
    expect((await handle({ type: 'Create' })).response.Status).toBe('FAILED');
    expect(Date.now() - start).toBeLessThanOrEqual(126_000);
  });

  test('attributes that DRS does not tell are UNKNOWN, not missing and not empty', async () => {
    drsHas({ sourceServerID: SERVER_ID, sourceProperties: { identificationHints: { hostname: '' } } });
    const { response } = await handle({ type: 'Create' });
    expect(response.Data).toEqual({ SourceServerHostname: 'UNKNOWN', DataReplicationState: 'UNKNOWN' });
  });

  test.each([
    [
      'absent',
      () => drsHas(),
      /no source server s-1234567890abcdef0 \(account 111122223333, Region eu-central-1\).*`aws drs describe-source-servers --region eu-central-1`/,
    ],
    [
      'account not initialized',
      () => drs.on(DescribeSourceServersCommand).rejects(serviceError('UninitializedAccountException')),
      /DRS was never set up/,
    ],
    ['EXTENDED', () => drsHas(extended), /extended from account 444455556666/],
    [
      'DRS fails with something unexpected',
      () => drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', 'no')),
      /ValidationException: no/,
    ],
  ])('%s: FAILED, and its later Delete keeps everything', async (_situation, arrange, reason) => {
    arrange();
    const { response } = await handle({ type: 'Create' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
    await expectKept(response.PhysicalResourceId);
  });

  test.each([
    ['an ARN of another service', 'arn:aws:ec2:eu-central-1:111122223333:instance/i-1'],
    ['a malformed ID', 'arn:aws:drs:eu-central-1:111122223333:source-server/s-1'],
    ['not a string', { Ref: 'x' }],
    ['nothing', ''],
  ])('%s: FAILED without asking DRS', async (_what, arn) => {
    const { response, calls } = await handle({ type: 'Create', arn });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is not the ARN of a source server') });
    expect(calls).toEqual([]);
  });

  test('a server of another account: FAILED without asking DRS, which would answer that there is none', async () => {
    const { response, calls } = await handle({ type: 'Create', arn: SERVER_ARN.replace('111122223333', '999988887777') });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('account 999988887777') });
    expect(calls).toEqual([]);
  });
});

describe('Update', () => {
  test.each([
    ['there', () => drsHas(server('CONTINUOUS')), 'app-01'],
    ['gone by now', () => drsHas(), 'UNKNOWN'],
    ['not to be asked about', () => drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException')), 'UNKNOWN'],
  ])('the same server, %s: SUCCESS, same physical ID', async (_situation, arrange, hostname) => {
    arrange();
    const { response, calls } = await handle({ type: 'Update' });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: SERVER_ARN, Data: { SourceServerHostname: hostname } });
    expect(new Set(calls)).toEqual(new Set(['DescribeSourceServers']));
  });

  test('another server, found: SUCCESS with its ARN', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    drsHasInstances();
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
  });

  test('another server, absent: FAILED with the physical ID it came with', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'));
    expect((await handle({ type: 'Update', arn: OTHER_ARN })).response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: SERVER_ARN });
  });

  test('another server, but the old one has a recovery instance: FAILED', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    drsHasInstances(real);
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: SERVER_ARN,
      Reason: expect.stringMatching(/i-0a1.*a real recovery.*deploy again/),
    });
  });

  test.each([
    ['DISCONNECTED already', [server('DISCONNECTED')]],
    ['gone', []],
  ])('another server, and the old one is %s: SUCCESS, whatever instances are listed', async (_state, old) => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(...old, { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    drsHasInstances(real);
    expect((await handle({ type: 'Update', arn: OTHER_ARN })).response.Status).toBe('SUCCESS');
  });

  test('another server, and the old one has only the record of a disconnected recovery instance: SUCCESS', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    drsHasInstances(disconnected);
    expect((await handle({ type: 'Update', arn: OTHER_ARN })).response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
  });

  test('another server, and the old one is retained anyway: SUCCESS, whatever holds it', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    drsHasInstances(real);
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN, properties: { RetainOnReplace: 'true' } });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
  });

  test.each([
    ['the same server', 'UPDATE_IN_PROGRESS', SERVER_ARN],
    ['another server, in a rollback', 'UPDATE_ROLLBACK_IN_PROGRESS', OTHER_ARN],
  ])('%s, and DRS is too busy: SUCCESS after half a minute, since its state decides nothing', async (_what, status, arn) => {
    stackIs(status);
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    const start = Date.now();
    expect((await handle({ type: 'Update', arn })).response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: arn });
    expect(Date.now() - start).toBeLessThan(40_000);
  });

  test('another server in a rollback that shows late: SUCCESS all the same', async () => {
    drsHas();
    const stack = { StackId: STACK_ID, StackName: 'LandingZone', CreationTime: new Date() };
    cloudFormation
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks: [{ ...stack, StackStatus: 'UPDATE_IN_PROGRESS' }] })
      .resolves({ Stacks: [{ ...stack, StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }] });
    expect((await handle({ type: 'Update', arn: OTHER_ARN })).response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
  });

  test.each([
    ['itself', ['UPDATE_ROLLBACK_IN_PROGRESS']],
    ['by an ancestor', ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS']],
  ])(
    'another server while the stack rolls back %s: SUCCESS with the requested ARN and a warning, whatever its state',
    async (_how, statuses) => {
      stackIs(...statuses);
      drsHas();
      const { response, log } = await handle({ type: 'Update', arn: OTHER_ARN });
      expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
      expect(log).toContainEqual(expect.objectContaining({ level: 'warning', why: expect.stringContaining(OTHER_ID) }));
    },
  );
});

describe('Delete, genuine', () => {
  beforeEach(() => stackIs('DELETE_IN_PROGRESS'));

  test('200, DISCONNECTED: SUCCESS, and DRS was asked exactly once', async () => {
    disconnectSays(server('DISCONNECTED'));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: SERVER_ARN });
    expect(calls).toEqual(['DisconnectSourceServer']);
    expect(drs.calls()[0]?.args[0].input).toEqual({ sourceServerID: SERVER_ID });
  });

  test('200, but it still replicates: looked at until it is DISCONNECTED', async () => {
    disconnectSays(server('CONTINUOUS'));
    drs
      .on(DescribeSourceServersCommand)
      .resolvesOnce({ items: [server('CONTINUOUS')] })
      .resolves({ items: [server('DISCONNECTED')] });
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers', 'DescribeSourceServers']);
  });

  test('200, DISCONNECTED, and its staging area is not told: looked at, since it may be extended', async () => {
    disconnectSays(server('DISCONNECTED', { stagingArea: undefined }));
    drsHas(server('DISCONNECTED', { stagingArea: {} }));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers']);
  });

  test.each(['ResourceNotFoundException', 'UninitializedAccountException'])(
    '200, but then it is not found, and DRS answers %s when it is asked once more: SUCCESS',
    async (name) => {
      disconnectSays(server('CONTINUOUS'), serviceError(name));
      drsHas();
      const { response, calls, log } = await handle({ type: 'Delete' });
      expect(response.Status).toBe('SUCCESS');
      expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers', 'DisconnectSourceServer']);
      expect(log).toContainEqual(expect.objectContaining({ decision: 'disconnected' }));
    },
  );

  test('200, but then it is not found, and DRS answers DISCONNECTED when it is asked once more: SUCCESS', async () => {
    disconnectSays(server('CONTINUOUS'), server('DISCONNECTED'));
    drsHas();
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
  });

  test.each([
    ['a conflict', conflict],
    ['that it is extended', extendedDisconnected],
    ['DISCONNECTED without its staging area', server('DISCONNECTED', { stagingArea: undefined })],
  ])('200, but then it is not found, and DRS answers %s when it is asked once more: FAILED at the deadline', async (_what, again) => {
    disconnectSays(server('CONTINUOUS'), again);
    drsHas();
    expect((await handle({ type: 'Delete' })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('DRS accepted the disconnect'),
    });
  });

  test.each([[server('CONTINUOUS')], [server()]])('200, but it never stops to replicate: FAILED at the deadline', async (still) => {
    disconnectSays(still);
    drsHas(still);
    expect((await handle({ type: 'Delete' })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('accepted the disconnect'),
    });
  });

  test('200, but then DRS does not tell what became of it: FAILED, and says that it was accepted', async () => {
    disconnectSays(server('CONTINUOUS'));
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', 'boom'));
    expect((await handle({ type: 'Delete' })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/DRS accepted the disconnect of source server s-1234567890abcdef0.*ValidationException: boom/),
    });
  });

  test.each(['ResourceNotFoundException', 'UninitializedAccountException'])('%s: SUCCESS, nothing is there', async (name) => {
    disconnectSays(serviceError(name));
    drsHas();
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers']);
  });

  test.each(['ResourceNotFoundException', 'UninitializedAccountException'])(
    '%s, but DRS shows that it replicates: FAILED',
    async (name) => {
      drsHas(server('CONTINUOUS'));
      disconnectSays(serviceError(name));
      const { response } = await handle({ type: 'Delete' });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(name) });
    },
  );

  test('ResourceNotFoundException, and DRS shows a moment longer that it replicates: SUCCESS', async () => {
    answersInTurn(drs.on(DescribeSourceServersCommand), { items: [server('CONTINUOUS')] }, { items: [] });
    disconnectSays(serviceError('ResourceNotFoundException'));
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
  });

  test('ResourceNotFoundException, and it can not be told whether an extended server is there: FAILED', async () => {
    disconnectSays(serviceError('ResourceNotFoundException'));
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', 'no'));
    expect((await handle({ type: 'Delete' })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/source server s-1234567890abcdef0 .*was not disconnected.*ValidationException: no/),
    });
  });

  test.each([
    ['ConflictException', conflict],
    ['ValidationException', serviceError('ValidationException')],
  ])('%s, and the server turns out DISCONNECTED: SUCCESS', async (_name, error) => {
    disconnectSays(error);
    drsHas(server('DISCONNECTED'));
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
  });

  test.each([
    ['ConflictException', conflict],
    ['InvalidSignatureException', serviceError('InvalidSignatureException')],
  ])('%s, and the server is not found: FAILED, since who refuses knows it; the next try will tell', async (_name, error) => {
    disconnectSays(error);
    drsHas();
    expect((await handle({ type: 'Delete' })).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(error.message) });
  });

  test('ConflictException, and the server is not found since somebody has just deleted it: SUCCESS, DRS is asked once more', async () => {
    drs.on(DisconnectSourceServerCommand).rejectsOnce(conflict).rejects(serviceError('ResourceNotFoundException'));
    drsHas();
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers', 'DisconnectSourceServer', 'DescribeSourceServers']);
  });

  test('200 without a word, and the server is not found: FAILED at the deadline', async () => {
    disconnectSays({ sourceServerID: SERVER_ID });
    drsHas();
    expect((await handle({ type: 'Delete' })).response.Status).toBe('FAILED');
  });

  test.each([
    [
      'a drill',
      drill,
      [
        '(EC2 instance i-0d1, RUNNING, a drill)',
        '`aws drs terminate-recovery-instances --recovery-instance-ids i-0d1 --region eu-central-1`',
      ],
    ],
    ['a real recovery', real, ['(EC2 instance i-0a1, a real recovery)']],
    ['of unknown kind, taken for real', { ...drill, isDrill: undefined }, ['of unknown kind, so taken for a real recovery']],
    [
      'a failback',
      { ...real, failback: { state: 'FAILBACK_IN_PROGRESS' as const } },
      ['FAILBACK_IN_PROGRESS', '`aws drs stop-failback --recovery-instance-id i-0a1 --region eu-central-1`'],
    ],
  ])('ConflictException, with a recovery instance, %s: FAILED, with the commands that resolve it', async (_kind, instance, parts) => {
    disconnectSays(conflict);
    drsHas(server('CONTINUOUS'));
    drsHasInstances(instance);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: SERVER_ARN });
    const always = [
      conflict.message,
      `source server ${SERVER_ID} (account 111122223333, Region eu-central-1) was not disconnected`,
      `\`aws drs disconnect-recovery-instance --recovery-instance-id ${instance.recoveryInstanceID} --region eu-central-1\``,
      '`aws cloudformation delete-stack --stack-name LandingZone --region eu-central-1`',
      `\`aws cloudformation delete-stack --stack-name LandingZone --retain-resources ${LOGICAL_ID} --region eu-central-1\``,
    ];
    for (const part of [...always, ...parts]) {
      expect(response.Reason).toContain(part);
    }
    expect(response.Reason?.includes('terminate-recovery-instances')).toBe(instance.isDrill === true);
    expect(calls).toEqual(['DisconnectSourceServer', 'DescribeSourceServers', 'DescribeRecoveryInstances']);
  });

  test('ConflictException with a hundred recovery instances: FAILED, in 4,096 bytes, with what the others are, and what to do next', async () => {
    disconnectSays(conflict);
    drsHas(server('CONTINUOUS'));
    drsHasInstances(...Array.from({ length: 100 }, (_, index) => ({ ...drill, recoveryInstanceID: `i-${index}` })));
    const { response, bytes } = await handle({ type: 'Delete' });
    const named = Array.from({ length: 20 }, (_, index) => `i-${3 + index}`);
    expect(response.Reason?.match(/Recovery instance i-\d+ /g)).toEqual([0, 1, 2].map((index) => `Recovery instance i-${index} `));
    expect(response.Reason).toContain(`Likewise for ${named.join(', ')} and 77 more.`);
    expect(response.Reason).toContain('--retain-resources');
    expect(bytes).toBeLessThanOrEqual(4096);
  });

  test('ConflictException otherwise (a job, a failback in progress): FAILED, with the order to unwind in', async () => {
    disconnectSays(conflict);
    drsHas(server('CONTINUOUS'));
    drsHasInstances();
    const { response } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/Recovery Instance.*Unwind in this order.*describe-jobs/),
    });
  });

  test('ConflictException with only the record of a disconnected recovery instance: FAILED, with the order to unwind in and how to delete the record', async () => {
    disconnectSays(conflict);
    drsHas(server('CONTINUOUS'));
    drsHasInstances(disconnected);
    const { response } = await handle({ type: 'Delete' });
    expect(response.Reason).toMatch(
      /Unwind in this order.*`aws drs delete-recovery-instance --recovery-instance-id i-0a1 --region eu-central-1`/,
    );
    expect(response.Reason).not.toContain('aws drs disconnect-recovery-instance');
  });

  describe.each([
    ['200, DISCONNECTED', extendedDisconnected, extendedDisconnected],
    ['200, and only the next look shows that it is extended', server('CONTINUOUS'), extendedDisconnected],
    ['200, DISCONNECTED, and only the next look tells its staging area', server('DISCONNECTED', { stagingArea: undefined }), extended],
    ['200, it still replicates', extended, extended],
    ['ConflictException', conflict, extended],
    ['ConflictException, DISCONNECTED', conflict, extendedDisconnected],
    ['ValidationException', serviceError('ValidationException'), extended],
    ['ResourceNotFoundException', serviceError('ResourceNotFoundException'), extended],
  ])('of a server extended from another account, without deleteSourceServer: %s', (_what, answer, shown) => {
    beforeEach(() => {
      disconnectSays(answer);
      drsHas(shown);
    });

    test('FAILED, with the account to go to and the two ways out of DELETE_FAILED', async () => {
      const { response, calls, log } = await handle({ type: 'Delete' });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('extended from account 444455556666') });
      for (const part of [
        answer instanceof Error ? answer.message : 'DRS accepted the disconnect of source server s-1234567890abcdef0',
        `\`aws drs delete-source-server --source-server-id ${SERVER_ID} --region eu-central-1\``,
        '`aws cloudformation delete-stack --stack-name LandingZone --region eu-central-1`',
        `\`aws cloudformation delete-stack --stack-name LandingZone --retain-resources ${LOGICAL_ID} --region eu-central-1\``,
      ]) {
        expect(response.Reason).toContain(part);
      }
      expect(calls).not.toContain('DeleteSourceServer');
      expect(log.filter(({ event }) => event === 'decided')).toEqual([]);
    });

    test('in the clean-up of an update: FAILED, and nobody is told to disconnect it here', async () => {
      resetCloudFormation();
      stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      stackHas();
      const { response } = await handle({ type: 'Delete' });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('`aws drs delete-source-server') });
      expect(response.Reason).not.toContain('aws drs disconnect-source-server');
    });
  });

  test('ConflictException that nothing explains, because no look succeeds: FAILED with what DRS said', async () => {
    disconnectSays(conflict);
    drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException'));
    drs.on(DescribeRecoveryInstancesCommand).rejects(serviceError('ValidationException'));
    expect((await handle({ type: 'Delete' })).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining(conflict.message),
    });
  });

  test.each([
    ['ThrottlingException', serviceError('ThrottlingException', 'slow down', 429)],
    ['InternalServerException', serviceError('InternalServerException', 'oops', 500)],
    ['a reset connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a timeout', Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
    ['AccessDeniedException, while a policy spreads', serviceError('AccessDeniedException', 'not authorized', 403)],
  ])('%s, twice: retried, then SUCCESS', async (_name, error) => {
    disconnectSays(error, error, server('DISCONNECTED'));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(Array(3).fill('DisconnectSourceServer'));
  });

  test.each([
    ['InternalServerException', 'four minutes', 240_000, serviceError('InternalServerException', 'oops', 500)],
    ['ThrottlingException', 'fourteen and a half', 870_000, serviceError('ThrottlingException', 'slow down', 429)],
  ])('%s for ever: retried until the deadline of %s, then FAILED', async (_name, _how, deadline, error) => {
    disconnectSays(error);
    const start = Date.now();
    const { response } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(error.message) });
    expect(Date.now() - start).toBeGreaterThan(deadline - 60_000);
    expect(Date.now() - start).toBeLessThanOrEqual(deadline + 6_000);
  });

  test('ThrottlingException for ten minutes, and then DRS takes ten seconds for an answer: SUCCESS', async () => {
    const start = Date.now();
    drs.on(DisconnectSourceServerCommand).callsFake(() => {
      if (Date.now() - start < 600_000) {
        throw serviceError('ThrottlingException', 'slow down', 429);
      }
      return new Promise((resolve) => setTimeout(() => resolve(server('DISCONNECTED')), 10_000));
    });
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
  });

  test('ThrottlingException for five minutes, and then the disconnect shows five seconds later: SUCCESS', async () => {
    const start = Date.now();
    let shown = Infinity;
    drs.on(DisconnectSourceServerCommand).callsFake(() => {
      if (Date.now() - start < 300_000) {
        throw serviceError('ThrottlingException', 'slow down', 429);
      }
      shown = Date.now() + 5_000;
      return server('CONTINUOUS');
    });
    drs.on(DescribeSourceServersCommand).callsFake(() => ({ items: [server(Date.now() >= shown ? 'DISCONNECTED' : 'CONTINUOUS')] }));
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
  });

  test('ThrottlingException for five minutes, and then the record may be deleted five seconds later: SUCCESS', async () => {
    const start = Date.now();
    let disconnectedAt = Infinity;
    drs.on(DisconnectSourceServerCommand).callsFake(() => {
      if (Date.now() - start < 300_000) {
        throw serviceError('ThrottlingException', 'slow down', 429);
      }
      disconnectedAt = Math.min(disconnectedAt, Date.now());
      return server('DISCONNECTED');
    });
    drsHas(server('CONTINUOUS'));
    drs.on(DeleteSourceServerCommand).callsFake(() => {
      if (Date.now() < disconnectedAt + 5_000) {
        throw serviceError('ConflictException', 'not yet', 409);
      }
      return {};
    });
    const { response } = await handle({ type: 'Delete', properties: { DeleteSourceServer: 'true' } });
    expect(response.Status).toBe('SUCCESS');
  });

  test('ThrottlingException for five minutes, then InternalServerException: FAILED, since the four minutes are over', async () => {
    const start = Date.now();
    drs.on(DisconnectSourceServerCommand).callsFake(() => {
      throw Date.now() - start < 300_000
        ? serviceError('ThrottlingException', 'slow down', 429)
        : serviceError('InternalServerException', 'oops', 500);
    });
    expect((await handle({ type: 'Delete' })).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('oops') });
    expect(Date.now() - start).toBeLessThan(330_000);
  });

  test('Retry-After is honoured', async () => {
    const wait = serviceError('ThrottlingException', 'slow down', 429, { retryAfterSeconds: '60' });
    disconnectSays(wait, server('DISCONNECTED'));
    const start = Date.now();
    await handle({ type: 'Delete' });
    expect(Date.now() - start).toBeGreaterThanOrEqual(60_000);
  });

  test('AccessDenied for ever: retried for about 90 s, then FAILED, naming the action', async () => {
    disconnectSays(serviceError('AccessDeniedException', 'User is not authorized', 403));
    const start = Date.now();
    const { response } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('may not call drs:DisconnectSourceServer') });
    expect(Date.now() - start).toBeGreaterThan(80_000);
    expect(Date.now() - start).toBeLessThan(100_000);
  });

  test('anything else: FAILED with name and message, counted as a failed deletion', async () => {
    disconnectSays(serviceError('ServiceQuotaExceededException', 'too much of it', 402));
    drsHas(server('CONTINUOUS'));
    const { response, log } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ServiceQuotaExceededException: too much of it') });
    expect(log).toContainEqual(
      expect.objectContaining({ event: 'failed', FailedDeletions: 1, StackName: 'LandingZone', _aws: expect.anything() }),
    );
  });

  test('a server of another account: FAILED without asking DRS, which would answer that there is none', async () => {
    const { response, calls } = await handle({ type: 'Delete', physicalId: SERVER_ARN.replace('111122223333', '999988887777') });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('account 999988887777') });
    expect(calls).toEqual([]);
  });

  test('the physical ID alone says which server, whatever the properties say', async () => {
    disconnectSays(server('DISCONNECTED'));
    await handle({ type: 'Delete', physicalId: OTHER_ARN, arn: SERVER_ARN });
    expect(drs.calls()[0]?.args[0].input).toEqual({ sourceServerID: OTHER_ID });
  });

  test.each<[string, string[], string | undefined]>([
    ['its root is deleted', ['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS'], 'Ancestor1'],
    ['it is deleted alone', ['DELETE_IN_PROGRESS', 'CREATE_COMPLETE'], 'LandingZone'],
    ['an update of its root removed it', ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'], undefined],
  ])(
    'in a nested stack, because %s: FAILED tells to delete again no stack but the one that is deleted',
    async (_why, statuses, deleted) => {
      resetCloudFormation();
      stackIs(...statuses);
      disconnectSays(conflict);
      drsHas(server('CONTINUOUS'));
      drsHasInstances(real);
      const { response } = await handle({ type: 'Delete' });
      const told = /delete-stack --stack-name (\S+) --region/.exec(response.Reason ?? '')?.[1];
      expect(told).toBe(deleted);
      expect(response.Reason?.includes('aws drs disconnect-source-server')).toBe(deleted === undefined);
      expect(response.Reason?.includes(`delete-stack --stack-name LandingZone --retain-resources ${LOGICAL_ID}`)).toBe(
        deleted !== undefined,
      );
    },
  );

  test('in the clean-up of an update: FAILED says how to finish by hand', async () => {
    resetCloudFormation();
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas();
    disconnectSays(conflict);
    drsHas(server('CONTINUOUS'));
    drsHasInstances(real);
    const { response } = await handle({ type: 'Delete' });
    expect(response.Reason).toContain(`\`aws drs disconnect-source-server --source-server-id ${SERVER_ID} --region eu-central-1\``);
  });
});

describe('Delete, not genuine', () => {
  test.each([
    ['the physical ID that CloudFormation made up', 'LandingZone-Disconnection1A2B3C4D-1ABCDEFGHIJK'],
    ['the physical ID of a failed Create', 'cdk-drs:not-created:Disconnection'],
  ])('%s: SUCCESS, without asking anybody', async (_what, physicalId) => {
    await expectKept(physicalId);
    expect(cloudFormation.calls()).toEqual([]);
  });
});

async function expectKept(physicalId: string) {
  drs.resetHistory();
  const { response, calls, log } = await handle({ type: 'Delete', physicalId });
  expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
  expect(calls).toEqual([]);
  expect(log).toContainEqual(expect.objectContaining({ decision: 'kept' }));
}
