import { execFileSync } from 'node:child_process';

// The bundle leaves the SDK's list of partitions out: as it is published, it must know them all the same.

/** Runs the function on one request, and prints the first host that it asks. */
const RUN = `
  require('https').request = ({ host }) => {
    console.log('asked: ' + host);
    process.exit();
  };
  const [event, context] = process.argv.slice(1).map((text) => JSON.parse(text));
  require('./bundle/index.js').handler(event, { ...context, getRemainingTimeInMillis: () => 60_000 });
`;

function hostAsked(partition: string, region: string, domain: string, request: object): string | undefined {
  const StackId = `arn:${partition}:cloudformation:${region}:111122223333:stack/LandingZone/00000000-0000-4000-8000-000000000000`;
  const invokedFunctionArn = `arn:${partition}:lambda:${region}:111122223333:function:Teardown`;
  const event = {
    StackId,
    RequestId: 'r',
    LogicalResourceId: 'AppServer',
    ResourceType: 'Custom::DRSSourceServerDisconnection',
    ResponseURL: `https://responses.s3.${region}.${domain}/key`,
    ...request,
  };
  const env = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', STACK_ID: StackId };
  const args = ['-e', RUN, JSON.stringify(event), JSON.stringify({ invokedFunctionArn })];
  return /^asked: (.*)$/m.exec(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))?.[1];
}

test.each([
  ['aws', 'eu-central-1', 'amazonaws.com'],
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ['aws-iso-f', 'us-isof-south-1', 'csp.hci.ic.gov'],
])('%s: DRS, STS and CloudFormation are asked under its domain', (partition, region, domain) => {
  const SourceServerArn = `arn:${partition}:drs:${region}:111122223333:source-server/s-1234567890abcdef0`;
  const AssumeRoleArn = `arn:${partition}:iam::111122223333:role/Teardown`;
  const ask = (request: object) => hostAsked(partition, region, domain, request);
  expect(ask({ RequestType: 'Create', ResourceProperties: { SourceServerArn } })).toBe(`drs.${region}.${domain}`);
  expect(ask({ RequestType: 'Create', ResourceProperties: { SourceServerArn, AssumeRoleArn } })).toBe(`sts.${region}.${domain}`);
  const deletion = { RequestType: 'Delete', PhysicalResourceId: SourceServerArn, ResourceProperties: { SourceServerArn } };
  expect(ask(deletion)).toBe(`cloudformation.${region}.${domain}`);
});
