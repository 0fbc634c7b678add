import { Conditions } from '../../../emulator/iam/conditions';
import { Decision, evaluate } from '../../../emulator/iam/evaluation';
import { parsePolicyDocument } from '../../../emulator/iam/policy-document';

const server = 'arn:aws:drs:eu-central-1:111122223333:source-server/s-0123456789abcdef0';

function decide(
  statements: object[],
  action = 'drs:DisconnectSourceServer',
  resource = server,
  context: Record<string, string[]> = {},
): Decision {
  const document = parsePolicyDocument({ Version: '2012-10-17', Statement: statements }, 'identity');
  const lowerCase = new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values]));
  return evaluate([document], { action, resource, context: lowerCase });
}

const allow = (rest: object) => ({ Effect: 'Allow', Action: 'drs:DisconnectSourceServer', Resource: '*', ...rest });
const withoutAction = { Action: undefined };
const withoutResource = { Resource: undefined };

test.each<[string, object[], Decision]>([
  ['an Allow', [allow({})], 'allowed'],
  ['a Deny beside an Allow', [allow({}), allow({ Effect: 'Deny' })], 'explicitly denied'],
  ['a Deny for something else', [allow({}), allow({ Effect: 'Deny', Action: 'drs:DeleteSourceServer' })], 'allowed'],
  ['another action', [allow({ Action: 'drs:DescribeSourceServers' })], 'not allowed'],
  ['one of several actions', [allow({ Action: ['drs:A', 'drs:DisconnectSourceServer'] })], 'allowed'],
  ['* in an action', [allow({ Action: 'drs:Disconnect*' })], 'allowed'],
  ['? in an action', [allow({ Action: 'drs:DisconnectSourceServe?' })], 'allowed'],
  ['? for no character', [allow({ Action: 'drs:DisconnectSourceServer?' })], 'not allowed'],
  ['another case in an action', [allow({ Action: 'DRS:disconnectsourceserver' })], 'allowed'],
  ['NotAction of another', [allow({ ...withoutAction, NotAction: 'drs:Describe*' })], 'allowed'],
  ['NotAction of this one', [allow({ ...withoutAction, NotAction: 'drs:Dis*' })], 'not allowed'],
  ['this resource', [allow({ Resource: server })], 'allowed'],
  ['another resource', [allow({ Resource: server.replace('s-0', 's-1') })], 'not allowed'],
  ['another case in a resource', [allow({ Resource: server.toUpperCase().replace('ARN', 'arn') })], 'not allowed'],
  ['* in a resource', [allow({ Resource: 'arn:aws:drs:*:111122223333:source-server/*' })], 'allowed'],
  ['a resource of another account', [allow({ Resource: 'arn:aws:drs:*:444455556666:source-server/*' })], 'not allowed'],
  ['* across the colons of an ARN', [allow({ Resource: 'arn:aws:*:source-server/*' })], 'not allowed'],
  ['a dot, which is no wildcard', [allow({ Resource: server.replace('source-server', 'source.server') })], 'not allowed'],
  ['NotResource of another', [allow({ ...withoutResource, NotResource: 'arn:aws:drs:*:*:recovery-instance/*' })], 'allowed'],
  ['NotResource of this one', [allow({ ...withoutResource, NotResource: 'arn:aws:drs:*:*:source-server/*' })], 'not allowed'],
])('%s', (_name, statements, decision) => {
  expect(decide(statements)).toBe(decision);
});

test.each([
  ['*', 'allowed'],
  ['arn:aws:drs:*:*:source-server/*', 'not allowed'],
])('an action that knows no resources, with Resource %s', (resource, decision) => {
  expect(decide([allow({ Action: 'drs:Describe*', Resource: resource })], 'drs:DescribeSourceServers', '*')).toBe(decision);
});

describe('conditions', () => {
  const tag = 'aws:ResourceTag/env';
  const holds = (Condition: Conditions, context: Record<string, string[]>) =>
    decide([allow({ Condition })], undefined, undefined, context) === 'allowed';

  test.each<[string, Conditions, Record<string, string[]>, boolean]>([
    ['StringEquals, equal', { StringEquals: { [tag]: 'dr' } }, { [tag]: ['dr'] }, true],
    ['StringEquals, another value', { StringEquals: { [tag]: 'dr' } }, { [tag]: ['DR'] }, false],
    ['StringEquals, one of several', { StringEquals: { [tag]: ['a', 'dr'] } }, { [tag]: ['dr'] }, true],
    ['StringEquals takes * as it is', { StringEquals: { [tag]: 'd*' } }, { [tag]: ['dr'] }, false],
    [
      'StringEquals, a variable',
      { StringEquals: { [tag]: '${aws:PrincipalTag/team}' } },
      { [tag]: ['dr'], 'aws:PrincipalTag/team': ['dr'] },
      true,
    ],
    ['StringEquals, a variable that the request lacks', { StringEquals: { [tag]: '${aws:PrincipalTag/team}' } }, { [tag]: [''] }, false],
    ['StringNotEquals, what would be a variable', { StringNotEquals: { [tag]: 'a${$}{b}' } }, { [tag]: ['a${b}'] }, false],
    ['StringEquals, key absent', { StringEquals: { [tag]: 'dr' } }, {}, false],
    ['a key in another case', { StringEquals: { 'AWS:resourcetag/ENV': 'dr' } }, { [tag]: ['dr'] }, true],
    ['StringEqualsIfExists, key absent', { StringEqualsIfExists: { [tag]: 'dr' } }, {}, true],
    ['StringEqualsIfExists, another value', { StringEqualsIfExists: { [tag]: 'dr' } }, { [tag]: ['x'] }, false],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { [tag]: 'dr' } }, { [tag]: ['DR'] }, true],
    ['StringNotEquals, another value', { StringNotEquals: { [tag]: 'dr' } }, { [tag]: ['x'] }, true],
    ['StringNotEquals, equal to one of several', { StringNotEquals: { [tag]: ['a', 'dr'] } }, { [tag]: ['dr'] }, false],
    ['StringNotEquals, key absent', { StringNotEquals: { [tag]: 'dr' } }, {}, true],
    ['StringLike', { StringLike: { [tag]: 'd*' } }, { [tag]: ['dr'] }, true],
    ['StringLike, another value', { StringLike: { [tag]: 'd*' } }, { [tag]: ['x'] }, false],
    ['StringNotLike', { StringNotLike: { [tag]: 'd*' } }, { [tag]: ['dr'] }, false],
    ['ArnEquals', { ArnEquals: { key: server } }, { key: [server] }, true],
    ['ArnEquals with *', { ArnEquals: { key: 'arn:aws:drs:*:*:source-server/*' } }, { key: [server] }, true],
    ['ArnLike across colons', { ArnLike: { key: 'arn:aws:drs:*' } }, { key: [server] }, false],
    ['ArnNotLike', { ArnNotLike: { key: 'arn:aws:drs:*:*:source-server/*' } }, { key: [server] }, false],
    ['Bool', { Bool: { 'aws:ViaAWSService': 'true' } }, { 'aws:ViaAWSService': ['true'] }, true],
    ['Bool written as a boolean', { Bool: { 'aws:ViaAWSService': true } }, { 'aws:ViaAWSService': ['false'] }, false],
    ['Null true, key absent', { Null: { [tag]: 'true' } }, {}, true],
    ['Null true, key there', { Null: { [tag]: 'true' } }, { [tag]: ['x'] }, false],
    ['Null false, key there', { Null: { [tag]: 'false' } }, { [tag]: ['x'] }, true],
    ['Null false, key absent', { Null: { [tag]: 'false' } }, {}, false],
    ['ForAnyValue, one of them', { 'ForAnyValue:StringEquals': { keys: ['a', 'b'] } }, { keys: ['b', 'c'] }, true],
    ['ForAnyValue, none of them', { 'ForAnyValue:StringEquals': { keys: ['a', 'b'] } }, { keys: ['c'] }, false],
    ['ForAnyValue, key absent', { 'ForAnyValue:StringNotEquals': { keys: 'a' } }, {}, false],
    ['ForAllValues, all of them', { 'ForAllValues:StringLike': { keys: ['a*', 'b'] } }, { keys: ['b', 'ab'] }, true],
    ['ForAllValues, not all of them', { 'ForAllValues:StringEquals': { keys: ['a', 'b'] } }, { keys: ['b', 'c'] }, false],
    ['ForAllValues, key absent', { 'ForAllValues:StringEquals': { keys: 'a' } }, {}, true],
    ['two keys, one fails', { StringEquals: { one: '1', two: '2' } }, { one: ['1'], two: ['x'] }, false],
    ['two operators, one fails', { StringEquals: { one: '1' }, Bool: { two: 'true' } }, { one: ['1'], two: ['false'] }, false],
  ])('%s', (_name, condition, context, expected) => {
    expect(holds(condition, context)).toBe(expected);
  });
});

test.each<[string, unknown, RegExp]>([
  ['no document', undefined, /Syntax errors/],
  ['no statement', { Statement: [] }, /Syntax errors/],
  ['no effect', { Statement: { Action: 'a:b', Resource: '*' } }, /Syntax errors/],
  ['no action', { Statement: { Effect: 'Allow', Resource: '*' } }, /must contain actions/],
  ['an action without a vendor', { Statement: { Effect: 'Allow', Action: 'Disconnect', Resource: '*' } }, /prefaced by a vendor/],
  ['no resource', { Statement: { Effect: 'Allow', Action: 'a:b' } }, /must contain resources/],
  ['a resource that is no ARN', { Statement: { Effect: 'Allow', Action: 'a:b', Resource: 's-1' } }, /must be in ARN format/],
  ['a principal', { Statement: { Effect: 'Allow', Action: 'a:b', Resource: '*', Principal: '*' } }, /should not specify a principal/],
  ['an operator not modelled', { Statement: allow({ Condition: { NumericEquals: { a: '1' } } }) }, /NumericEquals is not modelled/],
])('refuses a policy with %s', (_name, document, message) => {
  expect(() => parsePolicyDocument(document, 'identity')).toThrow(message);
});
