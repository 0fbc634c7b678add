import { CloudFormationClient, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { DescribeJobsCommand, DrsClient } from '@aws-sdk/client-drs';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { HttpRequest } from '@smithy/types';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import { clientConfiguration } from '../../../lambda/aws/client-configuration';
import { domainOf } from '../../../lambda/aws/region';
import type { StackIdentity } from '../../../lambda/aws/stack-id';

// The SDK that is bundled is older than some partitions; the CDK knows them. A host of another partition gets signed requests, and never an answer.

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: 'example' };

/** The host that a client of the function asks. */
async function hostAsked(ask: (configuration: object) => Promise<unknown>, partition: string, region: string): Promise<string> {
  const hosts: string[] = [];
  const handle = async ({ hostname }: HttpRequest) => {
    hosts.push(hostname);
    throw new Error('That was all.');
  };
  const stack = { id: 'arn', name: 'LandingZone', accountId: '111122223333', partition, region } satisfies StackIdentity;
  await expect(ask({ ...clientConfiguration(stack, region, credentials), requestHandler: { handle } })).rejects.toThrow('That was all.');
  return hosts.join();
}

const SERVICES: Record<string, (configuration: object) => Promise<unknown>> = {
  drs: (configuration) => new DrsClient(configuration).send(new DescribeJobsCommand({})),
  cloudformation: (configuration) => new CloudFormationClient(configuration).send(new ListExportsCommand({})),
  ec2: (configuration) => new EC2Client(configuration).send(new DescribeVpcsCommand({})),
  sts: (configuration) => new STSClient(configuration).send(new GetCallerIdentityCommand({})),
};

const REGIONS = RegionInfo.regions.map(({ name, partition = '', domainSuffix = '' }) => ({ name, partition, domainSuffix }));

test.each(REGIONS)('in $name each service is asked in the domain of $partition', async ({ name, partition, domainSuffix }) => {
  for (const [service, ask] of Object.entries(SERVICES)) {
    expect(await hostAsked(ask, partition, name)).toBe(`${service}.${name}.${domainSuffix}`);
  }
  expect(domainOf(partition)).toBe(domainSuffix);
});

test('each partition is among them', () => {
  expect([...new Set(REGIONS.map(({ partition }) => partition))].sort()).toEqual([
    'aws',
    'aws-cn',
    'aws-eusc',
    'aws-iso',
    'aws-iso-b',
    'aws-iso-e',
    'aws-iso-f',
    'aws-us-gov',
  ]);
});

test('a command of our own asks the same host as those of the SDK', async () => {
  const ask = (configuration: object) =>
    new CloudFormationClient(configuration).send(new DescribeStacksCommand({ StackName: 'LandingZone' }));
  expect(await hostAsked(ask, 'aws-eusc', 'eusc-de-east-1')).toBe('cloudformation.eusc-de-east-1.amazonaws.eu');
});

test.each([
  ['AWS_USE_DUALSTACK_ENDPOINT', 'drs.eusc-de-east-1.api.amazonwebservices.eu'],
  ['AWS_USE_FIPS_ENDPOINT', 'drs-fips.eusc-de-east-1.amazonaws.eu'],
])('with %s, too', async (variable, host) => {
  process.env[variable] = 'true';
  try {
    expect(await hostAsked(SERVICES.drs, 'aws-eusc', 'eusc-de-east-1')).toBe(host);
  } finally {
    delete process.env[variable];
  }
});
