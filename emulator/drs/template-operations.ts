import { deleteTemplate, putTemplate, TemplateKind } from './configuration-templates';
import { resourceNotFound } from './errors';
import { DrsCall, Operation } from './operation';

// The default settings as the API has them. What else is in a template, nothing here depends on.

interface Input {
  readonly replicationConfigurationTemplateID?: string;
  readonly launchConfigurationTemplateID?: string;
  readonly stagingAreaSubnetId?: string;
  readonly replicationServersSecurityGroupsIDs?: readonly string[];
}

const idOf = (kind: TemplateKind, input: Input): string =>
  (kind === 'launch' ? input.launchConfigurationTemplateID : input.replicationConfigurationTemplateID) ?? '';

export function describeTemplates(kind: TemplateKind): Operation<object> {
  return {
    authorize: (_input, call) => call.authorize(`drs:Describe${named(kind)}s`, '*'),
    run: (_input, call) => ({ items: [...call.accountState.configurationTemplates[kind].keys()].map((id) => show(kind, id, call)) }),
  };
}

export function createTemplate(kind: TemplateKind): Operation<Input> {
  return {
    authorize: (_input, call) => call.authorize(`drs:Create${named(kind)}`, '*'),
    run: (input, call) => show(kind, putTemplate(kind, targetIn(input), call.accountState, call.settings), call),
  };
}

export function updateTemplate(kind: TemplateKind): Operation<Input> {
  return {
    authorize: (_input, call) => call.authorize(`drs:Update${named(kind)}`, '*'),
    run(input, call) {
      const id = idOf(kind, input);
      if (!call.accountState.configurationTemplates[kind].has(id)) throw resourceNotFound('CONFIGURATION_TEMPLATE', id);
      return show(kind, putTemplate(kind, targetIn(input), call.accountState, call.settings, id), call);
    },
  };
}

export function removeTemplate(kind: TemplateKind): Operation<Input> {
  return {
    authorize: (_input, call) => call.authorize(`drs:Delete${named(kind)}`, '*'),
    run(input, call) {
      deleteTemplate(kind, idOf(kind, input), call.accountState, call.settings);
      return {};
    },
  };
}

function named(kind: TemplateKind): string {
  return kind === 'launch' ? 'LaunchConfigurationTemplate' : 'ReplicationConfigurationTemplate';
}

/** What isn't given stays as it was. */
function targetIn({ stagingAreaSubnetId: subnetId, replicationServersSecurityGroupsIDs: securityGroupIds }: Input) {
  return { ...(subnetId !== undefined && { subnetId }), ...(securityGroupIds && { securityGroupIds }) };
}

function show(kind: TemplateKind, id: string, { accountState }: DrsCall): object {
  if (kind === 'launch') return { launchConfigurationTemplateID: id };
  const target = accountState.configurationTemplates.replication.get(id);
  return {
    replicationConfigurationTemplateID: id,
    stagingAreaSubnetId: target?.subnetId,
    replicationServersSecurityGroupsIDs: target?.securityGroupIds,
  };
}
