import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { isOfOtherType, mutate, type Mutants } from './mutant';

const disconnect = mutate('source-server/disconnect.ts');
const sourceServer = mutate('source-server/source-server.ts');
const messages = mutate('source-server/messages.ts');
const recoveryInstance = mutate('source-server/recovery-instance.ts');
const deletion = mutate('protocol/delete.ts');
const drs = mutate('aws/drs.ts');
const retryConflict = mutate('source-server/retry-conflict.ts');
const deletionCheck = mutate('protocol/deletion-check.ts');
const phase = mutate('protocol/stack-phase.ts');
const failureAdvice = mutate('protocol/failure-advice.ts');
const retry = mutate('aws/retry.ts');
const errors = mutate('aws/errors.ts');
const handler = mutate('source-server/handler.ts');
const respond = mutate('protocol/respond.ts');
const predict = mutate('source-server/predict.ts');

const EXTENDED = "throw new Failure(join([told, explainRecordOnly(found, server)]), { kind: 'elsewhere' });";

/** By the rows of the table of what DRS says to the disconnect. */
export const answers: Mutants = {
  '200, the server is `DISCONNECTED`, and not extended': [
    disconnect('does not look at the state', `isOverBy(answered) ? 'disconnected' : awaitDisconnected(teardown)`, `'disconnected'`),
    disconnect('does not believe it', `isOverBy(answered) ? 'disconnected' : awaitDisconnected(teardown)`, `awaitDisconnected(teardown)`),
    sourceServer('takes a stopped server for a disconnected one', `=== 'DISCONNECTED'`, `.endsWith('ED')`),
    sourceServer('takes a server without a state for a disconnected one', `=== 'DISCONNECTED'`, `!== 'CONTINUOUS'`),
  ],
  '200, and it does not show that yet, or not whether the server is extended': [
    disconnect(
      'takes one without a staging area for one that is not extended',
      `answered.stagingArea?.status === 'NOT_EXTENDED'`,
      '!isExtended(answered)',
    ),
    disconnect('does not look again', 'if (drs.asksOnce || Date.now() + POLL_SERVER >= drs.deadline', 'if (Date.now() > 0'),
  ],
  '200, and then it is not found': [
    disconnect('does not ask once more', 'await isOver(teardown)', 'teardown === undefined'),
    disconnect('takes that for its end', 'await isOver(teardown)', 'teardown !== undefined'),
    disconnect('takes every refusal for its end', 'then(isOverBy, isNothingThere)', 'then(isOverBy, () => true)'),
    disconnect(
      'takes every other answer for its end',
      'then(isOverBy, isNothingThere)',
      'then((again) => !isExtended(again), isNothingThere)',
    ),
    disconnect('does not believe that it is disconnected', 'then(isOverBy, isNothingThere)', 'then((again) => !again, isNothingThere)'),
    disconnect('takes an extended server for its end', 'then(isOverBy, isNothingThere)', 'then(isDisconnected, isNothingThere)'),
  ],
  'the server or the account is unknown to DRS': [
    drs('does not know ResourceNotFoundException', `'ResourceNotFoundException', `, ''),
    drs(
      'does not know UninitializedAccountException',
      `'ResourceNotFoundException', 'UninitializedAccountException'`,
      `'ResourceNotFoundException'`,
    ),
    disconnect('forgets the record of one that is shown as disconnected', `found ? 'disconnected already' : 'absent'`, `'absent'`),
    disconnect('takes one that is not shown for a disconnected one', `found ? 'disconnected already' : 'absent'`, `'disconnected already'`),
  ],
  'conflict, and the server turns out to be `DISCONNECTED`': [
    disconnect(
      'fails all the same',
      `if (found && isDisconnected(found)) {\n    return 'disconnected already';`,
      `if (!drs) {\n    return 'disconnected already';`,
    ),
    disconnect(
      'succeeds if it is not found',
      `if (found && isDisconnected(found)) {\n    return 'disconnected already';`,
      `if (!found || isDisconnected(found)) {\n    return 'disconnected already';`,
    ),
    disconnect(
      'succeeds whatever it is',
      `if (found && isDisconnected(found)) {\n    return 'disconnected already';`,
      `if (found) {\n    return 'disconnected already';`,
    ),
    disconnect('does not ask again if it is not found', 'if (seen && !found && !wasNotFound) {', 'if (seen && !found && wasNotFound) {'),
  ],
  'conflict, the server has a recovery instance': [
    drs('succeeds', `'ResourceNotFoundException', `, `'ConflictException', 'ResourceNotFoundException', `),
    retryConflict(
      'does not look for recovery instances',
      '(await look(drs.recoveryInstancesOf(server.sourceServerId))) ?? []',
      '[] as Parameters<typeof explainRecoveryInstances>[0]',
    ),
    messages('takes an unknown kind for a drill', 'instance.isDrill === true', 'instance.isDrill !== false'),
    messages('takes a real recovery for a drill', 'instance.isDrill === true', 'instance.isDrill !== undefined'),
    messages('does not tell of a failback', 'return isFailingBack(instance)', 'return !instance'),
    deletion(
      'does not tell what to do next',
      'throw failedDeletion(error, request, check, deletion.remainingWork());',
      `throw ${isOfOtherType(SOURCE_SERVER_DISCONNECTION)} ? failedDeletion(error, request, check, deletion.remainingWork()) : error;`,
    ),
    failureAdvice('forgets the stack that the stack is nested in', 'check.deletedStack === name ? undefined : ', 'check ? undefined : '),
    failureAdvice('tells to delete a stack that is not nested once more', 'check.deletedStack === name ? undefined : ', ''),
    failureAdvice('tells to delete again what will fail again', 'if (isPermanent) {', "if (request.logicalId === '') {"),
    failureAdvice('tells what to do next only where there is room', 'ROOM_IN_RESPONSE - bytesOf(next)', 'ROOM_IN_RESPONSE'),
    failureAdvice(
      'tells so much that the commands are cut off',
      'messageOf(error).cut(ROOM_IN_RESPONSE - bytesOf(next))',
      'messageOf(error)',
    ),
    failureAdvice(
      'does not tell how to finish by hand in a clean-up',
      'if (check.deletedStack === undefined) {',
      `if (check.deletedStack === '') {`,
    ),
    failureAdvice(
      'does not tell how to finish by hand if nobody knows whether it was meant',
      'say`If ${what} shall go, it can be disconnected by hand: ${manualCommands}.`',
      'undefined',
    ),
    failureAdvice(
      'tells to retain the resource in another stack',
      'commandToRetain(request.stack, ',
      'commandToRetain({ ...request.stack, name: check.deletedStack }, ',
    ),
    phase('tells to delete a stack that an update cleans up', 'stacks.some(({ status }) => status === CLEAN_UP)', 'stacks.length === 0'),
    deletionCheck('tells to delete the nested stack again', 'undefined : of.name }', 'undefined : own.name }'),
    messages('explains so many that the others are cut off', 'const INSTANCES_EXPLAINED = 3;', 'const INSTANCES_EXPLAINED = 100;'),
    messages('does not name the others', 'const INSTANCES_NAMED = 20;', 'const INSTANCES_NAMED = 0;'),
    messages('does not tell how many it does not name', 'say`and ${more} more`', 'undefined'),
  ],
  'conflict otherwise: a job, a failback in progress': [
    retryConflict('does not tell the order', 'instances.some(isHolding) ? explained', 'instances ? explained'),
    recoveryInstance(
      'takes a recovery instance that was disconnected for what holds the server',
      `!== 'DISCONNECTED'`,
      `!== undefined || true`,
    ),
    messages('hides what DRS said', '${messageOf(refusal)}`;', '`;'),
    retryConflict('lets a failed look hide the refusal', 'seen.catch(() => undefined)', 'seen'),
  ],
  'anything, of a server extended from another account': [
    disconnect(
      'takes a 200 for its end',
      'refuseExtended(teardown, answered, say`DRS accepted the disconnect of ${nameOf(server)}, but that ends nothing.`);',
      '',
    ),
    disconnect(
      'takes it for its end if the next look shows it',
      'refuseExtended(teardown, found, say`${accepted} that ends nothing.`);',
      '',
    ),
    disconnect(
      'takes a refusal for its end, since it is shown as disconnected',
      `refuseExtended(teardown, found, told);\n  if (found && isD`,
      'if (found && isD',
    ),
    disconnect('takes "not found" for its end', `refuseExtended(teardown, found, told);\n  if (!found`, 'if (!found'),
    disconnect(
      'takes "not found" for its end though it is shown as replicating',
      'if (!found || isDisconnected(found)) {',
      'if (!found || server) {',
    ),
    disconnect('does not look twice', 'if (wasNotFound || drs.asksOnce', 'if (found || drs.asksOnce'),
    disconnect('looks for ever', 'if (wasNotFound || drs.asksOnce', 'if (drs.asksOnce'),
    disconnect(
      'takes "not found" for its end if it can not be seen',
      `.catch((error: unknown) => {
    throw new Failure(join([told, messageOf(error)]), { cause: error });
  })`,
      '.catch(() => undefined)',
    ),
    messages('does not tell where it replicates', 'explainExtended(found, region), say`Only', 'say`Only'),
    messages('does not tell how to delete the record', ' if that may go, delete it with ${remove}.', ''),
    disconnect('hides what DRS said', EXTENDED, EXTENDED.replace('told, ', '')),
    handler(
      'tells to disconnect it here, by hand',
      "isOfKind(error, 'elsewhere') ? 'extended' : state",
      "isOfKind(error, 'elsewhere') ? state : state",
    ),
    predict(
      'the plan takes it for disconnected if it is shown so',
      'if (onlyRecord && !options.deletesSourceServer) {',
      'if (onlyRecord && !isDisconnected(server) && !options.deletesSourceServer) {',
    ),
  ],
  'throttling, internal errors, network faults': [
    retry('does not know throttling', ' || isThrottling(error)', ''),
    retry('does not know throttling by its names', 'THROTTLED.has(error.name) || ', ''),
    retry('does not know throttling by its status', ' || statusOf(error) === 429', ''),
    retry('does not know internal errors', ' || statusOf(error) >= 500', ''),
    retry('does not know broken connections', 'return brokenConnection || ', 'return '),
    retry("does not know broken answers, to Node's parser", '|HPE_', ''),
    retry('takes mistakes of ours for broken connections', 'E(?!RR_)', 'E'),
    retry('does not know answers that the service did not write', '|| unreadable ', ''),
    retry("takes answers of the service for somebody else's", ' && $fault === undefined', ''),
    retry('does not know time-outs', `, 'TimeoutError'`, ''),
    retry('takes every error for a fault that passes', '!denied && !isTransient(error)', '!(error instanceof Error)'),
    retry('waits for an answer for ever', 'Math.min(ATTEMPT, deadline - Date.now())', 'deadline - Date.now()'),
    retry('gives up after three attempts', 'if (Date.now() + pause >=', 'if (attempt >= 2 || Date.now() + pause >='),
    retry(
      'goes on after the deadline',
      ': isThrottling(told) ? throttledUntil : deadline)',
      ': isThrottling(told) ? throttledUntil : deadline + 60_000)',
    ),
    retry('gives up at the deadline though it is only throttled', ': isThrottling(told) ? throttledUntil : deadline)', ': deadline)'),
    retry('goes on after the deadline whatever is answered', ': isThrottling(told) ? throttledUntil : deadline)', ': throttledUntil)'),
    retry('leaves no time for an answer after the deadline', 'Date.now() < deadline ? deadline : throttledUntil', 'deadline'),
    respond('gives a deletion no more time if it is throttled', "request.type === 'Delete' ? request.deadline : deadline", 'deadline'),
    respond(
      'gives a deployment more time if it is throttled',
      "request.type === 'Delete' ? request.deadline : deadline",
      'request.deadline',
    ),
    handler('does not tell how long it may be throttled', 'options, deadline, { throttledUntil })', 'options, deadline)'),
    drs('leaves no time for what follows from the answer', 'Date.now() + AFTER_THROTTLING)', 'Date.now())'),
    drs('does not tell STS so', 'const patience = { deadline, throttledUntil, signal };', 'const patience = { deadline, signal };'),
    drs(
      'lets a shorter look be throttled for as long as the request',
      'earlier, this.signal, earlier,',
      'earlier, this.signal, this.throttledUntil,',
    ),
    retry('never pauses longer', '250 * 2 ** attempt', '250'),
    retry('hides what the service said last', ' The last answer was: ${messageOf(error)}', ''),
    retry(
      'tells that nobody answered instead of what was answered before',
      'isNamed(error, ...TIMED_OUT) ? told : error',
      'told === error ? told : error',
    ),
    disconnect(
      'looks after the deadline, and may hide why',
      'if (refusal instanceof Failure) {',
      `if (refusal instanceof Failure && refusal.kind !== 'timeout') {`,
    ),
  ],
  'access denied': [
    retry('fails at once', 'const denied = isDenied(error);', 'const denied = false;'),
    retry('waits until the deadline', 'Math.min(deadline, Date.now() + (wasDenied ? 0 : POLICY_PROPAGATION))', 'deadline'),
    retry('waits for ten seconds only', 'POLICY_PROPAGATION = 90_000', 'POLICY_PROPAGATION = 10_000'),
    retry('does not name the action', 'may not call ${action}', 'may not do this'),
    retry("does not know CloudFormation's name for it", `'AccessDenied', `, ''),
    retry("does not know DRS's name for it", `'AccessDeniedException', `, ''),
  ],
  'anything else': [
    errors('hides the name', '`${error.name}: ${error.message}`', 'error.message'),
    errors('hides the message', '`${error.name}: ${error.message}`', 'error.name'),
    disconnect(
      'succeeds',
      `if (!isNamed(refusal, 'ConflictException')) {\n    throw new Failure(told);`,
      `if (!isNamed(refusal, 'ConflictException')) {\n    return 'absent';`,
    ),
  ],
};
