import { CreatedResource, ResourceProvider, ResourceProviders, ResourceRequest } from '../resource-provider';
import { partition } from '../defaults';
import { randomHex } from '../control/random';
import { AwsError } from '../http/service';
import { invalid, tooManyLaunchTemplates, uninitializedAccount } from './errors';
import { Estate } from './estate';
import { StagingArea } from './model';

/** A resource type: its name, the prefix of its IDs, and what becomes of it. */
interface TemplateType {
  readonly kind: string;
  readonly prefix: string;
  readonly idAttribute: string;
  put(arn: string, request: ResourceRequest, estate: Estate): void;
  remove(arn: string, estate: Estate): void;
}

const replication: TemplateType = {
  kind: 'replication-configuration-template',
  prefix: 'rct',
  idAttribute: 'ReplicationConfigurationTemplateID',
  put: (arn, { properties }, estate) => estate.templates.replication.set(arn, stagingAreaOf(properties, estate)),
  remove: (arn, { templates }) => templates.replication.delete(arn),
};

const launch: TemplateType = {
  kind: 'launch-configuration-template',
  prefix: 'lct',
  idAttribute: 'LaunchConfigurationTemplateID',
  put(arn, _request, { templates }) {
    if (!templates.launch.has(arn) && templates.launch.size > 0) throw tooManyLaunchTemplates();
    templates.launch.add(arn);
  },
  remove: (arn, { templates }) => templates.launch.delete(arn),
};

type EstateOf = (accountId: string, region: string) => Estate;

export function templateProviders(estateOf: EstateOf): ResourceProviders {
  return {
    'AWS::DRS::LaunchConfigurationTemplate': templateProvider(estateOf, launch),
    'AWS::DRS::ReplicationConfigurationTemplate': templateProvider(estateOf, replication),
  };
}

function templateProvider(estateOf: EstateOf, type: TemplateType): ResourceProvider {
  const put = async (request: ResourceRequest, arn: string): Promise<CreatedResource> => {
    const estate = estateOf(request.stack.accountId, request.stack.region);
    try {
      if (!estate.initialized) throw uninitializedAccount();
      type.put(arn, request, estate);
    } catch (error) {
      throw asCloudFormationShows(error);
    }
    return { physicalId: arn, attributes: { Arn: arn, [type.idAttribute]: arn.split('/')[1] } };
  };
  return {
    create: (request) => put(request, newArn(type, request)),
    update: (request) => put(request, request.physicalId),
    delete: async ({ stack, physicalId }) => type.remove(physicalId, estateOf(stack.accountId, stack.region)),
  };
}

function newArn({ kind, prefix }: TemplateType, { stack: { accountId, region } }: ResourceRequest): string {
  return `arn:${partition}:drs:${region}:${accountId}:${kind}/${prefix}-${randomHex(17)}`;
}

function stagingAreaOf(properties: Record<string, unknown>, estate: Estate): StagingArea {
  const subnetId = String(properties.StagingAreaSubnetId);
  const securityGroupIds = properties.ReplicationServersSecurityGroupsIDs as readonly string[];
  const { subnets, securityGroups } = estate.network();
  const absent = subnets.has(subnetId) ? securityGroupIds.find((id) => !securityGroups.has(id)) : subnetId;
  if (absent !== undefined) throw invalid(`${absent} does not exist.`);
  return { subnetId, securityGroupIds };
}

function asCloudFormationShows(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  return new Error(`Resource handler returned message: "${error.message} (Service: Drs, Status Code: ${error.status})"`);
}
