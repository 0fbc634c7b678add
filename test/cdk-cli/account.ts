import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DrsClient, paginateDescribeSourceServers } from '@aws-sdk/client-drs';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';

// What there is in the account that the environment leads to, asked as anybody would.

export const STACK = 'DisasterRecoveryLandingZone';

/** How the servers replicate; undefined for one that is unknown. */
export async function statesOf(sourceServerIDs: readonly string[]): Promise<Record<string, string | undefined>> {
  const states = new Map<string | undefined, string | undefined>();
  for await (const page of paginateDescribeSourceServers(
    { client: new DrsClient() },
    { filters: { sourceServerIDs: [...sourceServerIDs] } },
  )) {
    page.items?.forEach((server) => states.set(server.sourceServerID, server.dataReplicationInfo?.dataReplicationState));
  }
  return Object.fromEntries(sourceServerIDs.map((id) => [id, states.get(id)]));
}

/** The status of the landing zone's stack; undefined if there is none. */
export async function stackStatus(): Promise<string | undefined> {
  try {
    const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: STACK }));
    return Stacks?.[0].StackStatus;
  } catch (error) {
    if (/does not exist/.test(String(error))) {
      return undefined;
    }
    throw error;
  }
}

/** The landing zone's VPC. */
export async function vpcOfStack(): Promise<string> {
  const { StackResourceSummaries } = await new CloudFormationClient().send(new ListStackResourcesCommand({ StackName: STACK }));
  return StackResourceSummaries!.find(({ ResourceType }) => ResourceType === 'AWS::EC2::VPC')!.PhysicalResourceId!;
}

export async function vpcExists(vpcId: string): Promise<boolean> {
  const { Vpcs } = await new EC2Client().send(new DescribeVpcsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }));
  return Vpcs!.length > 0;
}
