import { XmlContent } from '../../http/xml';
import { Settings } from '../../settings';
import { isNoEcho, resolvedValue } from '../parameters';
import { Operation } from '../model';
import { Stack } from '../stack';
import { ApiOperations, authorize, isoTime, members, page, requireStack } from './api';
import { describeMode } from './stack-options';

/** What a stack says of itself. */
export const describeStacks: ApiOperations = {
  DescribeStacks: (api, input, request) => {
    const name = input.text('StackName');
    const { settings, stacks } = api.engine;
    if (name) return { Stacks: members([describe(requireStack(api, request, 'DescribeStacks', name), settings)]) };
    authorize(api, request, 'DescribeStacks', '*');
    const living = stacks.of(request.caller.accountId, request.region).filter((stack) => !stack.isDeleted);
    const { items, nextToken } = page(living, input.text('NextToken'));
    return { Stacks: members(items.map((stack) => describe(stack, settings))), NextToken: nextToken };
  },

  ListStacks: (api, input, request) => {
    authorize(api, request, 'ListStacks', '*');
    const statuses = input.list('StackStatusFilter');
    const all = api.engine.stacks.of(request.caller.accountId, request.region);
    const { items, nextToken } = page(
      all.filter(({ status }) => statuses.length === 0 || statuses.includes(status)),
      input.text('NextToken'),
    );
    return { StackSummaries: members(items.map(summary)), NextToken: nextToken };
  },

  ListExports: (api, input, request) => {
    authorize(api, request, 'ListExports', '*');
    const living = api.engine.stacks.of(request.caller.accountId, request.region).filter((stack) => !stack.isDeleted);
    const exported = living.flatMap(({ stackId, outputs }) =>
      outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ ExportingStackId: stackId, Name: exportName, Value: value }],
      ),
    );
    const { items, nextToken } = page(exported, input.text('NextToken'));
    return { Exports: members(items), NextToken: nextToken };
  },
};

function summary(stack: Stack): Record<string, XmlContent> {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    TemplateDescription: stack.deployment?.template.description,
    CreationTime: isoTime(stack.createdAt),
    LastUpdatedTime: stack.updatedAt && isoTime(stack.updatedAt),
    DeletionTime: stack.deletedAt && isoTime(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    ParentId: stack.parent?.stackId,
    RootId: stack.parent && stack.root.stackId,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function describe(stack: Stack, settings: Settings): XmlContent {
  const { TemplateDescription, ...common } = summary(stack);
  return {
    ...common,
    Description: TemplateDescription,
    StackStatusReason: isReasonTold(stack, settings) ? stack.statusReason : undefined,
    DisableRollback: stack.options.disableRollback ?? false,
    DeploymentConfig: describeMode(stack.root.options),
    EnableTerminationProtection: stack.root.terminationProtection,
    RollbackConfiguration: {},
    NotificationARNs: {},
    Capabilities: members(stack.options.capabilities ?? []),
    Parameters: members(describeParameters(stack)),
    Tags: members(Object.entries(stack.deployment?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }))),
    Outputs: members(
      stack.outputs.map(({ key, value, description, exportName }) => ({
        OutputKey: key,
        OutputValue: value,
        Description: description,
        ExportName: exportName,
      })),
    ),
    LastOperations:
      settings.lastOperations === 'absent'
        ? undefined
        : members(
            operationsTold(stack, settings).map(({ operationId, operationType }) => ({
              OperationType: operationType,
              OperationId: operationId,
            })),
          ),
  };
}

function isReasonTold({ status, lastOperations }: Stack, { deletionReason }: Settings): boolean {
  const isOfFailure = lastOperations.length > 1;
  return status !== 'DELETE_IN_PROGRESS' || deletionReason === 'always' || (deletionReason === 'on-failure' && isOfFailure);
}

function operationsTold({ status, lastOperations, previousOperations }: Stack, settings: Settings): readonly Operation[] {
  switch (settings.lastOperations) {
    case 'current':
      return lastOperations.slice(0, 1);
    case 'lagging':
      return status === 'DELETE_IN_PROGRESS' ? previousOperations : lastOperations;
    default:
      return lastOperations;
  }
}

export function describeParameters({ deployment }: Pick<Stack, 'deployment'>): XmlContent[] {
  const { template, parameters = {} } = deployment ?? {};
  return Object.entries(parameters).map(([key, value]) => {
    const declaration = template?.parameters[key];
    const isMasked = declaration !== undefined && isNoEcho(declaration);
    return { ParameterKey: key, ParameterValue: isMasked ? '****' : value, ResolvedValue: declaration && resolvedValue(declaration) };
  });
}
