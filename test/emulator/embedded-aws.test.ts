import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { EmbeddedAws } from '../../emulator';
import { defaultRegion } from '../../emulator/defaults';

let aws: EmbeddedAws;
beforeEach(async () => {
  aws = await EmbeddedAws.start({ speed: 100 });
});
afterEach(() => aws.stop());

function cloudFormation(): CloudFormationClient {
  return new CloudFormationClient({
    endpoint: aws.endpoint,
    region: defaultRegion,
    credentials: aws.iam.operatorCredentials('111122223333'),
  });
}

const template = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'Grant',
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'drs:DisconnectSourceServer', Resource: '*' }] },
        Roles: [{ Ref: 'Role' }],
      },
    },
  },
  Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
};

test('a stack gives a role its permissions', async () => {
  const client = cloudFormation();
  await client.send(
    new CreateStackCommand({ StackName: 'Grants', TemplateBody: JSON.stringify(template), Capabilities: ['CAPABILITY_IAM'] }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StackName: 'Grants' });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'Grants' }));
  const { accessKeyId } = aws.iam.issueCredentials(Stacks?.[0]?.Outputs?.[0]?.OutputValue ?? '', 'session');
  const caller = aws.iam.callerOf(accessKeyId);
  expect(() => caller && aws.iam.authorize(caller, 'drs:DisconnectSourceServer', '*')).not.toThrow();
  expect(() => caller && aws.iam.authorize(caller, 'drs:DeleteSourceServer', '*')).toThrow('drs:DeleteSourceServer');
  client.destroy();
});

test('its environment is all that another process needs', async () => {
  aws.drs.addSourceServer({ sourceServerID: 's-0123456789abcdef0' });
  const program = `
    const { DrsClient, DescribeSourceServersCommand } = require('@aws-sdk/client-drs');
    new DrsClient().send(new DescribeSourceServersCommand({})).then(({ items }) => console.log(items[0].sourceServerID));`;
  const env = { PATH: process.env.PATH, ...aws.environment };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', program], { env });
  expect({ stdout, stderr }).toEqual({ stdout: 's-0123456789abcdef0\n', stderr: '' });
});

test('stopping leaves nothing behind', async () => {
  const { endpoint, certificateFile } = aws;
  expect(readFileSync(certificateFile, 'utf8')).toContain('BEGIN CERTIFICATE');
  await aws.stop();
  expect(existsSync(certificateFile)).toBe(false);
  await expect(fetch(endpoint)).rejects.toThrow();
});
