import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
} from '@aws-sdk/client-drs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { drs, handle, reset, SERVER_ID, serviceError, stackIs, sts } from '../harness';

// A Reason is cut at its end, where the commands stand that help. So whatever comes before must leave them room, and a line of the log must stay one event.

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  drs.on(DescribeSourceServersCommand).resolves({ items: [{ sourceServerID: SERVER_ID }] });
});

const instances = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const id = `i-${String(index).padStart(17, '0')}`;
    return { recoveryInstanceID: id, ec2InstanceID: id, ec2InstanceState: 'RUNNING' as const, isDrill: true, sourceServerID: SERVER_ID };
  });

test.each<[string, string, number]>([
  ['a message of 100 kB', 'x'.repeat(100_000), 0],
  ['a message of 100 kB that JSON escapes', '\u0001'.repeat(100_000), 0],
  ['a message of 100 kB in characters of four bytes', '🛟'.repeat(25_000), 0],
  ['a hundred recovery instances', 'because it has a Recovery Instance', 100],
])('%s leaves room for the commands, and fits an event of the log', async (_what, message, count) => {
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', message, 409));
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: instances(count) });
  const { response, log } = await handle({ type: 'Delete' });
  expect(response.Reason).toContain('ConflictException: ');
  expect(response.Reason).toContain('--retain-resources');
  expectEventsOfALog(log);
});

test.each(['x', '\u0001', '🛟'])('so does a policy that is refused, with %j, for a server of another account', async (character) => {
  const message = character.repeat(5_000);
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'key', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() },
  });
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', message, 409));
  drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ConflictException', message, 409));
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: instances(30) });
  const AssumeRoleArn = 'arn:aws:iam::444455556666:role/DisasterRecoveryTeardown';
  const { response, log } = await handle({
    type: 'Delete',
    physicalId: `arn:aws:drs:eu-central-1:444455556666:source-server/${SERVER_ID}`,
    properties: { RecoveryInstancePolicy: 'DISCONNECT', AssumeRoleArn },
    remaining: 120_000,
  });
  expect(response.Reason?.match(/ConflictException: /g)).toHaveLength(2);
  expect(response.Reason).toContain('Commands of DRS are for account 444455556666');
  expectEventsOfALog(log);
});

test('a failed Create fits an event of the log, too', async () => {
  drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', '\u0001'.repeat(100_000)));
  expectEventsOfALog((await handle({ type: 'Create' })).log);
});

function expectEventsOfALog(log: readonly object[]) {
  // CloudWatch Logs takes events of 256 KB; Lambda would break a longer line in two, and its metric would be lost.
  expect(Math.max(...log.map((entry) => Buffer.byteLength(JSON.stringify(entry))))).toBeLessThan(256 * 1024);
}
