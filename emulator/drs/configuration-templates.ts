import { randomHex } from '../control/random';
import { partition } from '../defaults';
import { AwsError } from '../http/service';
import { CreatedResource, ResourceProvider, ResourceProviders, ResourceRequest } from '../resource-provider';
import { Settings } from '../settings';
import { DrsAccountState } from './account-state';
import { conflict, invalid, resourceNotFound, tooManyTemplates, uninitializedAccount } from './errors';
import { ReplicationTarget } from './model';
import { isDisconnected, unfinishedJobs } from './refusals';

export type TemplateKind = 'replication' | 'launch';

const prefixes: Record<TemplateKind, string> = { replication: 'rct', launch: 'lct' };

/** Makes a template, or changes the one of this ID; returns its ID. Of a launch template nothing matters here but that it is there. */
export function putTemplate(
  kind: TemplateKind,
  target: Partial<ReplicationTarget>,
  accountState: DrsAccountState,
  settings: Settings,
  id = `${prefixes[kind]}-${randomHex(17)}`,
): string {
  if (!accountState.initialized) throw uninitializedAccount();
  const { replication, launch } = accountState.configurationTemplates;
  const templates = kind === 'launch' ? launch : replication;
  const most = kind === 'launch' ? 1 : settings.replicationTemplates;
  if (!templates.has(id) && templates.size >= most) throw tooManyTemplates(kind);
  if (kind === 'launch') launch.add(id);
  else replication.set(id, existingTarget({ ...replication.get(id), ...target }, accountState));
  return id;
}

export function deleteTemplate(kind: TemplateKind, id: string, accountState: DrsAccountState, settings: Settings): void {
  const templates = accountState.configurationTemplates[kind];
  if (!templates.has(id)) throw resourceNotFound('CONFIGURATION_TEMPLATE', id);
  if (refusesDeletion(accountState, settings)) {
    throw conflict(`Cannot delete ${id} while it is in use.`, 'CONFIGURATION_TEMPLATE', id);
  }
  templates.delete(id);
}

function refusesDeletion(accountState: DrsAccountState, { configurationTemplateDeletion }: Settings): boolean {
  const servers = [...accountState.sourceServers.values()];
  switch (configurationTemplateDeletion) {
    case 'never':
      return false;
    case 'while-records-or-jobs':
      return servers.length > 0 || accountState.jobs.size > 0;
    case 'while-replicating':
      return servers.some((server) => !isDisconnected(server)) || unfinishedJobs(accountState).length > 0;
  }
}

type AccountStateOf = (accountId: string, region: string) => DrsAccountState;

/** As CloudFormation makes them. */
export function configurationTemplateProviders(accountStateOf: AccountStateOf, settings: Settings): ResourceProviders {
  return {
    'AWS::DRS::LaunchConfigurationTemplate': templateProvider('launch', accountStateOf, settings),
    'AWS::DRS::ReplicationConfigurationTemplate': templateProvider('replication', accountStateOf, settings),
  };
}

function templateProvider(kind: TemplateKind, accountStateOf: AccountStateOf, settings: Settings): ResourceProvider {
  const attribute = kind === 'launch' ? 'LaunchConfigurationTemplateID' : 'ReplicationConfigurationTemplateID';
  const put = async ({ stack: { accountId, region }, properties }: ResourceRequest, id?: string): Promise<CreatedResource> => {
    const target = {
      subnetId: properties.StagingAreaSubnetId as string,
      securityGroupIds: properties.ReplicationServersSecurityGroupsIDs as readonly string[],
    };
    const made = asCloudFormation(() => putTemplate(kind, target, accountStateOf(accountId, region), settings, id));
    const arn = `arn:${partition}:drs:${region}:${accountId}:${kind}-configuration-template/${made}`;
    return { physicalId: arn, attributes: { Arn: arn, [attribute]: made } };
  };
  return {
    create: (request) => put(request),
    update: (request) => put(request, idIn(request.physicalId)),
    async delete({ stack, physicalId }) {
      const accountState = accountStateOf(stack.accountId, stack.region);
      const id = idIn(physicalId);
      // What is gone already is no failure.
      if (!accountState.configurationTemplates[kind].has(id)) return;
      asCloudFormation(() => deleteTemplate(kind, id, accountState, settings));
    },
  };
}

function existingTarget(
  { subnetId = '', securityGroupIds = [] }: Partial<ReplicationTarget>,
  accountState: DrsAccountState,
): ReplicationTarget {
  const { subnets, securityGroups } = accountState.network();
  const absent = subnets.has(subnetId) ? securityGroupIds.find((id) => !securityGroups.has(id)) : subnetId;
  if (absent !== undefined) throw invalid(`${absent} does not exist.`);
  return { subnetId, securityGroupIds };
}

function idIn(arn: string): string {
  return arn.split('/')[1];
}

function asCloudFormation<T>(operate: () => T): T {
  try {
    return operate();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new Error(`Resource handler returned message: "${error.message} (Service: Drs, Status Code: ${error.status})"`);
  }
}
