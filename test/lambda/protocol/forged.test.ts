import {
  DeleteSourceServerCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
} from '@aws-sdk/client-drs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import * as response from '../../../lambda/protocol/response';
import { cloudFormation, drs, drsHas, handle, OTHER_ARN, OTHER_ID, reset, server, stackHas, stackIs, sts } from '../harness';

// What docs/security.md says under "What lambda:InvokeFunction is worth": whoever may invoke the function writes all of the request.

const OWN_BUCKET = 'https://of-the-forger.s3.us-west-2.amazonaws.com/answer';
const ROLE = 'arn:aws:iam::111122223333:role/Teardown';
const forged = { ResponseURL: OWN_BUCKET, LogicalResourceId: 'DeclaredNowhere' };

const changes = () => drs.calls().filter(({ firstArg }) => !/Describe/.test((firstArg as object).constructor.name));
const sentTo = () => jest.mocked(response.deliver).mock.calls.map(([url]) => url.href);

beforeEach(() => {
  reset();
  stackHas();
  drsHas(server('CONTINUOUS', { sourceServerID: OTHER_ID }));
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
  drs.on(DisconnectSourceServerCommand).resolves(server('DISCONNECTED', { sourceServerID: OTHER_ID }));
  drs.on(DeleteSourceServerCommand).resolves({});
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'id', SecretAccessKey: 'key', SessionToken: 'token', Expiration: new Date('2026-11-23T04:00:00Z') },
  });
});

test.each(['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'])(
  "while the function's own stack is in %s: a server that it never declared, with options of the forger's choice",
  async (status) => {
    stackIs(status);
    const { response: answer } = await handle({
      type: 'Delete',
      physicalId: OTHER_ARN,
      properties: { DeleteSourceServer: 'true' },
      forged,
    });
    expect(answer.Status).toBe('SUCCESS');
    expect(changes().map(({ firstArg }) => (firstArg as object).constructor)).toEqual([
      DisconnectSourceServerCommand,
      DeleteSourceServerCommand,
    ]);
    expect(sentTo()).toEqual([OWN_BUCKET]);
  },
);

test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'DELETE_FAILED'])(
  'while it is in %s: nothing is changed',
  async (status) => {
    stackIs(status);
    await handle({ type: 'Delete', physicalId: OTHER_ARN, properties: { DeleteSourceServer: 'true' }, forged });
    expect(changes()).toEqual([]);
  },
);

test('at any time: a role is assumed, a server is described, and the answer goes to the forger', async () => {
  stackIs('UPDATE_COMPLETE');
  const { response: answer } = await handle({ type: 'Create', arn: OTHER_ARN, properties: { AssumeRoleArn: ROLE }, forged });
  expect(sts.commandCalls(AssumeRoleCommand).map(({ args: [{ input }] }) => input.RoleArn)).toEqual([ROLE]);
  expect(drs.commandCalls(DescribeSourceServersCommand)).toHaveLength(1);
  expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { SourceServerHostname: 'app-01' } });
  expect(sentTo()).toEqual([OWN_BUCKET]);
  expect([changes(), cloudFormation.calls()]).toEqual([[], []]);
});
