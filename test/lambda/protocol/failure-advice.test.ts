import { Failure } from '../../../lambda/aws/errors';
import { command, join, Message } from '../../../lambda/aws/message';
import { failedDeletion } from '../../../lambda/protocol/failure-advice';
import type { Request } from '../../../lambda/protocol/request';
import { serialize } from '../../../lambda/protocol/response';
import type { DeletionCheck } from '../../../lambda/protocol/deletion-check';

// CloudFormation allows names of 128 characters for stacks, and of 255 for their resources. Whatever happens, the commands must fit.

const name = 'S'.repeat(128);
const request: Request = {
  type: 'Delete',
  requestId: '00000000-0000-4000-8000-000000000000',
  resourceType: 'Custom::DRSSourceServerDisconnection',
  logicalId: 'L'.repeat(255),
  physicalId: 'arn:aws-us-gov:drs:us-gov-west-1:444455556666:source-server/s-1234567890abcdef0',
  properties: {},
  oldProperties: {},
  stack: {
    id: `arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/${name}/00000000-0000-4000-8000-000000000000`,
    name,
    partition: 'aws-us-gov',
    accountId: '111122223333',
    region: 'us-gov-west-1',
  },
  deadline: 0,
  signal: new AbortController().signal,
};
const work = {
  what: 'the source server',
  accountId: '444455556666',
  service: 'DRS',
  manualCommands: command`aws drs disconnect-source-server`,
};

test.each<[string, DeletionCheck | undefined, string]>([
  ['the stack is deleted', { genuine: true, deletedStack: 'R'.repeat(128) }, '--retain-resources LLL'],
  ['an update cleans up', { genuine: true }, String(work.manualCommands)],
  ['nobody knows', undefined, String(work.manualCommands)],
])('when %s', (_when, check, typed) => {
  for (const character of ['x', '"', '\\', '🛟', '`']) {
    const { message, told } = failedDeletion(new Failure(new Message([character.repeat(10_000)])), request, check, work);
    const response = serialize({
      Status: 'FAILED',
      Reason: told,
      PhysicalResourceId: request.physicalId!,
      StackId: request.stack.id,
      RequestId: request.requestId,
      LogicalResourceId: request.logicalId,
    });
    const { Reason } = JSON.parse(response) as { Reason: string };
    expect(Reason).toBe(message);
    expect(Reason).toContain(typed);
    expect(Reason).toMatch(/Commands of DRS are for account 444455556666, those of CloudFormation for account 111122223333\.$/);
  }
});

test('a message is cut before a command that would not fit, never in it', () => {
  const commands = Array.from({ length: 100 }, (_, index) => command`aws drs command-${String(index)} --region us-gov-west-1`);
  const { message } = failedDeletion(new Failure(join(commands, ', ')), request, undefined, work);
  const kept = message.match(/`[^`]*`/g)!;
  expect(kept.length).toBeGreaterThan(10);
  expect(kept).toEqual([...commands.slice(0, kept.length - 1), work.manualCommands].map(String));
});

test.each([
  ['the stack itself', name, ''],
  [
    'the stack that it is nested in',
    'Root',
    ' After it the stack that it is nested in: `aws cloudformation delete-stack --stack-name Root --region us-gov-west-1`.',
  ],
])(
  'a failure that will always be the same, while %s is deleted: by hand, without the resource, and the rest',
  (_what, deletedStack, root) => {
    const failure = new Failure('It is odd.', { kind: 'permanent' });
    const { message } = failedDeletion(failure, { ...request, logicalId: 'Server' }, { genuine: true, deletedStack }, work);
    expect(message).toBe(
      "It is odd. Deleting again won't change that. Do by hand what is left to do (`aws drs disconnect-source-server`), then delete the stack without Server: " +
        `\`aws cloudformation delete-stack --stack-name ${name} --retain-resources Server --region us-gov-west-1\`.${root} ` +
        'Commands of DRS are for account 444455556666, those of CloudFormation for account 111122223333.',
    );
  },
);
