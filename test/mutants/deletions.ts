import { mutate, type Mutants } from './mutant';

const deletionCheck = mutate('protocol/deletion-check.ts');
const stackStatus = mutate('protocol/stack-status.ts');
const cloudFormation = mutate('aws/cloudformation.ts');
const handler = mutate('source-server/handler.ts');
const request = mutate('protocol/request.ts');
const respond = mutate('protocol/respond.ts');

const GENUINE = '{ genuine: true, deletedStack: inCleanUp ? undefined : deleted?.name }';

/** By the rows of the table "When a deletion disconnects". */
export const deletions: Mutants = {
  'the stack is being deleted': [
    deletionCheck('keeps the server', `return ${GENUINE};`, `return { genuine: false, why: 'mutant' };`),
    deletionCheck('does not know the status', `own.status !== 'DELETE_IN_PROGRESS' && own`, `own.status !== 'DELETE_FAILED' && own`),
    deletionCheck('asks for the status of the root instead', 'const own = stacks[0];', 'const own = stacks.at(-1)!;'),
    deletionCheck(
      'takes an ancestor that rests after a rollback for one that rolls back',
      `  'IMPORT_ROLLBACK_IN_PROGRESS',`,
      `  'IMPORT_ROLLBACK_IN_PROGRESS',\n  'UPDATE_ROLLBACK_COMPLETE',`,
    ),
  ],
  'an update removed the resource, or changed its server': [
    deletionCheck(
      'does not know the status',
      `const CLEAN_UP = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'`,
      `const CLEAN_UP = 'UPDATE_COMPLETE'`,
    ),
    deletionCheck(
      'keeps if any server is still declared',
      'PhysicalResourceId === request.physicalId && !ResourceStatus',
      '!ResourceStatus',
    ),
    deletionCheck('takes the resource itself for another one', 'declared.find((resource) => resource !== own)', 'declared[0]'),
    deletionCheck('takes a resource of another type for one', '.filter(({ ResourceType }) => ResourceType === request.resourceType)', ''),
    handler('keeps the old server, as if it were a fleet', `replaced: 'disconnect',`, `replaced: 'keep',`),
    deletionCheck(
      'takes a resource that is being deleted too for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_COMPLETE'`,
    ),
    deletionCheck(
      'takes a resource that was deleted before for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_IN_PROGRESS'`,
    ),
  ],
  '… but the construct was only renamed or moved inside the stack': [
    deletionCheck(
      'disconnects without looking',
      '? checkByDeclarations(request, await listResources(request), check, replaced)',
      '? check',
    ),
    stackStatus('looks at the first page only', '} while (token);', `} while (token === '');`),
    deletionCheck(
      'takes a list that can not be read for an empty one',
      'await listResources(request), check',
      'await listResources(request).catch(() => []), check',
    ),
  ],
  '… but an ancestor still updates, and may roll back': [
    deletionCheck('disconnects at once', ' || openAncestor(stacks)) {', ') {'),
    deletionCheck(
      'does not wait',
      'READ_AGAIN[attempt] ?? (check instanceof OpenAncestor ? READ_AGAIN.at(-1) : undefined)',
      'READ_AGAIN[attempt]',
    ),
    deletionCheck('does not wait for one that failed', "!status.endsWith('_COMPLETE')", "status.endsWith('_IN_PROGRESS')"),
    deletionCheck('waits even for one that cleans up', '=> status !== CLEAN_UP && ', '=> '),
    deletionCheck('waits even for one that is being deleted', "!status.startsWith('DELETE_') && !status.endsWith", '!status.endsWith'),
  ],
  'a create, an update or an import rolls back, here or in an ancestor': [
    ...['ROLLBACK', 'UPDATE_ROLLBACK', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP', 'IMPORT_ROLLBACK'].map((kind) =>
      deletionCheck(`does not know ${kind}_IN_PROGRESS`, `'${kind}_IN_PROGRESS',`, ''),
    ),
    deletionCheck('looks at its own status only', 'stacks.find(({ status }) => ROLLING_BACK', '[own].find(({ status }) => ROLLING_BACK'),
    deletionCheck(
      'looks no further than to the parent',
      'stacks.find(({ status }) => ROLLING_BACK',
      'stacks.slice(0, 2).find(({ status }) => ROLLING_BACK',
    ),
    deletionCheck(
      'lets its own clean-up count for more than the rollback of an ancestor',
      'if (rollingBack) {',
      'if (rollingBack && own.status !== CLEAN_UP) {',
    ),
    stackStatus('does not ask for ancestors', 'id = stacks.at(-1)?.parentId', 'id = undefined'),
  ],
  'a create failed with `OnFailure=DELETE`': [
    deletionCheck('takes a stack that was updated for one that was never created', ` || type === 'UPDATE_STACK'`, ''),
    deletionCheck('does not judge the last operations', '(byOperations || byReason)', 'byReason'),
    deletionCheck('does not judge the reason', '(byOperations || byReason)', 'byOperations'),
    deletionCheck('takes every deletion of a stack whose create failed for its end', '[^]*Delete requested by user/', '/'),
    deletionCheck("takes a user's deletion for the end of a failed create", '/failed to create[^]*Delete', '/Delete'),
    cloudFormation('does not read the last operations', `stack.listOf('LastOperations')`, 'stack.children.slice(0, 0)'),
    deletionCheck('takes an empty list for a failed create', 'lastOperations.length > 0 && ', ''),
    deletionCheck(
      'judges those of the nested stack, not of the root',
      'if (isDeletionOfFailedCreate(root)) {',
      'if (isDeletionOfFailedCreate(own)) {',
    ),
    deletionCheck('takes an update for a failed create', `status === 'DELETE_IN_PROGRESS' && (byOperations`, '(byOperations'),
  ],
  'a create was cancelled, failed or timed out': [
    handler(
      'disconnects the server that the properties name',
      'const server = parseSourceServerArn(request.physicalId);',
      'const server = parseSourceServerArn(request.physicalId) ?? parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    request('fails the deletion', `type === 'Delete' && physicalId !== undefined && !isOfCreated(physicalId)`, `!type`),
    respond(
      'answers a failed Create with the ARN',
      'request.physicalId ?? notCreatedIdOf(request.logicalId)',
      'request.physicalId ?? String(request.properties.SourceServerArn)',
    ),
  ],
  "anything else, the status can't be read, or the resource is still live itself": [
    deletionCheck('disconnects though the resource itself is live', 'return declared.length > 0', 'return declared.length < 0'),
    deletionCheck('disconnects, whatever the status', 'return undefined;', 'return { genuine: true };'),
    deletionCheck('keeps, whatever the status', 'return undefined;', `return { genuine: false, why: 'mutant' };`),
    deletionCheck('does not read again', '[1_000, 2_000, 4_000, 8_000, 15_000]', '[] as number[]'),
    deletionCheck('does not read again what could not be read', '    return failure;', '    throw failure;'),
    deletionCheck(
      'tries for the whole of its time again what was tried for long enough',
      'if (error instanceof Failure) {',
      'if (!error) {',
    ),
    deletionCheck('disconnects if the status can not be read', '    return failure;', '    return { genuine: true };'),
    deletionCheck('keeps if the status can not be read', '    return failure;', `    return { genuine: false, why: 'mutant' };`),
    stackStatus(
      'goes on without an ancestor that can not be read',
      'stacks.push(await describe(client, id, request.deadline));',
      `const stack = await describe(client, id, request.deadline).catch(() => undefined);
    if (!stack) {
      break;
    }
    stacks.push(stack);`,
    ),
    stackStatus('believes what is told of another stack', 'Stacks.find((candidate) => candidate.StackId === stackId)', 'Stacks[0]'),
  ],
};
