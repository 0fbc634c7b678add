import { sessionPolicy } from '../../../lambda/aws/session-policy';

// What it comes to is asked of the embedded IAM in test/e2e/session-policy.test.ts.

const ROLE = 'arn:aws-us-gov:iam::444455556666:role/teams/Teardown';
const region = 'us-gov-west-1';
const read = (reach: Parameters<typeof sessionPolicy>[1]) => JSON.parse(sessionPolicy(ROLE, reach)!) as object;
const Action = ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer'];
const denied = (which: object) => ({ Effect: 'Deny', Action, ...which });
const serversOf = (id: string) => ({ NotResource: `arn:aws-us-gov:drs:us-gov-west-1:444455556666:source-server/${id}` });
const withDenials = (...denials: object[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }, ...denials],
});

test('one server: every other one is denied', () => {
  expect(read({ region, sourceServerId: 's-1a2b3c4d5e6f70001' })).toEqual(withDenials(denied(serversOf('s-1a2b3c4d5e6f70001'))));
});

test('a fleet of all: every server of another Region is denied', () => {
  expect(read({ region })).toEqual(withDenials(denied(serversOf('*'))));
});

test('a fleet by tags: what lacks one of them is denied, too, and none is a variable of IAM', () => {
  const others = (key: string, value: string) => ({ Resource: '*', Condition: { StringNotEquals: { [`aws:ResourceTag/${key}`]: value } } });
  expect(read({ region, tags: { zone: 'a', price: '${aws:username} $5' } })).toEqual(
    withDenials(denied(serversOf('*')), denied(others('zone', 'a')), denied(others('price', '${$}{aws:username} $5'))),
  );
});

test('what STS would not take is left out: more than 2,048 characters, or others than it knows', () => {
  const tags = (length: number) => ({ a: 'x'.repeat(256), b: 'x'.repeat(256), c: 'x'.repeat(256), d: 'x'.repeat(length) });
  const lengths = Array.from({ length: 700 }, (_, length) => sessionPolicy(ROLE, { region, tags: tags(length) })?.length);
  expect(lengths).toContain(2_048);
  expect(lengths.at(-1)).toBeUndefined();
  expect(Math.max(...lengths.filter((length) => length !== undefined))).toBe(2_048);
  expect(sessionPolicy(ROLE, { region, tags: { zone: 'Zürich' } })).toContain('Zürich');
  expect(sessionPolicy(ROLE, { region, tags: { zone: 'Łódź' } })).toBeUndefined();
});
