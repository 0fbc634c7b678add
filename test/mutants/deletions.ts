import { mutate, type Mutants } from './mutant';

const deletionCheck = mutate('protocol/deletion-check.ts');
const stackStatus = mutate('protocol/stack-status.ts');
const cloudFormation = mutate('aws/cloudformation.ts');
const handler = mutate('source-server/handler.ts');
const request = mutate('protocol/request.ts');
const respond = mutate('protocol/respond.ts');

const phase = mutate('protocol/stack-phase.ts');
const history = mutate('protocol/stack-history.ts');
const declarations = mutate('protocol/declarations.ts');

const OPEN = "status !== CLEAN_UP && !status.startsWith('DELETE_') && !status.endsWith('_COMPLETE')";
const COMPLETE = '/^(CREATE_COMPLETE|UPDATE_(COMPLETE|ROLLBACK).*|IMPORT_(ROLLBACK_)?COMPLETE)$/';

/** By the rows of the table "When a deletion disconnects". */
export const deletions: Mutants = {
  'the stack is being deleted': [
    phase('does not know the status', "&& own.status !== 'DELETE_IN_PROGRESS'", "&& own.status !== 'DELETE_FAILED'"),
    phase(
      'asks for the status of the root instead',
      'const [own, ...ancestors] = stacks;',
      'const [own, ...ancestors] = [...stacks].reverse();',
    ),
    phase(
      'takes an ancestor that rests after a rollback for one that rolls back',
      `  'IMPORT_ROLLBACK_IN_PROGRESS',`,
      `  'IMPORT_ROLLBACK_IN_PROGRESS',\n  'UPDATE_ROLLBACK_COMPLETE',`,
    ),
    ...['CREATE_COMPLETE|', 'UPDATE_(COMPLETE|ROLLBACK).*|', '|ROLLBACK', '|IMPORT_(ROLLBACK_)?COMPLETE', '(ROLLBACK_)?'].map((status) =>
      history(`does not know ${status}`, COMPLETE, COMPLETE.replace(status, '')),
    ),
    history('takes the first of its events for all', 'if (wasComplete !== undefined) {', 'if (newest) {'),
    history(
      'takes events of other resources for those of the stack',
      'if (event.PhysicalResourceId === stackId) {',
      'if (event.ResourceStatus) {',
    ),
    deletionCheck('forgets what was complete once', 'completeOnce.add(stack.id);', ''),
    deletionCheck('reads every event for each request', 'if (completeOnce.has(stack.id)) {', "if (completeOnce.has('')) {"),
    stackStatus('reads the first page of events only', 'page.NextToken ? { token: page.NextToken } : undefined', 'undefined'),
    stackStatus(
      'stops at a page without events',
      'while (index === this.events.length && this.nextPage) {\n        await this.readPage(this.nextPage.token);',
      'if (index === this.events.length && this.nextPage) {\n        await this.readPage(this.nextPage.token);\n        if (index === this.events.length) return;',
    ),
    stackStatus(
      'gives up though CloudFormation is only throttling',
      'Date.now() + LONG_LIMIT), throttledUntil, signal',
      'Date.now() + LONG_LIMIT), signal',
    ),
  ],
  '… and its first events are not told any more': [
    history('fails', 'isOlderThanEvents(createdAt))', 'createdAt === undefined)'),
    history(
      'believes it of a younger stack, too',
      '(inCleanUp || reason === BY_USER) && isOlderThanEvents(createdAt)',
      '(inCleanUp || reason === BY_USER)',
    ),
    history('does not ask who deletes it', '(inCleanUp || reason === BY_USER) && ', ''),
    history('does not know that an update deletes a nested stack', 'inCleanUp || reason === BY_USER', 'reason === BY_USER'),
    history('takes a month for long enough', 'const EVENTS_KEPT = 90 *', 'const EVENTS_KEPT = 30 *'),
    history('takes a stack without an age for an old one', 'createdAt !== undefined && createdAt.getTime()', '(createdAt?.getTime() ?? 0)'),
    cloudFormation('does not read when the stack was created', "dateIn(stack, 'CreationTime')", 'undefined'),
  ],
  '… but it was never complete': [
    deletionCheck(
      'disconnects',
      'return wasComplete\n        ? lookAtEvents',
      'return !wasComplete || wasComplete\n        ? lookAtEvents',
    ),
    history('does not know a failed create', '/^(CREATE|ROLLBACK)_/', '/^ROLLBACK_/'),
    history('does not know a create that was rolled back', '/^(CREATE|ROLLBACK)_/', '/^CREATE_/'),
    deletionCheck(
      'judges by the nested stack, not by the root',
      'wasEverComplete(of, inCleanUp, of.id === own.id ? events',
      'wasEverComplete(own, inCleanUp, own.id ? events',
    ),
    phase('judges by the nested stack though its root is deleted', '[...stacks].reverse().find(', 'stacks.find('),
    deletionCheck('needs the events though two signs settle it', 'isFailedCreate(stack) ? false : was', 'was'),
    history('believes the operations alone', ' && FAILED_CREATE.test(statusReason);\n}', ';\n}'),
    history(
      'takes an update that failed for one that was completed',
      '/^(CREATE_COMPLETE|UPDATE_(COMPLETE|ROLLBACK).*',
      '/^(CREATE_COMPLETE|UPDATE_.*',
    ),
    deletionCheck(
      'does not ask it of a nested stack that an update removes',
      '      return wasComplete\n',
      '      return wasComplete || inCleanUp\n',
    ),
    history('takes every deletion of a stack whose create failed for its end', '[^]*Delete requested by user/', '/'),
    history("takes a user's deletion for the end of a failed create", '/failed to create[^]*Delete', '/Delete'),
    cloudFormation('does not read the last operations', "stack.listOf('LastOperations')", 'stack.children.slice(0, 0)'),
  ],
  'an update removed the resource, or changed its server': [
    phase('does not know the status', `const CLEAN_UP = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'`, `const CLEAN_UP = 'UPDATE_COMPLETE'`),
    declarations(
      'keeps if any server is still declared',
      'PhysicalResourceId === request.physicalId);',
      'PhysicalResourceId !== undefined);',
    ),
    declarations('takes the resource itself for another one', 'resource !== own && isLive(resource)', 'isLive(resource)'),
    declarations('takes a resource of another type for one', '.filter(({ ResourceType }) => ResourceType === request.resourceType)', ''),
    handler('keeps the old server, as if it were a fleet', `replaced: 'disconnect',`, `replaced: 'keep',`),
    declarations(
      'takes a resource that is being deleted too for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_COMPLETE'`,
    ),
    declarations(
      'takes a resource that was deleted before for a live one',
      `!ResourceStatus?.startsWith('DELETE_')`,
      `ResourceStatus !== 'DELETE_IN_PROGRESS'`,
    ),
    deletionCheck('does not say that nobody may read the events', "check === 'still listed' || resources", 'resources'),
    deletionCheck(
      'believes the list where another one was updated, and nobody may read the events',
      ' || resources.some((resource) => isUpdatedOther(request, resource))',
      '',
    ),
    declarations(
      'takes its own update for one of another',
      'LogicalResourceId !== logicalId && ResourceStatus',
      'logicalId.length > 0 && ResourceStatus',
    ),
    declarations('takes what stays as it was for updated', "ResourceStatus === 'UPDATE_COMPLETE'", 'ResourceStatus !== undefined'),
    declarations(
      'fears another type',
      'ResourceType === resourceType && LogicalResourceId',
      'resourceType.length > 0 && LogicalResourceId',
    ),
    deletionCheck('fails where nobody may read the events', "if (!isOfKind(error, 'denied')) {", 'if (error) {'),
    deletionCheck(
      'does not warn that nobody may read the events',
      "logDecision(request, 'events unknown', messageOf(error), 'warning');",
      '',
    ),
  ],
  '… but the construct was only renamed or moved inside the stack': [
    history(
      'does not see it under another name in the events',
      '? ofOwn && !isSame : isSame && !gone',
      '? ofOwn && !isSame : false && !gone',
    ),
    history('takes what lost it since', ' && !gone.has(as)', ''),
    history('believes what another one stood for before', '        known.add(as);\n', ''),
    history(
      'looks at this update alone',
      'hasBegun && PhysicalResourceId === request.stack.id && wasCompleteIn(status)',
      'isBeginning(request, event)',
    ),
    history('looks beyond where the stack was complete', 'hasBegun && PhysicalResourceId === request.stack.id', "request.logicalId === ''"),
    deletionCheck(
      'disconnects without looking',
      'const check = checkByDeclarations(request, resources, replaced, isTold ? update.gone : undefined);',
      "const listed = checkByDeclarations(request, resources, replaced, isTold ? update.gone : undefined);\n  const check = listed && ('removed' as typeof listed);",
    ),
    stackStatus('looks at the first page only', '} while (token);', `} while (token === '');`),
    stackStatus('reads several pages once', 'pages.length > 1', 'pages.length > 100'),
    stackStatus('reads one page twice', 'pages.length > 1', 'pages.length > 0'),
    stackStatus('believes the second reading alone', '[...pages, ...again].flat()', '(again.length > 0 ? again : pages).flat()'),
    stackStatus('believes the first reading of what both have', '[...pages, ...again].flat()', '[...again, ...pages].flat()'),
    deletionCheck(
      'takes a list that can not be read for an empty one',
      'const resources = await listResources(request);',
      'const resources = await listResources(request).catch(() => []);',
    ),
    deletionCheck('keeps two that are deleted because of each other', 'replaced, isTold ? update.gone : undefined)', 'replaced)'),
    deletionCheck('believes a list that may be a moment old', '(isLast || !isTold) && check.as', 'check.as'),
    deletionCheck('fails because of the list alone', '(isLast || !isTold) && check.as', '!isTold && check.as'),
    deletionCheck('waits for events that nobody may read', '(isLast || !isTold) && check.as', 'isLast && check.as'),
  ],
  '… but an ancestor still updates, and may roll back': [
    phase('disconnects at once', 'if (open) {', 'if (open && !open.status) {'),
    phase(
      'does not wait for one that failed to update',
      OPEN,
      "status.endsWith('_IN_PROGRESS') && status !== CLEAN_UP && !status.startsWith('DELETE_')",
    ),
    phase('waits for one that cleans up', 'return status !== CLEAN_UP && ', 'return '),
    phase('waits for one that is being deleted', "!status.startsWith('DELETE_') && ", ''),
    phase('waits for one that rests', " && !status.endsWith('_COMPLETE')", ''),
    deletionCheck(
      'does not wait',
      'const pause = look.waits ? POLL_ANCESTORS : READ_AGAIN[attempt++];',
      'const pause = READ_AGAIN[attempt++];',
    ),
    deletionCheck('waits four minutes only', '{ throttledUntil: end = request.deadline }', '{ deadline: end }'),
  ],
  'a create, an update or an import rolls back, here or in an ancestor': [
    ...['ROLLBACK', 'UPDATE_ROLLBACK', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP', 'IMPORT_ROLLBACK'].map((kind) =>
      phase(`does not know ${kind}_IN_PROGRESS`, `'${kind}_IN_PROGRESS',`, ''),
    ),
    phase('looks at its own status only', 'stacks.find(isRollingBack)', 'stacks.slice(0, 1).find(isRollingBack)'),
    phase('looks no further than to the parent', 'stacks.find(isRollingBack)', 'stacks.slice(0, 2).find(isRollingBack)'),
    phase(
      'lets its own clean-up count for more than the rollback of an ancestor',
      'if (rollingBack) {',
      'if (rollingBack && stacks[0].status !== CLEAN_UP) {',
    ),
    stackStatus('does not ask for ancestors', 'id = stacks.at(-1)?.parentId', 'id = undefined'),
  ],
  'the request comes late': [
    deletionCheck('does not see it', "if (/^DELETE_(COMPLETE|SKIPPED)$/.test(fate.status ?? '')) {", "if (fate.status === '') {"),
    deletionCheck('does not know what was left behind', '(COMPLETE|SKIPPED)', '(COMPLETE)'),
    deletionCheck(
      'looks at the current operation only',
      'fate = await fateOf(request, events, isLast);',
      'fate = await fateOf(request, events, false);',
    ),
    history(
      'takes what happened to something else for it',
      'if (PhysicalResourceId === request.physicalId) {',
      'if (PhysicalResourceId) {',
    ),
    history(
      'takes another type for it',
      'LogicalResourceId === logicalId && ResourceType === resourceType',
      'LogicalResourceId === logicalId && ResourceType !== undefined && resourceType !== undefined',
    ),
  ],
  'CloudFormation gave it up in an earlier rollback or update': [
    deletionCheck('disconnects', ' && !fate.wasGivenUp', ''),
    history('fails what an earlier deletion of the stack has failed on', ' && !(await isOfDeletion(request, event, events))', ''),
    history('takes every stack for the own one', 'isOlder && older.PhysicalResourceId === stack.id', 'isOlder && stack.id'),
    history('begins at the newest event', 'if (isOlder && older', 'if (older'),
    history('takes what failed in the current operation for given up', 'wasGivenUp: isOver && status', 'wasGivenUp: status'),
  ],
  'something else is being deleted under the logical ID': [
    deletionCheck('disconnects', 'isLast && !fate.isAnother &&', 'isLast &&'),
    history('takes what an operation before did for it', '!isOver && status.startsWith', 'status.startsWith'),
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
  "anything else, or signs that are missing, contradict each other or can't be read": [
    deletionCheck('disconnects though the resource itself is live', "if (check !== 'still listed') {", 'if (check) {'),
    deletionCheck(
      'disconnects, whatever the status',
      "case 'other':\n      return { problem: undecided(phase) };",
      "case 'other':\n      return { genuine: true };",
    ),
    deletionCheck(
      'keeps, whatever the status',
      "case 'other':\n      return { problem: undecided(phase) };",
      "case 'other':\n      return { genuine: false, why: '' };",
    ),
    deletionCheck('does not read again', '[1_000, 2_000, 4_000, 8_000, 15_000]', '[] as number[]'),
    deletionCheck('does not read again what could not be read', '    return { problem };', '    throw problem;'),
    deletionCheck(
      'tries for the whole of its time again what was tried for long enough',
      'if (error instanceof Failure) {',
      'if (!error) {',
    ),
    deletionCheck('disconnects if the status can not be read', '    return { problem };', '    return { genuine: true };'),
    deletionCheck('keeps if the status can not be read', '    return { problem };', `    return { genuine: false, why: 'mutant' };`),
    stackStatus(
      'goes on without an ancestor that can not be read',
      'stacks.push(await describe(client, id, patienceOf(request)));',
      `const stack = await describe(client, id, patienceOf(request)).catch(() => undefined);
    if (!stack) {
      break;
    }
    stacks.push(stack);`,
    ),
    stackStatus('believes what is told of another stack', 'stacks.find(({ StackId }) => StackId === stackId)', 'stacks[0]'),
    stackStatus(
      'takes a nested stack for a root',
      '  partIn(stack?.RootId === undefined || stack.ParentId, `parent of the stack ${stackId}`);\n',
      '',
    ),
    deletionCheck('believes the list alone that it was replaced', ' && check.as !== request.logicalId', ''),
    history('does not need the event of the deletion', "if (status !== 'DELETE_IN_PROGRESS') {", "if (status === '') {"),
    history('does not see that the reason contradicts', 'wasComplete === true ? hasFailed :', 'wasComplete === true ? false :'),
    history('does not read the reason of the stack', ' || FAILED_CREATE.test(statusReason);', ';'),
    history(
      'does not see that the operations contradict',
      'wasComplete === false && !wasUpdated && lastOperations',
      'hasFailed && !hasFailed && lastOperations',
    ),
    history('takes an update that failed for a contradiction', '!wasUpdated && lastOperations', 'lastOperations'),
  ],
};
