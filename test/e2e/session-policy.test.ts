import { sessionPolicy } from '../../lambda/aws/session-policy';
import { evaluate } from '../../emulator/iam/evaluation';
import { parsePolicyDocument } from '../../emulator/iam/policy-document';

// What the policy of a session denies, asked of the embedded IAM. Whatever it says, it is never what stands between a role and its owner's will.

const ROLE = 'arn:aws-us-gov:iam::444455556666:role/teams/Teardown';
const [ONE, OTHER] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'];
const arn = (what: string, region = 'us-gov-west-1') => `arn:aws-us-gov:drs:${region}:444455556666:${what}`;
const region = 'us-gov-west-1';

function may(reach: Parameters<typeof sessionPolicy>[1], action: string, resource: string, tags: Record<string, string> = {}): boolean {
  const document = parsePolicyDocument(JSON.parse(sessionPolicy(ROLE, reach)!), 'identity');
  const context = new Map(Object.entries(tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, [value]]));
  return evaluate([document], { action, resource, context }) === 'allowed';
}

const changes = ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer'];

test.each(changes)('%s: of one server, and of no other', (action) => {
  const reach = { region, sourceServerId: ONE };
  expect(may(reach, action, arn(`source-server/${ONE}`))).toBe(true);
  expect(may(reach, action, arn(`source-server/${OTHER}`))).toBe(false);
  expect(may(reach, action, arn(`source-server/${ONE}`, 'us-gov-east-1'))).toBe(false);
});

test.each(changes)('%s: of a fleet by tags, of what carries all of them', (action) => {
  const reach = { region, tags: { zone: 'a', price: '${aws:username} $5' } };
  const server = arn(`source-server/${OTHER}`);
  expect(may(reach, action, server, { zone: 'a', price: '${aws:username} $5', more: 'b' })).toBe(true);
  expect(may(reach, action, server, { zone: 'b', price: '${aws:username} $5' })).toBe(false);
  expect(may(reach, action, server, { zone: 'a' })).toBe(false);
  expect(may(reach, action, server)).toBe(false);
  expect(may(reach, action, arn(`source-server/${OTHER}`, 'us-gov-east-1'), reach.tags)).toBe(false);
});

test.each(changes)('%s: of a fleet of all, of what is in the Region', (action) => {
  expect(may({ region }, action, arn(`source-server/${OTHER}`))).toBe(true);
  expect(may({ region }, action, arn(`source-server/${OTHER}`, 'us-gov-east-1'))).toBe(false);
});

test.each([
  ['drs:DescribeSourceServers', '*'],
  ['drs:DescribeRecoveryInstances', '*'],
  ['drs:DisconnectRecoveryInstance', arn('recovery-instance/i-1')],
  ['drs:DeleteRecoveryInstance', arn('recovery-instance/i-1')],
  ['drs:TerminateRecoveryInstances', arn('recovery-instance/i-1')],
  ['drs:DescribeJobs', '*'],
  ['ec2:TerminateInstances', 'arn:aws-us-gov:ec2:us-gov-west-1:444455556666:instance/i-1'],
  ['ec2:DeleteVolume', 'arn:aws-us-gov:ec2:us-gov-west-1:444455556666:volume/vol-1'],
])('%s is left to the owner of the role', (action, resource) => {
  for (const reach of [{ region, sourceServerId: ONE }, { region, tags: { zone: 'a' } }, { region }]) {
    expect(may(reach, action, resource)).toBe(true);
  }
});
