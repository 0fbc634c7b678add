import { randomHex } from '../control/random';
import { partition } from '../defaults';
import { AwsError } from '../http/service';
import { CreatedResource, ResourceProvider, ResourceProviders, ResourceRequest } from '../resource-provider';
import { DrsAccountState } from './account-state';
import { invalid, tooManyLaunchTemplates, uninitializedAccount } from './errors';
import { ReplicationTarget } from './model';

/** A resource type: its name, the prefix of its IDs, and what becomes of it. */
interface ConfigurationTemplateType {
  readonly kind: string;
  readonly prefix: string;
  readonly idAttribute: string;
  put(arn: string, request: ResourceRequest, accountState: DrsAccountState): void;
  remove(arn: string, accountState: DrsAccountState): void;
}

const replication: ConfigurationTemplateType = {
  kind: 'replication-configuration-template',
  prefix: 'rct',
  idAttribute: 'ReplicationConfigurationTemplateID',
  put: (arn, { properties }, accountState) =>
    accountState.configurationTemplates.replication.set(arn, replicationTargetIn(properties, accountState)),
  remove: (arn, { configurationTemplates }) => configurationTemplates.replication.delete(arn),
};

const launch: ConfigurationTemplateType = {
  kind: 'launch-configuration-template',
  prefix: 'lct',
  idAttribute: 'LaunchConfigurationTemplateID',
  put(arn, _request, { configurationTemplates: { launch: templates } }) {
    if (!templates.has(arn) && templates.size > 0) throw tooManyLaunchTemplates();
    templates.add(arn);
  },
  remove: (arn, { configurationTemplates }) => configurationTemplates.launch.delete(arn),
};

type AccountStateOf = (accountId: string, region: string) => DrsAccountState;

export function configurationTemplateProviders(accountStateOf: AccountStateOf): ResourceProviders {
  return {
    'AWS::DRS::LaunchConfigurationTemplate': configurationTemplateProvider(accountStateOf, launch),
    'AWS::DRS::ReplicationConfigurationTemplate': configurationTemplateProvider(accountStateOf, replication),
  };
}

function configurationTemplateProvider(accountStateOf: AccountStateOf, type: ConfigurationTemplateType): ResourceProvider {
  const put = async (request: ResourceRequest, arn: string): Promise<CreatedResource> => {
    const accountState = accountStateOf(request.stack.accountId, request.stack.region);
    try {
      if (!accountState.initialized) throw uninitializedAccount();
      type.put(arn, request, accountState);
    } catch (error) {
      throw asCloudFormationShows(error);
    }
    return { physicalId: arn, attributes: { Arn: arn, [type.idAttribute]: arn.split('/')[1] } };
  };
  return {
    create: (request) => put(request, newArn(type, request)),
    update: (request) => put(request, request.physicalId),
    delete: async ({ stack, physicalId }) => type.remove(physicalId, accountStateOf(stack.accountId, stack.region)),
  };
}

function newArn({ kind, prefix }: ConfigurationTemplateType, { stack: { accountId, region } }: ResourceRequest): string {
  return `arn:${partition}:drs:${region}:${accountId}:${kind}/${prefix}-${randomHex(17)}`;
}

function replicationTargetIn(properties: Record<string, unknown>, accountState: DrsAccountState): ReplicationTarget {
  const subnetId = String(properties.StagingAreaSubnetId);
  const securityGroupIds = properties.ReplicationServersSecurityGroupsIDs as readonly string[];
  const { subnets, securityGroups } = accountState.network();
  const absent = subnets.has(subnetId) ? securityGroupIds.find((id) => !securityGroups.has(id)) : subnetId;
  if (absent !== undefined) throw invalid(`${absent} does not exist.`);
  return { subnetId, securityGroupIds };
}

function asCloudFormationShows(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  return new Error(`Resource handler returned message: "${error.message} (Service: Drs, Status Code: ${error.status})"`);
}
