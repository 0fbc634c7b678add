import { DescribeSourceServersCommand } from '@aws-sdk/client-drs';
import { defaultAccountId } from '../../../emulator/defaults';
import { parseServiceControlPolicy } from '../../../emulator/iam/service-control-policies';
import { Services, Who } from '../services';

let services: Services;
beforeEach(async () => (services = await Services.start()));
afterEach(() => services.stop());

const describeServers = { Action: 'drs:DescribeSourceServers', Resource: '*' };
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const exceptFor = (name: string) => ({ ArnNotLike: { 'aws:PrincipalArn': `arn:*:iam::*:role/${name}` } });

function attach(...statements: object[]): void {
  services.iam.serviceControlPolicies.attach(defaultAccountId, policy(...statements));
}

const ask = (who?: Who) => services.drsClient(who).send(new DescribeSourceServersCommand({}));
const denied = 'perform: drs:DescribeSourceServers on resource: * with an explicit deny in a service control policy';

test('bind roles and the operator of the account, and of no other', async () => {
  const credentials = await services.roleWith({ Effect: 'Allow', ...describeServers });
  attach({ Effect: 'Deny', ...describeServers });
  await expect(ask({ credentials })).rejects.toThrow(denied);
  await expect(ask()).rejects.toThrow(denied);
  await expect(ask({ accountId: '444455556666' })).resolves.toBeDefined();
});

test('grant nothing', async () => {
  const credentials = await services.roleWith();
  attach({ Effect: 'Deny', Action: 'drs:DeleteSourceServer', Resource: '*' });
  await expect(ask({ credentials })).rejects.toThrow('because no identity-based policy allows');
  await expect(ask()).resolves.toBeDefined();
});

test.each([
  ['a role that is modelled', async () => services.roleWith({ Effect: 'Allow', ...describeServers })],
  ['a role that is not', async () => services.iam.assumeRole(operator(), `arn:aws:iam::${defaultAccountId}:role/cdk/Deploys`, 'cli')],
])('know the principal of a session by its role: %s', async (_which, session) => {
  const credentials = await session();
  const name = services.iam.callerOf(credentials.accessKeyId)!.arn.split('/')[1];
  attach({ Effect: 'Deny', ...describeServers, Condition: exceptFor(`*${name}`) });
  await expect(ask({ credentials })).resolves.toBeDefined();
  attach({ Effect: 'Deny', ...describeServers, Condition: exceptFor('another') });
  await expect(ask({ credentials })).rejects.toThrow(denied);
});

test('the path of a role counts', async () => {
  const credentials = services.iam.assumeRole(operator(), `arn:aws:iam::${defaultAccountId}:role/cdk/Deploys`, 'cli');
  attach({ Effect: 'Deny', ...describeServers, Condition: exceptFor('Deploys') });
  await expect(ask({ credentials })).rejects.toThrow(denied);
});

test.each([
  ['an Allow', policy({ Effect: 'Allow', ...describeServers }), 'not modelled'],
  ['a principal', policy({ Effect: 'Deny', ...describeServers, Principal: '*' }), 'should not specify a principal'],
  ['more than 5,120 characters', policy({ Effect: 'Deny', ...describeServers }).padEnd(5121), 'more than 5120 characters'],
])('%s is refused', (_what, text, why) => {
  expect(() => parseServiceControlPolicy(text)).toThrow(why);
});

function operator() {
  return services.iam.callerOf(services.iam.operatorCredentials(defaultAccountId).accessKeyId)!;
}
