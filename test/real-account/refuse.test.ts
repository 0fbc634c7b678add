import { spawnSync } from 'node:child_process';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { EmbeddedAws } from '../../emulator';
import { defaultAccountId, defaultRegion } from '../../emulator/defaults';
import { STACK } from '../cdk-cli/account';
import { realAccount, recordingAccount } from './real-account';

// `npm run test:real` disconnects real servers for good: what keeps it from those that are not meant.

const SERVER = 's-1a2b3c4d5e6f70001';
const ANOTHER = 's-1a2b3c4d5e6f70002';

let aws: EmbeddedAws;
const environment = process.env;
beforeEach(async () => {
  aws = await EmbeddedAws.start();
  aws.drs.addSourceServer({ sourceServerID: SERVER });
  const meant = { CDK_DRS_REAL_ACCOUNT: defaultAccountId, CDK_DRS_REAL_SOURCE_SERVER: SERVER };
  process.env = { PATH: environment.PATH, ...aws.environment, ...meant };
});
afterEach(async () => {
  process.env = environment;
  await aws.stop();
});

/** Whatever was asked, nothing was changed. */
function expectOnlyQuestions() {
  expect(aws.calls.all().filter(({ operation }) => !/^(Describe|Get)/.test(operation))).toEqual([]);
}

test('it is meant when the account, the servers and the Region are named', async () => {
  expect(await realAccount()).toEqual({ accountId: defaultAccountId, region: defaultRegion, sourceServerIds: [SERVER] });
  aws.drs.addSourceServer({ sourceServerID: ANOTHER });
  process.env.CDK_DRS_REAL_SOURCE_SERVER = `${SERVER},${ANOTHER}`;
  expect((await realAccount()).sourceServerIds).toEqual([SERVER, ANOTHER]);
  expectOnlyQuestions();
});

test.each<[string, () => unknown, string]>([
  ['no account', () => delete process.env.CDK_DRS_REAL_ACCOUNT, 'CDK_DRS_REAL_ACCOUNT is not set.'],
  ['an account that is none', () => (process.env.CDK_DRS_REAL_ACCOUNT = 'yes'), "CDK_DRS_REAL_ACCOUNT is 'yes'."],
  ['no server', () => delete process.env.CDK_DRS_REAL_SOURCE_SERVER, 'CDK_DRS_REAL_SOURCE_SERVER is not set.'],
  ['a server that is none', () => (process.env.CDK_DRS_REAL_SOURCE_SERVER = '*'), "CDK_DRS_REAL_SOURCE_SERVER is '*'."],
  ['no Region', () => delete process.env.AWS_REGION, 'AWS_REGION is not set.'],
  ['a CI', () => (process.env.CI = 'true'), 'never by a CI'],
  [
    'another account',
    () => (process.env.CDK_DRS_REAL_ACCOUNT = '444455556666'),
    `CDK_DRS_REAL_ACCOUNT is 444455556666, but the credentials are those of arn:aws:iam::${defaultAccountId}:user/operator in account ${defaultAccountId}.`,
  ],
  [
    'an unknown server',
    () => (process.env.CDK_DRS_REAL_SOURCE_SERVER = `${SERVER},${ANOTHER}`),
    `There is no source server ${ANOTHER} (account ${defaultAccountId}, Region ${defaultRegion}).`,
  ],
  [
    'another Region',
    () => (process.env.AWS_REGION = 'eu-west-1'),
    `There is no source server ${SERVER} (account ${defaultAccountId}, Region eu-west-1).`,
  ],
  [
    'a server of another account',
    () => {
      aws.drs.addSourceServer({ sourceServerID: ANOTHER, extended: true });
      process.env.CDK_DRS_REAL_SOURCE_SERVER = ANOTHER;
    },
    `The source server ${ANOTHER} is extended from another account`,
  ],
  [
    'a server that is disconnected',
    () => {
      aws.drs.addSourceServer({ sourceServerID: ANOTHER, state: 'DISCONNECTED' });
      process.env.CDK_DRS_REAL_SOURCE_SERVER = ANOTHER;
    },
    `The source server ${ANOTHER} is DISCONNECTED already`,
  ],
  ['a drill', () => aws.drs.addRecoveryInstance({ sourceServerID: SERVER, isDrill: true }), `${SERVER} has the recovery instance i-`],
  ['a recovery', () => aws.drs.addRecoveryInstance({ sourceServerID: SERVER }), `${SERVER} has the recovery instance i-`],
])('refused: %s', async (_what, change, message) => {
  change();
  await expect(realAccount()).rejects.toThrow(message);
  expectOnlyQuestions();
});

test('refused: a landing zone that may be in use', async () => {
  const client = new CloudFormationClient();
  const TemplateBody = JSON.stringify({ Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } } });
  await client.send(new CreateStackCommand({ StackName: STACK, TemplateBody }));
  await aws.cloudFormation.settled(STACK);
  await expect(realAccount()).rejects.toThrow(`There is a stack ${STACK} already`);
  client.destroy();
});

test('a recording needs no server, and is meant when the account and the Region are named', async () => {
  delete process.env.CDK_DRS_REAL_SOURCE_SERVER;
  expect(await recordingAccount()).toEqual({ accountId: defaultAccountId, region: defaultRegion });
  expectOnlyQuestions();
});

test.each<[string, () => unknown, string]>([
  ['no account', () => delete process.env.CDK_DRS_REAL_ACCOUNT, 'CDK_DRS_REAL_ACCOUNT is not set. This deploys small stacks'],
  ['no Region', () => delete process.env.AWS_REGION, 'AWS_REGION is not set. This deploys small stacks'],
  ['a CI', () => (process.env.CI = 'true'), 'never by a CI'],
  ['another account', () => (process.env.CDK_DRS_REAL_ACCOUNT = '444455556666'), 'CDK_DRS_REAL_ACCOUNT is 444455556666, but'],
])('a recording is refused: %s', async (_what, change, message) => {
  change();
  await expect(recordingAccount()).rejects.toThrow(message);
  expectOnlyQuestions();
});

test('a recording is refused: stacks of another one', async () => {
  const client = new CloudFormationClient();
  const StackName = 'cdk-drs-recorder-updated';
  const TemplateBody = JSON.stringify({ Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } } });
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  await expect(recordingAccount()).rejects.toThrow(`delete-stack --stack-name ${StackName} --region ${defaultRegion}`);
  client.destroy();
});

test('npm run test:real without a word says what must be said, and runs no test', () => {
  const jest = ['node_modules/jest/bin/jest.js', '-c', 'test/real-account/jest.config.js'];
  const { status, stdout, stderr } = spawnSync(process.execPath, jest, { env: { PATH: environment.PATH }, encoding: 'utf8' });
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^Refused, and nothing was changed\. CDK_DRS_REAL_ACCOUNT is not set\..*disconnects source servers for good/),
    expect.stringContaining('  CDK_DRS_REAL_ACCOUNT '),
    expect.stringContaining('  CDK_DRS_REAL_SOURCE_SERVER '),
    expect.stringContaining('  AWS_REGION '),
  ]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});
