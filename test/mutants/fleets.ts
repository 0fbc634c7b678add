import { mutate, type Mutants } from './mutant';

const rules = mutate('fleet/handler.ts');
const fleet = mutate('fleet/fleet.ts');
const selection = mutate('fleet/selection.ts');
const teardown = mutate('fleet/teardown.ts');
const report = mutate('fleet/report.ts');
const sourceServer = mutate('source-server/source-server.ts');
const disconnect = mutate('source-server/disconnect.ts');
const drs = mutate('aws/drs.ts');
const retry = mutate('aws/retry.ts');
const pace = mutate('aws/rate-limiter.ts');
const genuineDeletion = mutate('protocol/deletion-check.ts');
const nextSteps = mutate('protocol/failure-advice.ts');

const CREATE = 'return declared(request, fleet.physicalId, await count(request, fleet, request.deadline));';
const SAME = 'ifUnderstood(() => readFleet(request).physicalId) === physicalId && properties.AssumeRoleArn === oldProperties.AssumeRoleArn';
const ROLLS_BACK = 'if (isSame(request) || (await isKnownToRollBack(request))) {';
const IDENTIFIED = `ifUnderstood(() => identify(request).physicalId) ?? request.physicalId ?? ''`;
const OPEN = 'Drs.open(request.stack, region, options.assumeRoleArn, deadline, new Pace())';
const PHYSICAL_ID = '`drs:fleet:${accountId}:${region}:${selection.hash}`';
const REPLACED = `replaced === 'stays' && own && own.PhysicalResourceId !== request.physicalId`;
const DUE = `state === 'replicating' || deletesSourceServer`;
const LEFT = 'if (problem !== undefined || progress.failed.size + progress.waiting.size > 0) {';
const PAUSE = 'progress.done.size + progress.failed.size > settled ? 0 : LIST_AGAIN';
const FAILBACK_TURN = 'await disconnect(failback, patience);';
const OTHERS_TURN = 'await disconnect(others, patience);';
const STATE = `isExtended(server) ? 'extended' : isDisconnected(server) ? 'disconnected' : 'replicating'`;
const NO_LONGER = 'const isLost = error instanceof Denied && (await isNoLongerSelected(teardown.drs, fleet, member));';
const SEEN = 'seen !== undefined && !(seen.server && selection.matches(seen.server))';
const FAILED = 'progress.failed.set(member, reason);';

/** By the rows of the table of requests of fleets. */
export const fleetRequests: Mutants = {
  'Create: servers match, or none yet; DRS was never set up there': [
    rules(
      'fails if none matches',
      CREATE,
      `const counted = await count(request, fleet, request.deadline);\n  if (counted === 0) {\n    throw new Failure('mutant');\n  }\n  ${CREATE}`,
    ),
    rules('disconnects at once', CREATE, `await tearDown(request, fleet, noProgress());\n  ${CREATE}`),
    rules('counts every server', 'fleet.selection.matches(server) ? true : undefined', 'true'),
    rules('does not tell how many', 'counted === undefined ? UNKNOWN : String(counted)', 'UNKNOWN'),
    rules('looks in the Region of the stack', OPEN, OPEN.replace('region', 'request.stack.region')),
    rules('assumes no role', OPEN, OPEN.replace('options.assumeRoleArn', 'undefined')),
  ],
  "Create: DRS can't be asked": [rules('succeeds', CREATE, CREATE.replace('request.deadline)', 'request.deadline).catch(() => 0)'))],
  'Update: the same selection': [
    rules('verifies it', ROLLS_BACK, ROLLS_BACK.replace('isSame(request) || ', '')),
    rules('fails if DRS can not be asked', `decide(request, 'attributes unknown', messageOf(error), 'warning');`, 'throw error;'),
    rules('does not verify another role', SAME, SAME.replace(' && properties.AssumeRoleArn === oldProperties.AssumeRoleArn', '')),
    rules('tries for long, though it decides nothing', 'Math.min(request.deadline, Date.now() + SHORT_LOOK)', 'request.deadline'),
  ],
  'Update: another selection, Region or account': [
    rules('answers with the old physical ID', CREATE, CREATE.replace('fleet.physicalId', 'request.physicalId ?? fleet.physicalId')),
    rules(
      'disconnects the old selection at once',
      'return await create(request);',
      'await tearDown(request, readFleet({ ...request, properties: request.oldProperties }), noProgress());\n    return await create(request);',
    ),
    rules('disconnects the old selection in the clean-up', `judgeDeletion(request, 'stays')`, 'judgeDeletion(request)'),
    genuineDeletion(
      'disconnects it if the new one is being deleted',
      REPLACED,
      `${REPLACED} && !own.ResourceStatus?.startsWith('DELETE_')`,
    ),
    fleet('has the same physical ID in another Region', PHYSICAL_ID, PHYSICAL_ID.replace('${region}', '${stack.region}')),
    fleet('has the same physical ID in another account', PHYSICAL_ID, PHYSICAL_ID.replace('${accountId}', '${stack.accountId}')),
    selection('has the same physical ID with other values', 'hashOf(tags)', 'hashOf(tags.map(([key]) => key))'),
    selection('can be confused by hostile tags', 'update(JSON.stringify(content))', 'update(String(content))'),
    selection('has another physical ID if the tags are written in another order', '.sort(([one], [other]) => (one < other ? -1 : 1))', ''),
  ],
  'Update: any of these, because the stack rolls back': [
    rules('does not look whether the stack rolls back before it verifies', ROLLS_BACK, 'if (isSame(request)) {'),
    rules('does not look again after a failure', '    if (await isKnownToRollBack(request)) {', '    if (!error) {'),
    rules(
      'fails if not even the selection can be read',
      IDENTIFIED,
      IDENTIFIED.replace('ifUnderstood(() => identify(request).physicalId)', 'identify(request).physicalId'),
    ),
    rules('keeps its physical ID if an option can not be read', IDENTIFIED, IDENTIFIED.replace('identify(request)', 'readFleet(request)')),
    rules('makes up a physical ID where it can not tell', IDENTIFIED, IDENTIFIED.replace('request.physicalId ??', '')),
  ],
  'Delete: not genuine, or its selection was changed': [
    rules('disconnects', 'if (!verdict.genuine) {\n', 'if (!verdict.genuine && !verdict.why) {\n'),
    rules('fails', `decide(request, 'kept', verdict.why);`, 'throw new Failure(verdict.why);'),
    rules('does not tell why', `decide(request, 'kept', verdict.why);`, ''),
    rules('takes any physical ID for that of a fleet', 'if (!isFleet(physicalId)) {', 'if (!physicalId) {'),
    fleet(
      'takes what only looks like the physical ID of a fleet for one',
      '/^drs:fleet:\\d{12}:[a-z0-9-]+:[0-9a-f]{16}$/',
      '/^drs:fleet:/',
    ),
    genuineDeletion('keeps what was removed, if the list still has it', ' && own.PhysicalResourceId !== request.physicalId', ''),
    genuineDeletion(
      'takes another fleet for the new selection',
      'LogicalResourceId === request.logicalId',
      'LogicalResourceId !== undefined',
    ),
  ],
  'Delete: genuine': [
    rules('disconnects nobody', 'await tearDown(request, fleet, progress);', ''),
    rules(
      'ignores that the properties are not what the physical ID was declared for',
      'if (fleet.physicalId !== physicalId) {',
      'if (!physicalId) {',
    ),
    rules('reports success with failures left', LEFT, LEFT.replace('progress.failed.size + ', '')),
    rules('reports success though servers were not reached', LEFT, LEFT.replace(' + progress.waiting.size', '')),
    rules('does not tell what next', 'throw failedDeletion(error, request, verdict, undone(physicalId, fleet, progress));', 'throw error;'),
    rules('tells to disconnect an extended server by hand', "member && member.state !== 'extended' ?", 'member ?'),
    rules('does not tell how to delete records by hand', 'member && fleet?.options.deletesSourceServer ?', 'member && !member ?'),
    rules(
      'does not tell what it did',
      "decide(request, 'fleet disconnected', `${progress.done.size} of ${countOf(progress)}: ${nameOfFleet(fleet)}`);",
      '',
    ),
  ],
};

/** By the rows of the table of the servers that a fleet selects. */
export const selectedServers: Mutants = {
  replicates: [
    teardown(
      'ignores the policy',
      '{ ...one.options, deletesSourceServer: false }',
      `{ ...one.options, deletesSourceServer: false, recoveryInstancePolicy: 'FAIL' }`,
    ),
    teardown('leaves its record', '  if (deletesSourceServer) {\n    const records', '  if (patience < 0) {\n    const records'),
    teardown('waits for records while others replicate', '{ ...one.options, deletesSourceServer: false }', '{ ...one.options }'),
    rules('does not tell what it did', 'note: (done, to) => decide(request, done, to)', 'note: () => undefined'),
    teardown('does not count it', 'progress.done.add(member.id);', ''),
  ],
  'replicates back (direction `FAILBACK`)': [
    teardown('takes it last', '[true, false].map(', '[false, true].map('),
    teardown('takes it as it comes', FAILBACK_TURN, 'await disconnect(replicating, patience);'),
    teardown('does not wait for its end', FAILBACK_TURN, FAILBACK_TURN.replace('await', 'void')),
    teardown('waits for it for ever', 'teardown.drs.until(Date.now() + patience)', 'teardown.drs'),
  ],
  'is `DISCONNECTED` already, or extended from another account': [
    sourceServer('disconnects an extended one', STATE, STATE.replace(`isExtended(server) ? 'extended' : `, '')),
    sourceServer('disconnects it again', STATE, STATE.replace(`isDisconnected(server) ? 'disconnected' : `, '')),
    teardown('counts it for disconnected', DUE, DUE.replace(`=== 'replicating'`, `!== 'extended'`)),
    teardown('disconnects an extended one if it is listed', DUE, DUE.replace(`=== 'replicating'`, `!== 'disconnected'`)),
    teardown('leaves its record', DUE, `state === 'replicating'`),
    teardown('does not count what it skips', 'members.forEach(({ id }) => skipped.add(id));', ''),
  ],
  "can't be disconnected": [
    teardown('stops at the first failure', FAILED, `${FAILED}\n      throw error;`),
    teardown('forgets whom it has not reached', OTHERS_TURN, ''),
    teardown('forgets it', FAILED, ''),
    teardown('does not tell of it in the log', "note('left', `${member.id}: ${reason}`);", ''),
    report('does not count it', '${failed.size + waiting.size} of', '${waiting.size} of'),
    report('counts everything for disconnected', '${done.size} were disconnected', '${countOf(progress)} were disconnected'),
    report('tells no reason', 'const TOLD = 6;', 'const TOLD = 0;'),
    nextSteps(
      'tells so many reasons that the commands are cut off',
      'cut(messageOf(error), LONGEST_REASON - bytesOf(next))',
      'messageOf(error)',
    ),
    report('tells so much of one that the others are cut off', 'LONGEST_REASON = 700', 'LONGEST_REASON = 7_000'),
    report('names so many that the reasons are cut off', 'NAMED = 12', 'NAMED = 1_000'),
    report('tells hostnames so long that the reasons are cut off', 'LONGEST_HOSTNAME = 24', 'LONGEST_HOSTNAME = 1_000'),
    report('names none', '[...failed.keys()]', '[]'),
    report('does not tell how many it does not name', "more > 0 ? ` and ${more} more` : ''", "''"),
  ],
  'is refused since it carries the tags no more': [
    teardown('fails', NO_LONGER, 'const isLost = error instanceof Denied && !fleet;'),
    teardown('skips whatever is refused', NO_LONGER, 'const isLost = error instanceof Denied;'),
    teardown('takes it for refused if nobody can tell', SEEN, '!(seen?.server && selection.matches(seen.server))'),
    teardown('fails if it is gone by then', SEEN, 'seen?.server !== undefined && !selection.matches(seen.server)'),
    teardown('does not count it', 'progress.skipped.add(member.id);', ''),
    disconnect('does not tell a denial from other failures', 'throw new Denied(told);', 'throw new Failure(told);'),
  ],
  'moves to a page of the listing that was read already, or is selected a moment later': [
    teardown(
      'lists once',
      'if (due.length === 0) {\n      return true;\n    }',
      'if (due.length === 0 || progress.done.size > 0) {\n      return true;\n    }',
    ),
    teardown(
      'lists twice, whatever the second listing shows',
      'const settled = progress.done.size',
      'if (progress.done.size > 0) {\n      await inTurn(teardown, due);\n      return true;\n    }\n    const settled = progress.done.size',
    ),
    teardown('goes on although the time is over', 'return false;\n    }\n    await sleep(pause);', 'await sleep(pause);\n    }'),
    teardown('takes on those again whose record is gone', 'new Set([...done, ...Array', 'new Set([...Array'),
    teardown(
      'tries those again who could not be disconnected before',
      'const failed = replicating.filter((member) => progress.failed.has(member));',
      'const failed = [...progress.failed.keys()];',
    ),
    teardown('counts one twice that is listed twice', '[...new Map(listed.map((member) => [member.id, member])).values()]', 'listed'),
    teardown('counts one twice that needed nothing before', '    skipped.delete(member.id);\n', ''),
    teardown('does not wait before it lists again those who were refused', PAUSE, '0'),
    teardown(
      'succeeds though the last listing did not end',
      'if (!isThrough && progress.waiting.size === 0) {',
      'if (isThrough === false && progress.waiting.size < 0) {',
    ),
    rules('succeeds though the last listing failed', LEFT, LEFT.replace('problem !== undefined || ', '')),
    report('does not tell that the last listing failed', '`Whether more are selected by now could not be told: ${problem}`', "''"),
    drs('takes a listing that breaks off for a whole one', 'nextToken !== undefined || !isNamed(', '!isNamed('),
  ],
  'is not reached before the function must end, after fourteen minutes': [
    teardown(
      'forgets it while it looks whether it is still selected',
      'const isLost = error',
      'progress.waiting.delete(member);\n    const isLost = error',
    ),
    teardown('begins servers until the end', 'if (Date.now() >= drs.deadline - LAST_START) {', 'if (Date.now() < 0) {'),
    teardown('forgets it', '    waiting.add(member);\n', ''),
    teardown('tells of it though it was reached', 'progress.waiting.delete(member);\n  progress.done.add', 'progress.done.add'),
    teardown('waits for the last requests', 'await within(drs.deadline - Date.now(), inRounds(teardown));', 'await inRounds(teardown);'),
    report('does not count it', '${failed.size + waiting.size} of', '${failed.size} of'),
    report('does not name it', `named('Not reached before the function had to end', [...waiting]),`, ''),
    rules('gives up after two minutes', `type === 'Delete' ? Infinity : `, ''),
    rules('gives a Create as much time', `type === 'Delete' ? Infinity : `, 'Infinity || '),
  ],
};

/** The rules of fleets that no table has. */
export const fleetRules: Mutants = {
  'a server must carry all of the tags, with these values': [
    selection('takes one that carries any of them', 'tags.every(', 'tags.some('),
    selection('takes one that carries them with other values', '=== value', '!== undefined'),
    selection('looks at the first tag only', 'matches: (server) => tags.every(', 'matches: (server) => tags.slice(0, 1).every('),
  ],
  'nothing is ever taken for all': [
    selection('takes no tags for all', 'tags.length === 0 || ', ''),
    selection('takes every All for true', `All === 'true' &&`, 'All !== undefined &&'),
    selection('takes all, whatever the tags', `All === 'true' && Tags === undefined`, `All === 'true'`),
    selection('takes the tags, whatever All is', 'All === undefined && isRecord', 'isRecord'),
    selection('takes a list for tags', ' && !Array.isArray(value)', ''),
    selection('takes values that are no texts', ` || tags.some(([, value]) => typeof value !== 'string')`, ''),
    fleet('takes any word for a Region', ' || !REGION.test(region)', ''),
  ],
  'the time that policies take to spread is waited for once': [
    drs('waits for it with each server', 'this.denied.add(action);', ''),
    drs('waits no more for any action', 'this.denied.has(action)', 'this.denied.size > 0'),
    retry('waits for it again', '(wasDenied ? 0 : POLICY_PROPAGATION)', 'POLICY_PROPAGATION'),
  ],
  'requests are paced': [
    rules('has no pace', ', new Pace())', ')'),
    drs('does not keep it', 'pace ? pace.keep(() => call(abortSignal)) : call(abortSignal)', 'call(abortSignal)'),
    pace('sends all at once', 'await this.turn();', ''),
    pace('does not slow down', 'this.slowDown();', ''),
    pace('slows down without end', 'Math.min(LONGEST_INTERVAL, this.interval * SLOW_DOWN)', 'this.interval * SLOW_DOWN'),
    pace('does not feel its way', 'this.wasThrottled ? QUICKEN : SEARCH', 'SEARCH'),
    pace('does not search', 'this.wasThrottled ? QUICKEN : SEARCH', 'QUICKEN'),
    pace('takes a throttled request for an answered one', 'if (isThrottling(error)) {', 'if (!error) {'),
    teardown('begins all at once', 'const AT_ONCE = 20;', 'const AT_ONCE = 1_000;'),
  ],
  'the log tells how far it has come': [
    rules('only at the end', 'setInterval(tell, PROGRESS)', 'setInterval(() => undefined, PROGRESS)'),
    rules('but not at the end', 'clearInterval(timer);\n    tell();', 'clearInterval(timer);'),
    rules('and goes on when it is over', 'clearInterval(timer);', ''),
  ],
};
