import { physicalName } from '../../physical-name';
import { ec2Error } from '../errors';
import { SecurityGroup, SecurityGroupRule } from '../model';
import { Network, newId } from '../network';
import { refuseUsedGroup } from '../refusals';
import { Ec2Type, tagsOf } from './provider';

type Direction = 'ingress' | 'egress';

/** The marks of a rule that its group's own properties made; rules of other resources stay when those change. */
const inline = 'inline-';
const longestName = 255;

/** AWS::EC2::SecurityGroup */
export const securityGroupType: Ec2Type = {
  fixed: ['GroupName', 'GroupDescription', 'VpcId'],
  put(network, request, groupId = newId('sg')) {
    const { GroupName, GroupDescription, VpcId, SecurityGroupIngress, SecurityGroupEgress } = request.properties;
    const existing = network.securityGroups.get(groupId);
    const { vpcId } = network.vpcs.existing(String(VpcId));
    const groupName = (GroupName as string | undefined) ?? existing?.groupName ?? physicalName(request, longestName);
    if (!existing) refuseSecondName(network, vpcId, groupName);
    const ofOthers = (direction: Direction) => existing?.[direction].filter(({ ruleId }) => !ruleId.startsWith(inline)) ?? [];
    network.securityGroups.set(groupId, {
      groupId,
      groupName,
      description: String(GroupDescription),
      vpcId,
      tags: tagsOf(request),
      ingress: [...inlineRules(SecurityGroupIngress ?? []), ...ofOthers('ingress')],
      egress: [...inlineRules(SecurityGroupEgress ?? [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }]), ...ofOthers('egress')],
    });
    return { physicalId: groupId, attributes: { GroupId: groupId, Id: groupId, VpcId: vpcId } };
  },
  remove(network, groupId) {
    const group = network.securityGroups.get(groupId);
    if (!group) return;
    refuseUsedGroup(network, group);
    network.securityGroups.delete(groupId);
  },
};

/** AWS::EC2::SecurityGroupIngress */
export const ingressType = ruleType('ingress');
/** AWS::EC2::SecurityGroupEgress */
export const egressType = ruleType('egress');

export function allTraffic(): SecurityGroupRule {
  return { ruleId: newId('sgr'), ipProtocol: '-1', cidrIp: '0.0.0.0/0' };
}

function ruleType(direction: Direction): Ec2Type {
  const without = (group: SecurityGroup, id: string) => group[direction].filter(({ ruleId }) => ruleId !== id);
  return {
    fixed: [
      'GroupId',
      'IpProtocol',
      'FromPort',
      'ToPort',
      'CidrIp',
      'CidrIpv6',
      'SourceSecurityGroupId',
      'DestinationSecurityGroupId',
      'SourcePrefixListId',
      'DestinationPrefixListId',
    ],
    put(network, { properties }, ruleId = newId('sgr')) {
      const group = network.securityGroups.existing(String(properties.GroupId));
      const rules = [...without(group, ruleId), ruleOf(properties, ruleId)];
      network.securityGroups.set(group.groupId, { ...group, [direction]: rules });
      return { physicalId: ruleId, attributes: { Id: ruleId } };
    },
    remove(network, ruleId, { GroupId }) {
      const group = network.securityGroups.get(String(GroupId));
      if (group) network.securityGroups.set(group.groupId, { ...group, [direction]: without(group, ruleId) });
    },
  };
}

function inlineRules(rules: unknown): SecurityGroupRule[] {
  return (rules as readonly Record<string, unknown>[]).map((rule, index) => ruleOf(rule, inline + index));
}

function ruleOf(rule: Record<string, unknown>, ruleId: string): SecurityGroupRule {
  const text = (...names: string[]) => names.map((name) => rule[name]).find((value) => value !== undefined) as string | undefined;
  const port = (name: string) => (rule[name] === undefined ? undefined : Number(rule[name]));
  return {
    ruleId,
    ipProtocol: String(rule.IpProtocol),
    fromPort: port('FromPort'),
    toPort: port('ToPort'),
    cidrIp: text('CidrIp'),
    cidrIpv6: text('CidrIpv6'),
    prefixListId: text('SourcePrefixListId', 'DestinationPrefixListId'),
    groupId: text('SourceSecurityGroupId', 'DestinationSecurityGroupId'),
    description: text('Description'),
  };
}

function refuseSecondName(network: Network, vpcId: string, groupName: string): void {
  if (!network.securityGroups.all().some((group) => group.vpcId === vpcId && group.groupName === groupName)) return;
  throw ec2Error('InvalidGroup.Duplicate', `The security group '${groupName}' already exists for VPC '${vpcId}'`);
}
