import { AwsError } from '../../http/service';
import { hasChanges } from '../changes';
import { Engine } from '../engine';
import { validationError } from '../errors';
import { Deployment, StackOptions } from '../model';
import { Stack } from '../stack';
import { cleanUp } from '../stack-operations/clean-up';
import { createResources } from '../stack-operations/create';
import { deleteStack } from '../stack-operations/delete';
import { rollBackCreate, rollBackUpdate } from '../stack-operations/rollback';
import { beginUpdate, updateStack } from '../stack-operations/update';
import { ApiOperations, authorize, findStack, requireStack, stackArn } from './api';
import { deployAs, passedRole } from './deployer';
import { readDeployment } from './deployment-input';
import { readStackOptions } from './stack-options';

/** The operations that create, update, roll back and delete stacks. Each starts the work and answers at once. */
export const changeStacks: ApiOperations = {
  CreateStack: (api, input, request) => {
    const stackName = checkedName(input.required('StackName'));
    const { accountId } = request.caller;
    const { stacks } = api.engine;
    const existing = stacks.find(accountId, request.region, stackName);
    authorize(api, request, 'CreateStack', existing?.stackId ?? stackArn(stackName, accountId, request.region));
    const token = input.text('ClientRequestToken');
    if (existing && token !== undefined && existing.clientRequestToken === token) return { StackId: existing.stackId };
    if (existing) throw new AwsError('AlreadyExistsException', `Stack [${stackName}] already exists`, 400);
    if (input.text('OnFailure') !== undefined && input.flag('DisableRollback') !== undefined) {
      throw validationError('You can specify either DisableRollback or OnFailure, but not both');
    }
    const stack = stacks.add(accountId, request.region, stackName);
    try {
      stack.options = readStackOptions(input);
      stack.terminationProtection = input.flag('EnableTerminationProtection') ?? false;
      stack.clientRequestToken = token;
      deployAs(api, stack, request, passedRole(api, input, request));
      startCreate(api.engine, stack, readDeployment(api, input, stack));
    } catch (error) {
      stacks.remove(stack);
      throw error;
    }
    return { StackId: stack.stackId };
  },

  UpdateStack: (api, input, request) => {
    const name = input.required('StackName');
    const stack = requireStack(api, request, 'UpdateStack', name, `Stack [${name}] does not exist`);
    const options = { ...stack.options, disableRollback: false, ...readStackOptions(input) };
    checkUpdatable(stack, options);
    const deployment = readDeployment(api, input, stack);
    if (!hasChanges(api.engine, stack, deployment)) throw validationError('No updates are to be performed.');
    deployAs(api, stack, request, passedRole(api, input, request));
    stack.options = options;
    stack.clientRequestToken = input.text('ClientRequestToken');
    startUpdate(api.engine, stack, deployment);
    return { StackId: stack.stackId };
  },

  CancelUpdateStack: (api, input, request) => {
    const stack = requireStack(api, request, 'CancelUpdateStack', input.required('StackName'));
    if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.stable) {
      throw validationError('CancelUpdateStack cannot be called from current stack status');
    }
    stack.transition('UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
    stack.operation?.cancellation.abort();
    return {};
  },

  ContinueUpdateRollback: (api, input, request) => {
    const stack = requireStack(api, request, 'ContinueUpdateRollback', input.required('StackName'));
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not continue its rollback.`);
    }
    const skipped = input.list('ResourcesToSkip');
    for (const logicalId of skipped) {
      if (stack.resources.get(logicalId)?.status !== 'UPDATE_FAILED')
        throw validationError(`Resource [${logicalId}] is not in a state that can be skipped`);
    }
    deployAs(api, stack, request, passedRole(api, input, request));
    stack.begin('CONTINUE_ROLLBACK');
    startUpdateRollback(api.engine, stack, skipped);
    return {};
  },

  RollbackStack: (api, input, request) => {
    const stack = requireStack(api, request, 'RollbackStack', input.required('StackName'));
    if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') {
      throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`);
    }
    deployAs(api, stack, request, passedRole(api, input, request));
    if (!stack.stable) void api.engine.run(stack, () => rollBackCreate(api.engine, stack, 'User Initiated'));
    else {
      stack.begin('ROLLBACK', stack.lastOperations);
      startUpdateRollback(api.engine, stack, []);
    }
    return { StackId: stack.stackId };
  },

  DeleteStack: (api, input, request) => {
    const stack = findStack(api, request, 'DeleteStack', input.required('StackName'));
    if (!stack || stack.isDeleted || stack.status === 'DELETE_IN_PROGRESS') return {};
    const retain = input.list('RetainResources');
    const force = input.text('DeletionMode') === 'FORCE_DELETE_STACK';
    checkDeletable(api.engine, stack, retain, force);
    deployAs(api, stack, request, passedRole(api, input, request));
    const { mode } = readStackOptions(input);
    stack.options = { ...stack.options, mode };
    stack.clientRequestToken = input.text('ClientRequestToken');
    void deleteStack(api.engine, stack, { retain, force });
    return {};
  },

  UpdateTerminationProtection: (api, input, request) => {
    const stack = requireStack(api, request, 'UpdateTerminationProtection', input.required('StackName'));
    if (stack.parent) throw validationError('Termination protection cannot be set on a nested stack; set it on the root stack.');
    stack.terminationProtection = input.flag('EnableTerminationProtection') ?? false;
    return { StackId: stack.stackId };
  },
};

export function startCreate(engine: Engine, stack: Stack, deployment: Deployment): void {
  stack.begin('CREATE_STACK');
  stack.transition('CREATE_IN_PROGRESS', 'User Initiated');
  void engine.run(stack, async (cancellation) => void (await createResources(engine, stack, deployment, cancellation)));
}

export function startUpdate(engine: Engine, stack: Stack, deployment: Deployment): void {
  beginUpdate(stack, 'User Initiated');
  void engine.run(stack, (cancellation) => updateStack(engine, stack, deployment, cancellation));
}

function startUpdateRollback(engine: Engine, stack: Stack, skipped: readonly string[]): void {
  stack.transition('UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  void engine.run(stack, async () => {
    await rollBackUpdate(engine, stack, skipped);
    await cleanUp(engine, stack);
  });
}

/** What never completed can only go on without a rollback: there is nothing to roll back to. */
export function checkUpdatable(stack: Stack, { disableRollback = false }: StackOptions): void {
  const completed = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(stack.status);
  const failed = stack.status === 'UPDATE_FAILED' || stack.status === 'CREATE_FAILED';
  if (!completed && !(failed && (disableRollback || stack.stable))) {
    throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`);
  }
}

function checkDeletable(engine: Engine, stack: Stack, retain: readonly string[], force: boolean): void {
  if (stack.terminationProtection) {
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (stack.status.endsWith('_IN_PROGRESS') && !['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'].includes(stack.status)) {
    throw validationError(`Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`);
  }
  if ((retain.length > 0 || force) && stack.status !== 'DELETE_FAILED') {
    throw validationError(
      `Invalid operation on stack [${stack.stackId}]. Resources can be retained and deletion forced in DELETE_FAILED only.`,
    );
  }
  for (const logicalId of retain) {
    if (stack.resources.get(logicalId)?.status !== 'DELETE_FAILED') {
      throw validationError(
        'The specified resources to retain must be in a valid state. Specify resources that are in the DELETE_FAILED state.',
      );
    }
  }
  for (const { exportName } of stack.outputs) {
    const importer = exportName === undefined ? undefined : engine.stacks.importerOf(exportName, stack);
    if (importer) throw validationError(`Export ${exportName} cannot be deleted as it is in use by ${importer.stackName}`);
  }
}

function checkedName(name: string): string {
  if (/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) return name;
  throw validationError(
    `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  );
}
