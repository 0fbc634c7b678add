import { readdirSync, readFileSync } from 'node:fs';
import * as drs from '@aws-sdk/client-drs';
import { defaultAccountId, defaultRegion } from '../../emulator/defaults';
import { Statement } from '../../emulator/iam/policy-document';
import { parseServiceControlPolicy, ServiceControlPolicies } from '../../emulator/iam/service-control-policies';
import { DEPLOY_ROLE, EXECUTION_ROLE, OPERATOR_ROLE, policies } from './service-control-policies';

// As docs/security.md prints them; service-control-policies.slow.test.ts deploys under them.

/** As printed, and for one partition alone. */
const FORMS = ['*', 'aws', 'aws-cn', 'aws-us-gov', 'aws-iso'];
const PARTITIONS = FORMS.slice(1);
const inForm = (text: string, form: string) => text.replaceAll('arn:*:', `arn:${form}:`);

test('the page has both', () => {
  expect(Object.keys(policies)).toEqual(['WhoMayGiveUpDisasterRecovery', 'WhoMayInvokeTheFunction']);
});

describe.each(FORMS)('in the form arn:%s:', (form) => {
  test.each(Object.entries(policies))('%s is what Organizations takes', (_sid, printed) => {
    const text = inForm(printed, form);
    const { Version, Statement } = parseServiceControlPolicy(text);
    expect(Version).toBe('2012-10-17');
    expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
    for (const { Sid, Action, Resource, ...rest } of Statement) {
      expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
      expect(Object.keys(rest)).toEqual(['Effect', 'Condition']);
      expect([Action].flat()).toEqual([...new Set([Action].flat())].sort());
      for (const action of [Action].flat()) expect(action).toMatch(/^(drs|iam|lambda):[A-Z][A-Za-z]+$/);
      for (const resource of [Resource].flat()) expect(resource).toMatch(/^\*$|^arn:/);
    }
    const arns = Array.from(text.matchAll(/arn:([^:]*):/g), ([, partition]) => partition);
    expect(new Set(arns)).toEqual(new Set([form]));
  });
});

/** Organizations takes 10,240 since May 2026, as far as it has told: not in every partition. */
test.each(Object.entries(policies))('%s fits into 5,120 characters with its line breaks', (_sid, text) => {
  expect(text.length).toBeLessThanOrEqual(5120);
});

test('every action of DRS is one', () => {
  const actions = Object.values(policies).flatMap((text) => Array.from(text.matchAll(/"drs:(\w+)",?\n/g), ([, action]) => action));
  expect(actions).toContain('DisconnectSourceServer');
  expect(actions.filter((action) => !(`${action}Command` in drs))).toEqual([]);
});

test('everything that the constructs may grant on DRS, and that changes something, is in it', () => {
  const { Statement } = JSON.parse(policies.WhoMayGiveUpDisasterRecovery) as { Statement: readonly Statement[] };
  expect(Statement[0].Action).toEqual(
    expect.arrayContaining([
      'drs:DeleteRecoveryInstance',
      'drs:DeleteSourceServer',
      'drs:DisconnectRecoveryInstance',
      'drs:DisconnectSourceServer',
      'drs:TerminateRecoveryInstances',
    ]),
  );
});

const ADMINISTRATOR = `arn:aws:iam::${defaultAccountId}:user/administrator`;
const FUNCTION_ROLE = `arn:aws:iam::${defaultAccountId}:role/disaster-recovery/LandingZone-TeardownRole-ABCDEFGHIJKL`;
const SERVER = `arn:aws:drs:${defaultRegion}:${defaultAccountId}:source-server/s-1a2b3c4d5e6f70001`;
const OTHER_FUNCTION = `arn:aws:lambda:${defaultRegion}:${defaultAccountId}:function:Payments`;
const FUNCTION = `arn:aws:lambda:${defaultRegion}:${defaultAccountId}:function:LandingZone-DRSTeardownFunction1A2B3C4D-ABCDEFGHIJKL`;
const BOUNDARY = `arn:aws:iam::${defaultAccountId}:policy/disaster-recovery/TeardownBoundary`;
const OF_ITS_POLICIES = [
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicy',
  'iam:DeletePolicyVersion',
  'iam:SetDefaultPolicyVersion',
];
const OF_ITS_ROLE = [
  'iam:AttachRolePolicy',
  'iam:CreateRole',
  'iam:DeleteRole',
  'iam:DeleteRolePermissionsBoundary',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:PassRole',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
  'iam:UpdateAssumeRolePolicy',
];
const OF_THE_FUNCTION = [
  'lambda:AddPermission',
  'lambda:CreateFunctionUrlConfig',
  'lambda:DeleteFunction',
  'lambda:PutFunctionConcurrency',
  'lambda:PutFunctionEventInvokeConfig',
  'lambda:UpdateFunctionCode',
  'lambda:UpdateFunctionConfiguration',
  'lambda:UpdateFunctionEventInvokeConfig',
  'lambda:UpdateFunctionUrlConfig',
];
const OF_DRS = [
  'drs:DeleteRecoveryInstance',
  'drs:DeleteSourceNetwork',
  'drs:DeleteSourceServer',
  'drs:DisconnectRecoveryInstance',
  'drs:DisconnectSourceServer',
  'drs:StopFailback',
  'drs:StopReplication',
  'drs:StopSourceNetworkReplication',
  'drs:TerminateRecoveryInstances',
  'drs:UpdateReplicationConfiguration',
];
/** What can be made again as it was, or begins something. */
const OTHERS_OF_DRS = ['drs:DeleteJob', 'drs:DescribeSourceServers', 'drs:StartRecovery', 'drs:UpdateLaunchConfiguration'];
const TAG = ['drs:TagResource', 'drs:UntagResource'];
const INVOKE = ['lambda:InvokeAsync', 'lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'];
const VIA = { 'aws:ViaAWSService': 'true' };
const LANDING_ZONE = { 'aws:TagKeys': ['owner', 'landing-zone'] };

type Row = [who: string, actions: readonly string[], resource: string, context: Record<string, string | string[]>, isDenied: boolean];

const rows: readonly Row[] = [
  [ADMINISTRATOR, OF_DRS, SERVER, {}, true],
  [ADMINISTRATOR, OF_DRS, SERVER, VIA, true],
  [ADMINISTRATOR, OTHERS_OF_DRS, '*', {}, false],
  [EXECUTION_ROLE, OF_DRS, SERVER, VIA, true],
  [FUNCTION_ROLE, OF_DRS, SERVER, {}, false],
  [OPERATOR_ROLE, OF_DRS, SERVER, {}, false],

  [ADMINISTRATOR, TAG, SERVER, LANDING_ZONE, true],
  [ADMINISTRATOR, TAG, SERVER, { 'aws:TagKeys': ['owner'] }, false],
  [ADMINISTRATOR, TAG, SERVER, { ...LANDING_ZONE, 'drs:CreateAction': 'CreateSourceServerForDrs' }, false],
  [OPERATOR_ROLE, TAG, SERVER, LANDING_ZONE, false],

  [ADMINISTRATOR, OF_THE_FUNCTION, FUNCTION, {}, true],
  // In a stack of their own, deployed with their own credentials.
  [ADMINISTRATOR, OF_THE_FUNCTION, FUNCTION, VIA, true],
  [ADMINISTRATOR, OF_THE_FUNCTION, OTHER_FUNCTION, {}, false],
  [ADMINISTRATOR, ['lambda:GetFunction'], FUNCTION, {}, false],
  [EXECUTION_ROLE, OF_THE_FUNCTION, FUNCTION, VIA, false],
  [EXECUTION_ROLE, OF_THE_FUNCTION, FUNCTION, {}, false],
  [OPERATOR_ROLE, OF_THE_FUNCTION, FUNCTION, {}, false],

  [ADMINISTRATOR, OF_ITS_ROLE, FUNCTION_ROLE, {}, true],
  [ADMINISTRATOR, OF_ITS_ROLE, FUNCTION_ROLE, VIA, true],
  [ADMINISTRATOR, OF_ITS_ROLE, OPERATOR_ROLE, {}, true],
  [ADMINISTRATOR, OF_ITS_ROLE, `arn:aws:iam::${defaultAccountId}:role/Payments`, {}, false],
  [EXECUTION_ROLE, OF_ITS_ROLE, FUNCTION_ROLE, VIA, false],
  [EXECUTION_ROLE, OF_ITS_ROLE, FUNCTION_ROLE, {}, false],

  [ADMINISTRATOR, OF_ITS_POLICIES, BOUNDARY, {}, true],
  [ADMINISTRATOR, OF_ITS_POLICIES, BOUNDARY, VIA, true],
  [ADMINISTRATOR, OF_ITS_POLICIES, `arn:aws:iam::${defaultAccountId}:policy/Payments`, {}, false],
  // Else a boundary would bind nobody who deploys.
  [EXECUTION_ROLE, OF_ITS_POLICIES, BOUNDARY, VIA, true],
  [OPERATOR_ROLE, OF_ITS_POLICIES, BOUNDARY, {}, false],

  [ADMINISTRATOR, OF_ITS_ROLE.filter((action) => action !== 'iam:PassRole'), EXECUTION_ROLE, {}, true],
  [OPERATOR_ROLE, ['iam:CreateRole', 'iam:UpdateAssumeRolePolicy'], EXECUTION_ROLE, VIA, false],
  // Else nobody could deploy with the CDK any more.
  [DEPLOY_ROLE, ['iam:PassRole'], EXECUTION_ROLE, {}, false],

  [ADMINISTRATOR, INVOKE, FUNCTION, {}, true],
  [ADMINISTRATOR, INVOKE, `${FUNCTION}:$LATEST`, { 'aws:ViaAWSService': 'false' }, true],
  [ADMINISTRATOR, INVOKE, OTHER_FUNCTION, {}, false],
  [`arn:aws:iam::${defaultAccountId}:root`, INVOKE, FUNCTION, {}, true],
  [DEPLOY_ROLE, INVOKE, FUNCTION, {}, true],
  [ADMINISTRATOR, INVOKE, FUNCTION, VIA, false],
  [EXECUTION_ROLE, INVOKE, FUNCTION, VIA, false],
  [EXECUTION_ROLE, INVOKE, FUNCTION, { 'aws:ViaAWSService': 'false' }, false],
  [EXECUTION_ROLE, INVOKE, FUNCTION, {}, false],
  [OPERATOR_ROLE, INVOKE, FUNCTION, { 'aws:ViaAWSService': 'false' }, false],
];

function titleOf([who, [action, ...others], resource, context, isDenied]: Row): string {
  const [caller, called] = [who, resource].map((arn) => arn.split(':').slice(5).join(':') || arn);
  const known = Object.keys(context).length > 0 ? `, ${JSON.stringify(context)}` : '';
  return `${caller} is ${isDenied ? 'denied' : 'let through to'} ${action}${others.length > 0 ? ' and the like' : ''} on ${called}${known}`;
}

describe.each(PARTITIONS)('in the partition %s', (partition) => {
  const there = (arn: string) => arn.replace(/^arn:aws:/, `arn:${partition}:`);

  test.each(rows.map((row): [string, Row] => [titleOf(row), row]))('%s', (_title, [who, actions, resource, context, isDenied]) => {
    for (const form of ['*', partition]) {
      const attached = new ServiceControlPolicies();
      attached.attach(defaultAccountId, ...Object.values(policies).map((text) => inForm(text, form)));
      const known = Object.entries({ 'aws:PrincipalArn': there(who), ...context });
      const request = {
        resource: there(resource),
        context: new Map(known.map(([key, value]) => [key.toLowerCase(), [value].flat()])),
      };
      for (const action of actions) {
        const decision = attached.decide(defaultAccountId, { ...request, action });
        expect([action, decision]).toEqual([action, isDenied ? 'explicitly denied' : 'allowed']);
      }
    }
  });
});

describe('the functions that our documents and examples show', () => {
  const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`);
  const declared = ['README.md', ...['docs', 'examples', 'bin', 'lib'].flatMap(filesIn)]
    .filter((file) => /\.(md|ts|py)$/.test(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
    .flatMap(({ file, text }) =>
      Array.from(text.matchAll(/\bTeardownFunction\(\w+, ['"](\w+)['"]/g), ([, id]): [string, string] => [file, id]),
    );

  test('there are some', () => {
    expect(declared.map(([file]) => file)).toEqual(
      expect.arrayContaining(['docs/security.md', 'examples/cross-account/stacks.ts', 'lib/private/grants.ts', 'lib/teardown-function.ts']),
    );
  });

  /** CloudFormation cuts the name to 64 characters: of a stack's name 25 stay then, and 24 of a logical ID. */
  test.each([['by default', 'DRSTeardownFunction'], ...declared])('%s: %s is known by its name, in a stack of a long one', (_file, id) => {
    const name = `${'LandingZone-OfPaymentsInProduction'.slice(0, 25)}-${`${id}1A2B3C4D`.slice(0, 24)}-ABCDEFGHIJKL`;
    const attached = new ServiceControlPolicies();
    attached.attach(defaultAccountId, ...Object.values(policies));
    const resource = `arn:aws:lambda:${defaultRegion}:${defaultAccountId}:function:${name}`;
    const context = new Map([['aws:principalarn', [ADMINISTRATOR]]]);
    for (const action of [...OF_THE_FUNCTION, ...INVOKE]) {
      expect([action, attached.decide(defaultAccountId, { action, resource, context })]).toEqual([action, 'explicitly denied']);
    }
  });
});
