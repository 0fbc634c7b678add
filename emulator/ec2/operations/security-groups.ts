import { XmlContent } from '../../http/xml';
import { resourceTags } from '../authorization';
import { tagFilters } from '../filters';
import { SecurityGroup, SecurityGroupRule } from '../model';
import { Operation } from '../operation';
import { refuseUsedGroup } from '../refusals';
import { describe, set, tagSet } from './describe';

export const describeSecurityGroups = describe<SecurityGroup>({
  ids: 'GroupId',
  set: 'securityGroupInfo',
  filters: {
    ...tagFilters,
    'group-id': ({ groupId }) => groupId,
    'group-name': ({ groupName }) => groupName,
    description: ({ description }) => description,
    'vpc-id': ({ vpcId }) => vpcId,
    'ip-permission.group-id': ({ ingress }) => ingress.flatMap(({ groupId }) => groupId ?? []),
    'egress.ip-permission.group-id': ({ egress }) => egress.flatMap(({ groupId }) => groupId ?? []),
  },
  from: ({ network }) => network.securityGroups,
  idOf: ({ groupId }) => groupId,
  show: ({ groupId, groupName, description, vpcId, ingress, egress, tags }, { accountId }) => ({
    groupId,
    groupName,
    groupDescription: description,
    vpcId,
    ownerId: accountId,
    ipPermissions: set(ingress.map((rule) => showRule(rule, accountId))),
    ipPermissionsEgress: set(egress.map((rule) => showRule(rule, accountId))),
    tagSet: tagSet(tags),
  }),
});

export const deleteSecurityGroup: Operation = (query) => {
  const groupId = query.required('GroupId');
  return {
    // Of a group that is gone neither tags nor VPC are known: under a condition on them it is a refusal, not an absence.
    authorize(call) {
      const group = call.network.securityGroups.get(groupId);
      call.authorize(call.arn(`security-group/${groupId}`), {
        'ec2:SecurityGroupID': groupId,
        ...(group && { 'ec2:Vpc': call.arn(`vpc/${group.vpcId}`) }),
        ...resourceTags(group?.tags),
      });
    },
    run({ network }) {
      refuseUsedGroup(network, network.securityGroups.existing(groupId));
      network.securityGroups.delete(groupId);
      return { return: true };
    },
  };
};

function showRule(rule: SecurityGroupRule, accountId: string): XmlContent {
  const { ipProtocol, fromPort, toPort, cidrIp, cidrIpv6, prefixListId, groupId, description } = rule;
  return {
    ipProtocol,
    fromPort,
    toPort,
    ipRanges: set(cidrIp === undefined ? [] : [{ cidrIp, description }]),
    ipv6Ranges: set(cidrIpv6 === undefined ? [] : [{ cidrIpv6, description }]),
    prefixListIds: set(prefixListId === undefined ? [] : [{ prefixListId, description }]),
    groups: set(groupId === undefined ? [] : [{ groupId, userId: accountId, description }]),
  };
}
