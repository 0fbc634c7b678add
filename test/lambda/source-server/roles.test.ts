import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
  DrsClient,
} from '@aws-sdk/client-drs';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { assumeRole } from '../../../lambda/aws/assume-role';
import { cloudFormation, drs, handle, reset, SERVER_ARN, SERVER_ID, serviceError, STACK, stackIs, sts } from '../harness';

// The stack is in account 111122223333 and eu-central-1, the server elsewhere.
const ACCOUNT = '444455556666';
const ARN = `arn:aws:drs:us-west-2:${ACCOUNT}:source-server/${SERVER_ID}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/teams/DisasterRecoveryTeardown`;
const OTHER_ROLE = `arn:aws:iam::${ACCOUNT}:role/Other`;
const properties = { AssumeRoleArn: ROLE };
const denied = serviceError('AccessDenied', `User: someone is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`, 403);

const environment = process.env;
afterAll(() => (process.env = environment));

beforeEach(() => {
  reset();
  process.env = { ...environment, AWS_ACCESS_KEY_ID: 'own', AWS_SECRET_ACCESS_KEY: 'secret' };
  stackIs('DELETE_IN_PROGRESS');
  const found = { sourceServerID: SERVER_ID, dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' as const } };
  drs.on(DescribeSourceServersCommand).resolves({ items: [found] });
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
  drs
    .on(DisconnectSourceServerCommand)
    .resolves({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' }, stagingArea: { status: 'NOT_EXTENDED' } });
  sts.on(AssumeRoleCommand).callsFake(session);
});

const session = ({ RoleArn }: { RoleArn: string }) => ({
  Credentials: { AccessKeyId: `key of ${RoleArn}`, SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() },
});

/** Who made the calls of DRS, and where. */
const callers = () =>
  Promise.all(
    drs.calls().map(async ({ thisValue }) => {
      const { config } = thisValue as DrsClient;
      return `${(await config.credentials()).accessKeyId} in ${await config.region()}`;
    }),
  );
const assumed = () => sts.calls().map(({ args }) => args[0].input as { RoleArn: string; RoleSessionName: string; Policy: string });

test.each(['Create', 'Update', 'Delete'] as const)('%s: DRS is called as the role, in the Region of the server', async (type) => {
  const { response } = await handle({ type, physicalId: ARN, arn: ARN, properties, oldProperties: properties });
  expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ARN });
  expect(await callers()).toEqual([`key of ${ROLE} in us-west-2`]);
});

test('the role is assumed in the Region of the stack, by the function itself, in a session that names the stack', async () => {
  await handle({ type: 'Delete', physicalId: ARN, properties });
  expect(assumed()).toEqual([{ RoleArn: ROLE, RoleSessionName: 'cdk-drs-LandingZone', Policy: expect.any(String) }]);
  const { config } = sts.calls()[0].thisValue as STSClient;
  expect(await config.region()).toBe('eu-central-1');
});

test('a Delete, and STS throttles for ten minutes: SUCCESS', async () => {
  const begun = Date.now();
  sts.on(AssumeRoleCommand).callsFake((input: { RoleArn: string }) => {
    if (Date.now() < begun + 10 * 60_000) {
      throw serviceError('Throttling', 'slow down', 400);
    }
    return session(input);
  });
  expect((await handle({ type: 'Delete', physicalId: ARN, properties })).response.Status).toBe('SUCCESS');
});

test('the name of the session is cut to what IAM takes', async () => {
  await assumeRole(
    { ...STACK, name: 'x'.repeat(128) },
    ROLE,
    { deadline: Date.now() + 10_000, signal: new AbortController().signal },
    {},
    { region: 'us-west-2' },
  );
  expect(assumed()).toMatchObject([{ RoleArn: ROLE, RoleSessionName: `cdk-drs-${'x'.repeat(56)}` }]);
});

describe('the session', () => {
  const session = {
    AssumeRoleExternalId: 'payments',
    AssumeRoleSourceIdentity: 'cdk-drs',
    AssumeRoleSessionTags: { team: 'dr', Stage: '' },
  };
  const ofSession = {
    ExternalId: 'payments',
    SourceIdentity: 'cdk-drs',
    Tags: [
      { Key: 'team', Value: 'dr' },
      { Key: 'Stage', Value: '' },
    ],
  };

  test('has the external ID, the source identity and the tags of the resource', async () => {
    await handle({ type: 'Delete', physicalId: ARN, properties: { ...properties, ...session } });
    expect(assumed()).toMatchObject([ofSession]);
  });

  test('has none of them by default', async () => {
    await handle({ type: 'Delete', physicalId: ARN, properties });
    const given = Object.entries(assumed()[0]).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    expect(given.sort()).toEqual(['Policy', 'RoleArn', 'RoleSessionName']);
  });

  test('may change no other source server', async () => {
    await handle({ type: 'Delete', physicalId: ARN, properties });
    const Action = ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer'];
    expect(assumed().map(({ Policy }) => JSON.parse(Policy) as unknown)).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action, NotResource: ARN },
        ],
      },
    ]);
  });

  test.each(['PackedPolicyTooLargeException', 'MalformedPolicyDocumentException'])(
    'has no policy where STS answers %s: the role is what its owner made it',
    async (name) => {
      sts.on(AssumeRoleCommand).callsFake(({ Policy }: { Policy?: string }) => {
        if (Policy !== undefined) {
          throw serviceError(name, 'Packed policy consumes 112% of allotted space, please use smaller policy.', 400);
        }
        return { Credentials: { AccessKeyId: 'key', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() } };
      });
      const { response } = await handle({ type: 'Delete', physicalId: ARN, properties: { ...properties, ...session } });
      expect(response.Status).toBe('SUCCESS');
      expect(assumed()).toMatchObject([{ Policy: expect.any(String) }, { ...ofSession, Policy: undefined }]);
    },
  );

  test('that is too large without a policy, too: FAILED', async () => {
    sts.on(AssumeRoleCommand).rejects(serviceError('PackedPolicyTooLargeException', 'Packed size of session tags consumes 101%', 400));
    const { response } = await handle({ type: 'Delete', physicalId: ARN, properties });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Packed size of session tags consumes 101%') });
    expect(assumed()).toHaveLength(2);
  });

  test.each(Object.entries(session))('an Update that changes %s: verified in the new session', async (name, value) => {
    stackIs('UPDATE_IN_PROGRESS');
    drs.on(DescribeSourceServersCommand).resolves({ items: [] });
    const update = (from: object, to: object) =>
      handle({
        type: 'Update',
        physicalId: ARN,
        arn: ARN,
        properties: { ...properties, ...to },
        oldProperties: { ...properties, ...from },
      });
    expect((await update({ [name]: value }, { [name]: value })).response.Status).toBe('SUCCESS');
    for (const [from, to] of [
      [{}, { [name]: value }],
      [{ [name]: value }, {}],
      [{ [name]: value }, { [name]: 'other' }],
    ]) {
      expect((await update(from, to)).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/There is no source server/),
      });
    }
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect((await update({}, { [name]: value })).response.Status).toBe('SUCCESS');
  });
});

test('CloudFormation is asked by the function itself', async () => {
  await handle({ type: 'Delete', physicalId: ARN, properties });
  const { config } = cloudFormation.calls()[0].thisValue as CloudFormationClient;
  expect((await config.credentials()).accessKeyId).toBe('own');
});

test('a session belongs to its request: the next one assumes its own role, or none', async () => {
  await handle({ type: 'Delete', physicalId: ARN, properties });
  await handle({ type: 'Delete', physicalId: ARN, properties });
  await handle({ type: 'Delete', physicalId: ARN, properties: { AssumeRoleArn: OTHER_ROLE } });
  await handle({ type: 'Delete', physicalId: SERVER_ARN });
  expect(assumed().map(({ RoleArn }) => RoleArn)).toEqual([ROLE, ROLE, OTHER_ROLE]);
  expect(await callers()).toEqual([
    ...Array<string>(2).fill(`key of ${ROLE} in us-west-2`),
    `key of ${OTHER_ROLE} in us-west-2`,
    'own in eu-central-1',
  ]);
});

test('a deletion that is not genuine assumes no role', async () => {
  stackIs('ROLLBACK_IN_PROGRESS');
  await handle({ type: 'Delete', physicalId: ARN, properties });
  expect(assumed()).toEqual([]);
});

describe('the account of the role is not that of the server', () => {
  test.each(['Create', 'Delete'] as const)('%s: FAILED, and neither STS nor DRS is asked', async (type) => {
    const { response, calls } = await handle({ type, physicalId: SERVER_ARN, arn: SERVER_ARN, properties });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/account 111122223333.*role\/teams\/DisasterRecoveryTeardown \(account 444455556666\)/),
    });
    expect([calls, assumed()]).toEqual([[], []]);
  });

  test('without a role, the server is of another account: FAILED, and tells of one', async () => {
    const { response, calls } = await handle({ type: 'Delete', physicalId: ARN });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('belongs to another account than the stack LandingZone'),
    });
    expect(calls).toEqual([]);
  });

  test('a role that is no text is no role: FAILED, and the function does not go on as itself', async () => {
    const { response, calls } = await handle({ type: 'Delete', properties: { AssumeRoleArn: { Ref: 'Role' } } });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is not the ARN of a role') });
    expect(calls).toEqual([]);
  });

  test.each(['', 'NotAnArn', 'arn:aws:iam::444455556666:user/someone', `${ROLE} and more`])(
    '%j is no role: FAILED',
    async (AssumeRoleArn) => {
      const { response, calls } = await handle({ type: 'Delete', physicalId: ARN, properties: { AssumeRoleArn } });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is not the ARN of a role') });
      expect(calls).toEqual([]);
    },
  );
});

describe('the role can not be assumed', () => {
  test.each(['Create', 'Delete'] as const)(
    '%s: tried for about 90 s, then FAILED, naming the role and what may be wrong with it',
    async (type) => {
      sts.on(AssumeRoleCommand).rejects(denied);
      const start = Date.now();
      const { response, calls } = await handle({ type, physicalId: ARN, arn: ARN, properties });
      expect(response.Status).toBe('FAILED');
      for (const part of [
        `The role ${ROLE} can't be assumed`,
        'it was deleted',
        'trust policy',
        '`aws iam get-role --role-name DisasterRecoveryTeardown`',
        'in account 444455556666',
        'may not call sts:AssumeRole',
        denied.message,
      ]) {
        expect(response.Reason).toContain(part);
      }
      expect(calls).toEqual([]);
      expect(Date.now() - start).toBeGreaterThan(80_000);
      expect(Date.now() - start).toBeLessThan(110_000);
    },
  );

  test('for a moment: SUCCESS', async () => {
    sts
      .on(AssumeRoleCommand)
      .rejectsOnce(denied)
      .resolves({ Credentials: { AccessKeyId: 'key', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() } });
    expect((await handle({ type: 'Delete', physicalId: ARN, properties })).response.Status).toBe('SUCCESS');
  });

  test.each([
    ['STS answers with something else', serviceError('RegionDisabledException', 'not here', 403)],
    ['STS is down', serviceError('InternalFailure', 'oops', 500)],
  ])('%s: FAILED, naming the role', async (_what, error) => {
    sts.on(AssumeRoleCommand).rejects(error);
    const { response } = await handle({ type: 'Delete', physicalId: ARN, properties });
    expect(response.Reason).toMatch(/^The role arn:aws:iam::444455556666:role\/teams\/DisasterRecoveryTeardown could not be assumed/);
    expect(response.Reason).toContain(error.message);
  });

  test('both policies spread late, that of the function and that of the role: a Create waits for both', async () => {
    const start = Date.now();
    const after = (seconds: number, error: Error, answer: object) => () => {
      if (Date.now() - start < seconds * 1_000) {
        throw error;
      }
      return answer;
    };
    const Credentials = { AccessKeyId: 'key', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() };
    sts.on(AssumeRoleCommand).callsFake(after(80, denied, { Credentials }));
    const answer = { items: [{ sourceServerID: SERVER_ID }] };
    drs.on(DescribeSourceServersCommand).callsFake(after(150, serviceError('AccessDeniedException', 'no', 403), answer));
    expect((await handle({ type: 'Create', arn: ARN, properties })).response.Status).toBe('SUCCESS');
  });

  test('STS gives no credentials: FAILED, and the function does not go on as itself', async () => {
    sts.on(AssumeRoleCommand).resolves({});
    const { response, calls } = await handle({ type: 'Delete', physicalId: ARN, properties });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('no credentials') });
    expect(calls).toEqual([]);
  });

  test('an Update of the same server that does not change the role: SUCCESS', async () => {
    sts.on(AssumeRoleCommand).rejects(denied);
    const { response } = await handle({ type: 'Update', physicalId: ARN, arn: ARN, properties, oldProperties: properties });
    expect(response).toMatchObject({ Status: 'SUCCESS', Data: { SourceServerHostname: 'UNKNOWN' } });
  });
});

describe('Update of the same server, with another role', () => {
  const update = () =>
    handle({ type: 'Update', physicalId: ARN, arn: ARN, properties: { AssumeRoleArn: OTHER_ROLE }, oldProperties: properties });

  test('verified as the new role: SUCCESS', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    expect((await update()).response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ARN });
    expect(await callers()).toEqual([`key of ${OTHER_ROLE} in us-west-2`]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['can not be assumed', () => sts.on(AssumeRoleCommand).rejects(denied), /can't be assumed/],
    ['sees no such server', () => drs.on(DescribeSourceServersCommand).resolves({ items: [] }), /There is no source server/],
  ])('which %s: FAILED, unless the stack rolls back', async (_what, arrange, reason) => {
    arrange();
    stackIs('UPDATE_IN_PROGRESS');
    expect((await update()).response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: ARN, Reason: expect.stringMatching(reason) });
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect((await update()).response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ARN });
  });

  test('where there was none before, or is none any more: verified, too', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drs.on(DescribeSourceServersCommand).resolves({ items: [] });
    expect((await handle({ type: 'Update', physicalId: ARN, arn: ARN, properties })).response.Status).toBe('FAILED');
    expect((await handle({ type: 'Update', oldProperties: properties })).response.Status).toBe('FAILED');
  });
});

test('an Update of the same server to a policy that this version does not know: FAILED, unless the stack rolls back', async () => {
  const unknown = { ...properties, RecoveryInstancePolicy: 'TERMINATE_EVERYTHING' };
  const update = () => handle({ type: 'Update', physicalId: ARN, arn: ARN, properties: unknown, oldProperties: properties });
  stackIs('UPDATE_IN_PROGRESS');
  expect((await update()).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('TERMINATE_EVERYTHING') });
  stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  expect((await update()).response.Status).toBe('SUCCESS');
});

test('an Update to another server looks at the old one as its own role', async () => {
  stackIs('UPDATE_IN_PROGRESS');
  await handle({ type: 'Update', physicalId: ARN, arn: SERVER_ARN, oldProperties: properties });
  expect(assumed().map(({ RoleArn }) => RoleArn)).toEqual([ROLE]);
  expect(await callers()).toEqual(['own in eu-central-1', ...Array<string>(2).fill(`key of ${ROLE} in us-west-2`)]);
});

test('what the role may not do: FAILED, naming the action and the role to grant it to', async () => {
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('AccessDeniedException', 'no', 403));
  const { response } = await handle({ type: 'Delete', physicalId: ARN, properties });
  expect(response.Reason).toContain(`may not call drs:DisconnectSourceServer. Grant it to the role ${ROLE}`);
  expect(response.Reason).toContain('Commands of DRS are for account 444455556666, those of CloudFormation for account 111122223333.');
});

test('where there is one account only, nothing is said of two', async () => {
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('ValidationException', 'no'));
  expect((await handle({ type: 'Delete' })).response.Reason).not.toContain('Commands of DRS are for account');
});
