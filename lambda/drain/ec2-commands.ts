import type { EC2ClientResolvedConfig, Filter, Instance, NetworkInterface, SecurityGroup } from '@aws-sdk/client-ec2';
import { queryCommands } from '../aws/query-command';
import type { Element } from '../aws/xml';

/*
 * Four commands for the client of the SDK, which read what a drain asks for: those of the SDK would have thirty kilobytes more to load.
 */

interface Described {
  readonly Filters: readonly Filter[];
  readonly NextToken?: string;
}

interface Page {
  readonly NextToken?: string;
}

const command = queryCommands<EC2ClientResolvedConfig>({
  service: 'EC2',
  resultOf: (answer, operation) => (answer.name === `${operation}Response` ? answer : undefined),
  errorOf(answer) {
    const error = answer.child('Errors')?.child('Error');
    // Of a proxy: as with the SDK's own commands, it is no error of the service, and asked again.
    if (!error) {
      throw new Error('The answer is no error of EC2.');
    }
    return error;
  },
});

export class DescribeInstancesCommand extends command<Described, Page & { readonly Reservations?: { readonly Instances?: Instance[] }[] }>(
  'DescribeInstances',
  (result) => ({
    Reservations: result.listOf('reservationSet')?.map((reservation) => ({
      Instances: reservation.listOf('instancesSet')?.map(readInstance),
    })),
    NextToken: result.textOf('nextToken'),
  }),
  writeDescribed,
) {}

export class DescribeNetworkInterfacesCommand extends command<Described, Page & { readonly NetworkInterfaces?: NetworkInterface[] }>(
  'DescribeNetworkInterfaces',
  (result) => ({
    NetworkInterfaces: result.listOf('networkInterfaceSet')?.map(readInterface),
    NextToken: result.textOf('nextToken'),
  }),
  writeDescribed,
) {}

export class DescribeSecurityGroupsCommand extends command<Described, Page & { readonly SecurityGroups?: SecurityGroup[] }>(
  'DescribeSecurityGroups',
  (result) => ({
    SecurityGroups: result.listOf('securityGroupInfo')?.map(readGroup),
    NextToken: result.textOf('nextToken'),
  }),
  writeDescribed,
) {}

export class DeleteSecurityGroupCommand extends command<{ GroupId: string }, object>('DeleteSecurityGroup', () => ({})) {}

function readInstance(instance: Element): Instance {
  return {
    InstanceId: instance.textOf('instanceId'),
    SubnetId: instance.textOf('subnetId'),
    State: { Name: instance.child('instanceState')?.textOf('name') as NonNullable<Instance['State']>['Name'] },
    Tags: instance.listOf('tagSet')?.map((tag) => ({ Key: tag.textOf('key'), Value: tag.textOf('value') })),
  };
}

function readInterface(networkInterface: Element): NetworkInterface {
  const attachment = networkInterface.child('attachment');
  return {
    NetworkInterfaceId: networkInterface.textOf('networkInterfaceId'),
    SubnetId: networkInterface.textOf('subnetId'),
    Status: networkInterface.textOf('status') as NetworkInterface['Status'],
    Attachment: attachment && { InstanceId: attachment.textOf('instanceId') },
  };
}

function readGroup(group: Element): SecurityGroup {
  return { GroupId: group.textOf('groupId'), GroupName: group.textOf('groupName'), VpcId: group.textOf('vpcId') };
}

/** Lists are flat: `Filter.1.Name`, `Filter.1.Value.2`. */
function writeDescribed({ Filters, NextToken }: Described): Record<string, string | undefined> {
  const form: Record<string, string | undefined> = { NextToken };
  Filters.forEach(({ Name, Values = [] }, index) => {
    const filter = `Filter.${index + 1}`;
    form[`${filter}.Name`] = Name;
    Values.forEach((value, position) => (form[`${filter}.Value.${position + 1}`] = value));
  });
  return form;
}
