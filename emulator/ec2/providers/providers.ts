import { ResourceProviders } from '../../resource-provider';
import { DeletionsWithRetries } from '../deletions-with-retries';
import { endpointType } from './endpoints';
import { gatewayAttachmentType, internetGatewayType, natGatewayType } from './gateways';
import { Ec2Type, ec2Provider, NetworkOf } from './provider';
import { routeTableAssociationType, routeTableType, routeType } from './routes';
import { egressType, ingressType, securityGroupType } from './security-groups';
import { subnetType, vpcType } from './vpc';

const types: Readonly<Record<string, Ec2Type>> = {
  'AWS::EC2::InternetGateway': internetGatewayType,
  'AWS::EC2::NatGateway': natGatewayType,
  'AWS::EC2::Route': routeType,
  'AWS::EC2::RouteTable': routeTableType,
  'AWS::EC2::SecurityGroup': securityGroupType,
  'AWS::EC2::SecurityGroupEgress': egressType,
  'AWS::EC2::SecurityGroupIngress': ingressType,
  'AWS::EC2::Subnet': subnetType,
  'AWS::EC2::SubnetRouteTableAssociation': routeTableAssociationType,
  'AWS::EC2::VPC': vpcType,
  'AWS::EC2::VPCEndpoint': endpointType,
  'AWS::EC2::VPCGatewayAttachment': gatewayAttachmentType,
};

export function ec2Providers(networkOf: NetworkOf, deletions: DeletionsWithRetries): ResourceProviders {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, ec2Provider(networkOf, deletions, type)]));
}
