import { randomUUID } from 'node:crypto';
import { partition } from '../../defaults';
import { AwsError, ServiceRequest } from '../../http/service';
import { XmlContent } from '../../http/xml';
import { hasChanges, resourceChanges } from '../changes';
import { validationError } from '../errors';
import { ChangeSet, ResourceChange, StackOptions } from '../model';
import { Stack } from '../stack';
import { Api, ApiOperations, authorize, findStack, isoTime, members, page, requireStack, stackArn } from './api';
import { checkUpdatable, startCreate, startUpdate } from './change-stacks';
import { deployAs, passedRole } from './deployer';
import { readDeployment } from './deployment-input';
import { describeParameters } from './describe-stacks';
import { QueryInput } from './query';
import { describeMode, readStackOptions } from './stack-options';

/** Change sets as the CDK CLI deploys with them. */
export const changeSets: ApiOperations = {
  CreateChangeSet: (api, input, request) => {
    const name = input.required('ChangeSetName');
    const type = input.text('ChangeSetType') ?? 'UPDATE';
    if (type !== 'CREATE' && type !== 'UPDATE') throw validationError(`Change sets of type ${type} are not supported here.`);
    const roleArn = passedRole(api, input, request);
    const { stack, isNew } = stackFor(api, request, input.required('StackName'), type);
    try {
      const changeSet = { ...changeSetOf(api, input, stack, name, type), roleArn };
      if (stack.changeSets.has(name))
        throw new AwsError('AlreadyExistsException', `ChangeSet ${name} already exists for stack ${stack.stackId}`, 400);
      stack.changeSets.set(name, changeSet);
      if (isNew) stack.transition('REVIEW_IN_PROGRESS', 'User Initiated');
      return { Id: changeSet.changeSetId, StackId: stack.stackId };
    } catch (error) {
      if (isNew) api.engine.stacks.remove(stack);
      throw error;
    }
  },

  DescribeChangeSet: (api, input, request) => {
    const { stack, changeSet } = requireChangeSet(api, request, 'DescribeChangeSet', input);
    const { items, nextToken } = page(changeSet.changes, input.text('NextToken'));
    return {
      ChangeSetName: changeSet.name,
      ChangeSetId: changeSet.changeSetId,
      StackId: stack.stackId,
      StackName: stack.stackName,
      Description: changeSet.description,
      Parameters: members(describeParameters(changeSet)),
      CreationTime: isoTime(changeSet.createdAt),
      ExecutionStatus: changeSet.status === 'FAILED' ? 'UNAVAILABLE' : 'AVAILABLE',
      Status: changeSet.status,
      StatusReason: changeSet.statusReason,
      NotificationARNs: {},
      RollbackConfiguration: {},
      DeploymentConfig: describeMode(changeSet.options),
      Capabilities: members(changeSet.options.capabilities ?? []),
      Tags: members(Object.entries(changeSet.deployment.tags).map(([Key, Value]) => ({ Key, Value }))),
      Changes: members(items.map((change) => ({ Type: 'Resource', ResourceChange: describeChange(change) }))),
      NextToken: nextToken,
      IncludeNestedStacks: false,
    };
  },

  ExecuteChangeSet: (api, input, request) => {
    const { stack, changeSet } = requireChangeSet(api, request, 'ExecuteChangeSet', input);
    if (changeSet.status === 'FAILED') {
      throw new AwsError(
        'InvalidChangeSetStatus',
        `ChangeSet [${changeSet.changeSetId}] cannot be executed in its current status of [FAILED]`,
        400,
      );
    }
    const disableRollback = input.flag('DisableRollback') ?? changeSet.options.disableRollback ?? false;
    const options: StackOptions = { ...changeSet.options, disableRollback };
    if (changeSet.type === 'UPDATE') checkUpdatable(stack, options);
    stack.options = options;
    stack.clientRequestToken = input.text('ClientRequestToken');
    stack.changeSets.clear();
    deployAs(api, stack, request, changeSet.roleArn);
    if (changeSet.type === 'CREATE') {
      // CloudFormation calls this an update, too.
      stack.updatedAt = api.engine.clock.now();
      startCreate(api.engine, stack, changeSet.deployment);
    } else startUpdate(api.engine, stack, changeSet.deployment);
    return {};
  },

  /** Deleting one that isn't there is no error. */
  DeleteChangeSet: (api, input, request) => {
    const { stack, changeSet } = findChangeSet(api, request, 'DeleteChangeSet', input);
    if (changeSet) stack?.changeSets.delete(changeSet.name);
    return {};
  },
};

/** A change set of type CREATE makes its stack, in REVIEW_IN_PROGRESS. */
function stackFor(
  api: Api,
  request: ServiceRequest,
  name: string,
  type: ChangeSet['type'],
): { readonly stack: Stack; readonly isNew: boolean } {
  const { accountId } = request.caller;
  const existing = api.engine.stacks.find(accountId, request.region, name);
  authorize(api, request, 'CreateChangeSet', existing?.stackId ?? stackArn(name, accountId, request.region));
  if (type === 'UPDATE' && (!existing || existing.status === 'REVIEW_IN_PROGRESS')) throw validationError(`Stack [${name}] does not exist`);
  if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS') {
    throw validationError(`Stack [${name}] already exists and cannot be created again with the changeSet.`);
  }
  return existing ? { stack: existing, isNew: false } : { stack: api.engine.stacks.add(accountId, request.region, name), isNew: true };
}

function changeSetOf(api: Api, input: QueryInput, stack: Stack, name: string, type: ChangeSet['type']): ChangeSet {
  const { accountId, region } = stack;
  const deployment = readDeployment(api, input, stack);
  const isEmpty = type === 'UPDATE' && !hasChanges(api.engine, stack, deployment);
  const description = input.text('Description');
  return {
    changeSetId: `arn:${partition}:cloudformation:${region}:${accountId}:changeSet/${name}/${randomUUID()}`,
    name,
    type,
    ...(description !== undefined && { description }),
    createdAt: Date.now(),
    deployment,
    options: readStackOptions(input),
    changes: resourceChanges(api.engine, stack, deployment),
    status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
    ...(isEmpty && {
      statusReason: "The submitted information didn't contain changes. Submit different information to create a change set.",
    }),
  };
}

function requireChangeSet(
  api: Api,
  request: ServiceRequest,
  action: string,
  input: QueryInput,
): { readonly stack: Stack; readonly changeSet: ChangeSet } {
  const { stack, changeSet } = findChangeSet(api, request, action, input);
  if (!stack || !changeSet) throw new AwsError('ChangeSetNotFound', `ChangeSet [${input.required('ChangeSetName')}] does not exist`, 404);
  return { stack, changeSet };
}

/** By name and stack, or by its ARN alone. */
function findChangeSet(
  api: Api,
  request: ServiceRequest,
  action: string,
  input: QueryInput,
): { readonly stack?: Stack; readonly changeSet?: ChangeSet } {
  const nameOrId = input.required('ChangeSetName');
  const stackName = input.text('StackName');
  const { stacks } = api.engine;
  const byId = stacks
    .of(request.caller.accountId, request.region)
    .find((stack) => [...stack.changeSets.values()].some(({ changeSetId }) => changeSetId === nameOrId));
  const stack = stackName === undefined ? byId : requireStack(api, request, action, stackName, `Stack [${stackName}] does not exist`);
  if (stackName === undefined && stack) findStack(api, request, action, stack.stackId);
  const changeSet = [...(stack?.changeSets.values() ?? [])].find(({ name, changeSetId }) => name === nameOrId || changeSetId === nameOrId);
  return { ...(stack && { stack }), ...(changeSet && { changeSet }) };
}

function describeChange({ action, logicalId, physicalId, type, scope, replacement, properties }: ResourceChange): XmlContent {
  return {
    Action: action,
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    Replacement: replacement,
    Scope: members(scope ?? []),
    Details: members(
      (properties ?? []).map((name) => ({
        Target: { Attribute: 'Properties', Name: name, RequiresRecreation: 'Never' },
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      })),
    ),
  };
}
