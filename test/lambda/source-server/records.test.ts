import { DeleteSourceServerCommand, DescribeSourceServersCommand, DisconnectRecoveryInstanceCommand } from '@aws-sdk/client-drs';
import {
  answersInTurn,
  conflict,
  disconnected,
  disconnectSays,
  drill,
  drs,
  drsHas,
  drsHasInstances,
  extended,
  handle,
  type Handled,
  OTHER_ARN,
  OTHER_ID,
  real,
  reset,
  server,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  stackHas,
  stackIs,
} from '../harness';

const notSpread = serviceError('ConflictException', 'Cannot delete Source Server: it is not disconnected.', 409);

const deletion = (properties: object = {}): Promise<Handled> =>
  handle({ type: 'Delete', properties: { DeleteSourceServer: 'true', ...properties } });
const deletionSays = (...answers: (object | Error)[]) => answersInTurn(drs.on(DeleteSourceServerCommand), ...answers);

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  drsHas(server('CONTINUOUS'));
  drsHasInstances();
  disconnectSays(server('DISCONNECTED'));
  deletionSays({});
});

test('the server is disconnected, then its record is deleted', async () => {
  const { response, calls, log } = await deletion();
  expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: SERVER_ARN });
  expect(calls).toEqual(['DescribeSourceServers', 'DisconnectSourceServer', 'DeleteSourceServer']);
  expect(drs.commandCalls(DeleteSourceServerCommand)[0].args[0].input).toEqual({ sourceServerID: SERVER_ID });
  expect(log).toContainEqual(expect.objectContaining({ decision: 'record deleted' }));
});

test('DRS is slow, and answers no more just before the deadline: FAILED with the conflict that it answered until then', async () => {
  const begun = Date.now();
  const after = (milliseconds: number, error: Error) => new Promise((_, reject) => setTimeout(() => reject(error), milliseconds));
  drs
    .on(DeleteSourceServerCommand)
    .callsFake(() =>
      Date.now() < begun + 236_000 ? after(4_000, notSpread) : after(2_000, Object.assign(new Error('aborted'), { name: 'AbortError' })),
    );
  const { response } = await deletion();
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(notSpread.message) });
});

test.each([[undefined], ['false']])('DeleteSourceServer is %s: the record stays', async (DeleteSourceServer) => {
  const { calls } = await handle({ type: 'Delete', properties: { DeleteSourceServer } });
  expect(calls).toEqual(['DisconnectSourceServer']);
});

test('the server was disconnected before: its record is deleted', async () => {
  disconnectSays(conflict);
  drsHas(server('DISCONNECTED'));
  const { response, calls } = await deletion();
  expect(response.Status).toBe('SUCCESS');
  expect(calls).toContain('DeleteSourceServer');
});

test('DRS says "not found" to the disconnect of a server that it shows as disconnected: its record is deleted', async () => {
  disconnectSays(serviceError('ResourceNotFoundException'));
  drsHas(server('DISCONNECTED'));
  const { response, calls } = await deletion();
  expect(response.Status).toBe('SUCCESS');
  expect(calls).toContain('DeleteSourceServer');
});

test('the server is unknown to DRS: SUCCESS, and there is no record to delete', async () => {
  drsHas();
  disconnectSays(serviceError('ResourceNotFoundException'));
  const { response, calls } = await deletion();
  expect(response.Status).toBe('SUCCESS');
  expect(calls).toEqual(['DescribeSourceServers', 'DisconnectSourceServer', 'DescribeSourceServers']);
});

test('a server that is not listed is disconnected all the same: the list may be late', async () => {
  drsHas();
  const { response, calls } = await deletion();
  expect(response.Status).toBe('SUCCESS');
  expect(calls).toEqual(['DescribeSourceServers', 'DisconnectSourceServer', 'DeleteSourceServer']);
});

test('the server is not disconnected: FAILED, and its record stays', async () => {
  disconnectSays(conflict);
  drsHasInstances(real);
  const { response, calls } = await deletion();
  expect(response.Status).toBe('FAILED');
  expect(calls).not.toContain('DeleteSourceServer');
});

test.each(['NOT_EXTENDED'] as const)('a staging area that is %s makes no extended server of it', async (status) => {
  drsHas(server('CONTINUOUS', { stagingArea: { status } }));
  const { calls } = await deletion();
  expect(calls).toEqual(['DescribeSourceServers', 'DisconnectSourceServer', 'DeleteSourceServer']);
});

test('whether it is extended can not be told: FAILED, and nothing is touched', async () => {
  drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', 'no'));
  const { response, calls } = await deletion();
  expect(response).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringMatching(/source server s-1234567890abcdef0 .* was not disconnected.*ValidationException: no/),
  });
  expect(calls).toEqual(['DescribeSourceServers']);
});

test.each(['ResourceNotFoundException', 'UninitializedAccountException'])('%s to the deletion of the record: SUCCESS', async (name) => {
  deletionSays(serviceError(name));
  expect((await deletion()).response.Status).toBe('SUCCESS');
});

test('a conflict, since the disconnect has not spread: tried again', async () => {
  deletionSays(notSpread, notSpread, {});
  const { response, calls } = await deletion();
  expect(response.Status).toBe('SUCCESS');
  expect(calls.filter((call) => call === 'DeleteSourceServer')).toHaveLength(3);
});

test.each(['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'])(
  'a conflict for ever, with %s: FAILED at the deadline, and says that the server is disconnected',
  async (RecoveryInstancePolicy) => {
    deletionSays(notSpread);
    const { response } = await deletion({ RecoveryInstancePolicy });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/was disconnected, but its record was not deleted.*it is not disconnected/),
    });
  },
);

test('anything else: FAILED at once, with name and message', async () => {
  deletionSays(serviceError('ValidationException', 'no'));
  const { response, calls } = await deletion();
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ValidationException: no') });
  expect(calls.filter((call) => call === 'DeleteSourceServer')).toHaveLength(1);
});

test('access denied: FAILED after 90 s, naming the action', async () => {
  deletionSays(serviceError('AccessDeniedException', 'no', 403));
  expect((await deletion()).response.Reason).toContain('may not call drs:DeleteSourceServer');
});

describe('the record goes, and the answer is lost', () => {
  const lost = Object.assign(new Error('socket'), { code: 'ECONNRESET' });
  const denied = serviceError('AccessDeniedException', 'no', 403);
  const begins = (first: Error, goes: boolean) => {
    let count = 0;
    drs.on(DeleteSourceServerCommand).callsFake(() => {
      if (goes && count === 0) {
        drsHas();
      }
      throw count++ === 0 ? first : denied;
    });
  };

  test.each([
    ['nobody heard it', lost],
    ['DRS had an error after it', serviceError('InternalServerException', 'oops', 500)],
    ['a request before this one did it', denied],
  ])('%s: SUCCESS, since it is gone, whatever policies say to another try', async (_what, first) => {
    begins(first, true);
    const { response, calls, log } = await deletion();
    expect(response.Status).toBe('SUCCESS');
    expect(calls.filter((call) => call === 'DeleteSourceServer')).toHaveLength(1);
    expect(log).toContainEqual(expect.objectContaining({ decision: 'record deleted' }));
  });

  test.each([
    ['is still there', () => undefined],
    [
      'can not be looked at',
      () => {
        let count = 0;
        drs.on(DescribeSourceServersCommand).callsFake(() => {
          if (count++ > 0) {
            throw serviceError('ValidationException', 'no');
          }
          return { items: [server('CONTINUOUS')] };
        });
      },
    ],
  ])('a record that %s: FAILED with what DRS said', async (_what, arrange) => {
    begins(lost, false);
    arrange();
    expect((await deletion()).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('may not call drs:DeleteSourceServer'),
    });
  });

  test('a throttling tells that nothing was done: the record is not looked at', async () => {
    deletionSays(serviceError('ThrottlingException', 'slow down', 429), {});
    const { calls } = await deletion();
    expect(calls).toEqual(['DescribeSourceServers', 'DisconnectSourceServer', 'DeleteSourceServer', 'DeleteSourceServer']);
  });
});

test('in the clean-up of an update: FAILED says how to finish by hand, the record included', async () => {
  stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  stackHas();
  deletionSays(serviceError('ValidationException', 'no'));
  expect((await deletion()).response.Reason).toContain(
    `\`aws drs delete-source-server --source-server-id ${SERVER_ID} --region eu-central-1\``,
  );
});

test('in the clean-up of an update, and the record was to stay: FAILED says how to disconnect by hand, and nothing of the record', async () => {
  stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  stackHas();
  disconnectSays(serviceError('ValidationException', 'no'));
  const { response } = await handle({ type: 'Delete' });
  expect(response.Reason).toContain('`aws drs disconnect-source-server');
  expect(response.Reason).not.toContain('`aws drs delete-source-server');
});

test.each(['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'])(
  'the server is disconnected, and a list that is late still shows what held it: with %s nothing more is done to that',
  async (RecoveryInstancePolicy) => {
    deletionSays(notSpread, notSpread, notSpread, notSpread, notSpread, {});
    drsHasInstances(drill);
    const { response, calls } = await deletion({ RecoveryInstancePolicy });
    expect(response.Status).toBe('SUCCESS');
    expect(calls.filter((call) => !['DescribeSourceServers', 'DisconnectSourceServer', 'DeleteSourceServer'].includes(call))).toEqual([]);
  },
);

test('each step is logged when it is done, and once', async () => {
  const { log } = await deletion();
  expect(log.filter(({ event }) => event === 'decided').map(({ decision }) => decision)).toEqual(['disconnected', 'record deleted']);
});

test('the disconnect is logged though the deletion of the record fails', async () => {
  deletionSays(serviceError('ValidationException', 'no'));
  expect((await deletion()).log).toContainEqual(expect.objectContaining({ decision: 'disconnected' }));
});

describe.each([
  ['a server that is extended from another account', extended],
  [
    'a server whose staging account can not be reached',
    server('CONTINUOUS', { stagingArea: { status: 'EXTENSION_ERROR', stagingAccountID: '444455556666', errorMessage: 'account is gone' } }),
  ],
])('%s', (_what, found) => {
  beforeEach(() => drsHas(found));

  test('an Update that does not set the option any more: FAILED, as a Create would be', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    const { response } = await handle({ type: 'Update', oldProperties: { DeleteSourceServer: 'true' } });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/can't be disconnected from here.*444455556666/) });
  });

  test('the rollback of an Update that sets the option: SUCCESS', async () => {
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    const { response } = await handle({ type: 'Update', oldProperties: { DeleteSourceServer: 'true' } });
    expect(response.Status).toBe('SUCCESS');
  });

  test('an Update to another server, since the option was dropped: FAILED, as the clean-up would be', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(found, { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/444455556666.*deleteSourceServer first/) });
  });

  test('an Update to another server, and it is shown as disconnected: FAILED all the same', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('DISCONNECTED', { stagingArea: found.stagingArea }), { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('444455556666') });
  });

  test('an Update to another server, and its record was to go: SUCCESS', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(found, { ...server('CONTINUOUS'), sourceServerID: OTHER_ID });
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN, oldProperties: { DeleteSourceServer: 'true' } });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
  });

  test('its record can not be deleted: FAILED, and says that it is extended', async () => {
    deletionSays(serviceError('ValidationException', 'no'));
    expect((await deletion()).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/is extended from another account, and its record was not deleted.*ValidationException: no/),
    });
  });

  test('in the clean-up of an update: FAILED tells to delete the record by hand, and not to disconnect', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas();
    deletionSays(serviceError('ValidationException', 'no'));
    const { response } = await deletion();
    expect(response.Reason).toContain('`aws drs delete-source-server');
    expect(response.Reason).not.toContain('`aws drs disconnect-source-server');
  });

  test('Create: SUCCESS', async () => {
    const { response } = await handle({ type: 'Create', properties: { DeleteSourceServer: 'true' } });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: SERVER_ARN });
  });

  test('Create without deleteSourceServer: FAILED, and tells of it', async () => {
    const { response } = await handle({ type: 'Create' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/444455556666.*deleteSourceServer/) });
  });

  test('Delete: its record is deleted, and nothing is disconnected', async () => {
    const { response, calls } = await deletion();
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(['DescribeSourceServers', 'DeleteSourceServer']);
  });

  test('Delete, not genuine: nothing is touched', async () => {
    stackIs('ROLLBACK_IN_PROGRESS');
    const { response, calls } = await deletion();
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });

  test.each(['ResourceNotFoundException', 'UninitializedAccountException'])('%s: SUCCESS', async (name) => {
    deletionSays(serviceError(name));
    expect((await deletion()).response.Status).toBe('SUCCESS');
  });

  test('it has a recovery instance, with FAIL: FAILED at once, with the commands, and still nothing is disconnected', async () => {
    deletionSays(conflict);
    drsHasInstances(real);
    const { response, calls } = await deletion();
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/its record was not deleted.*disconnect-recovery-instance/),
    });
    expect(calls).toEqual(['DescribeSourceServers', 'DeleteSourceServer', 'DescribeRecoveryInstances']);
  });

  test('it has a recovery instance, with DISCONNECT: that one is disconnected, then the record is deleted', async () => {
    deletionSays(conflict, {});
    drsHasInstances(real);
    drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
      drsHasInstances(disconnected);
      return {};
    });
    const { response, calls } = await deletion({ RecoveryInstancePolicy: 'DISCONNECT' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).not.toContain('DisconnectSourceServer');
    expect(calls).toContain('DisconnectRecoveryInstance');
  });
});
