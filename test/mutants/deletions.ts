import { mutate, type Mutants } from './mutant';

const genuineDeletion = mutate('protocol/deletion-check.ts');
const stacks = mutate('protocol/stack-status.ts');
const cloudFormation = mutate('aws/cloudformation.ts');
const rules = mutate('source-server/handler.ts');
const lifecycle = mutate('protocol/respond.ts');

const GENUINE = '{ genuine: true, deletedStack: inCleanUp ? undefined : deleted?.name }';

/** By the rows of the table "When a deletion disconnects". */
export const deletions: Mutants = {
  'the stack is being deleted': [
    genuineDeletion('keeps the server', `return ${GENUINE};`, `return { genuine: false, why: 'mutant' };`),
    genuineDeletion('does not know the status', `own.status !== 'DELETE_IN_PROGRESS' && own`, `own.status !== 'DELETE_FAILED' && own`),
    genuineDeletion('asks for the status of the root instead', 'const own = stacks[0];', 'const own = stacks.at(-1)!;'),
    genuineDeletion(
      'takes an ancestor that rests after a rollback for one that rolls back',
      `  'IMPORT_ROLLBACK_IN_PROGRESS',`,
      `  'IMPORT_ROLLBACK_IN_PROGRESS',\n  'UPDATE_ROLLBACK_COMPLETE',`,
    ),
  ],
  'an update removed the resource, or changed its server': [
    genuineDeletion(
      'does not know the status',
      `const CLEAN_UP = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'`,
      `const CLEAN_UP = 'UPDATE_COMPLETE'`,
    ),
    genuineDeletion(
      'keeps if any server is still declared',
      'PhysicalResourceId === request.physicalId && !ResourceStatus',
      '!ResourceStatus',
    ),
    genuineDeletion('takes the resource itself for another one', 'declared.find((resource) => resource !== own)', 'declared[0]'),
    genuineDeletion('takes a resource of another type for one', '.filter(({ ResourceType }) => ResourceType === request.resourceType)', ''),
    genuineDeletion(
      'keeps the old server, as if it were a fleet',
      `(request: Request, replaced: Replaced = 'goes')`,
      `(request: Request, replaced: Replaced = 'stays')`,
    ),
    genuineDeletion(
      'takes a resource that is being deleted too for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_COMPLETE'`,
    ),
    genuineDeletion(
      'takes a resource that was deleted before for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_IN_PROGRESS'`,
    ),
  ],
  '… but the construct was only renamed or moved inside the stack': [
    genuineDeletion(
      'disconnects without looking',
      '? judgeByDeclarations(request, await listResources(request), verdict, replaced)',
      '? verdict',
    ),
    stacks('looks at the first page only', '} while (token);', `} while (token === '');`),
    genuineDeletion(
      'takes a list that can not be read for an empty one',
      'await listResources(request), verdict',
      'await listResources(request).catch(() => []), verdict',
    ),
  ],
  'a create, an update or an import rolls back, here or in an ancestor': [
    ...['ROLLBACK', 'UPDATE_ROLLBACK', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP', 'IMPORT_ROLLBACK'].map((kind) =>
      genuineDeletion(`does not know ${kind}_IN_PROGRESS`, `'${kind}_IN_PROGRESS',`, ''),
    ),
    genuineDeletion('looks at its own status only', 'stacks.find(({ status }) => ROLLING_BACK', '[own].find(({ status }) => ROLLING_BACK'),
    genuineDeletion(
      'looks no further than to the parent',
      'stacks.find(({ status }) => ROLLING_BACK',
      'stacks.slice(0, 2).find(({ status }) => ROLLING_BACK',
    ),
    genuineDeletion(
      'lets its own clean-up count for more than the rollback of an ancestor',
      'if (rollingBack) {',
      'if (rollingBack && own.status !== CLEAN_UP) {',
    ),
    stacks('does not ask for ancestors', 'id = stacks.at(-1)?.parentId', 'id = undefined'),
  ],
  'a create failed with `OnFailure=DELETE`': [
    genuineDeletion('takes a stack that was updated for one that was never created', ` || type === 'UPDATE_STACK'`, ''),
    genuineDeletion('does not judge the last operations', '(byOperations || byReason)', 'byReason'),
    genuineDeletion('does not judge the reason', '(byOperations || byReason)', 'byOperations'),
    genuineDeletion('takes every deletion of a stack whose create failed for its end', '[^]*Delete requested by user/', '/'),
    genuineDeletion("takes a user's deletion for the end of a failed create", '/failed to create[^]*Delete', '/Delete'),
    cloudFormation('does not read the last operations', `stack.listOf('LastOperations')`, 'stack.children.slice(0, 0)'),
    genuineDeletion('takes an empty list for a failed create', 'lastOperations.length > 0 && ', ''),
    genuineDeletion(
      'judges those of the nested stack, not of the root',
      'if (isDeletionOfFailedCreate(root)) {',
      'if (isDeletionOfFailedCreate(own)) {',
    ),
    genuineDeletion('takes an update for a failed create', `status === 'DELETE_IN_PROGRESS' && (byOperations`, '(byOperations'),
  ],
  'a create was cancelled, failed or timed out': [
    rules(
      'disconnects the server that the properties name',
      'const server = parseSourceServerArn(physicalId);',
      'const server = parseSourceServerArn(physicalId) ?? parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    rules(
      'fails the deletion',
      `decide(request, 'kept', 'the physical ID is not one of ours: nothing was declared');`,
      `throw new Failure('mutant');`,
    ),
    lifecycle(
      'answers a failed Create with the ARN',
      'request.physicalId ?? NOT_CREATED + request.logicalId',
      'request.physicalId ?? String(request.properties.SourceServerArn)',
    ),
  ],
  "anything else, the status can't be read, or the resource is still live itself": [
    genuineDeletion('disconnects though the resource itself is live', 'declared.length > 0 ?', 'declared.length < 0 ?'),
    genuineDeletion('disconnects, whatever the status', 'return undefined;', 'return { genuine: true };'),
    genuineDeletion('keeps, whatever the status', 'return undefined;', `return { genuine: false, why: 'mutant' };`),
    genuineDeletion('does not read again', '[1_000, 2_000, 4_000, 8_000, 15_000]', '[] as number[]'),
    genuineDeletion('does not read again what could not be read', '    return failure;', '    throw failure;'),
    genuineDeletion(
      'tries for the whole of its time again what was tried for long enough',
      'if (error instanceof Failure) {',
      'if (!error) {',
    ),
    genuineDeletion('disconnects if the status can not be read', '    return failure;', '    return { genuine: true };'),
    genuineDeletion('keeps if the status can not be read', '    return failure;', `    return { genuine: false, why: 'mutant' };`),
    stacks(
      'goes on without an ancestor that can not be read',
      'stacks.push(await describe(client, id, request.deadline));',
      `const stack = await describe(client, id, request.deadline).catch(() => undefined);
    if (!stack) {
      break;
    }
    stacks.push(stack);`,
    ),
    stacks('believes what is told of another stack', 'Stacks.find((candidate) => candidate.StackId === stackId)', 'Stacks[0]'),
  ],
};
