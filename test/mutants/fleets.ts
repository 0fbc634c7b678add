import { FLEET_DISCONNECTION } from '../../lib/contract';
import { isOfOtherType, isOfType, mutate, type Mutants } from './mutant';

const handler = mutate('fleet/handler.ts');
const fleet = mutate('fleet/fleet.ts');
const request = mutate('protocol/request.ts');
const retryConflict = mutate('source-server/retry-conflict.ts');
const selectedNow = mutate('fleet/selected-now.ts');
const selection = mutate('fleet/selection.ts');
const teardown = mutate('fleet/teardown.ts');
const progress = mutate('fleet/progress.ts');
const report = mutate('fleet/report.ts');
const sourceServer = mutate('source-server/source-server.ts');
const disconnect = mutate('source-server/disconnect.ts');
const ofOne = mutate('source-server/teardown.ts');
const deleteRecord = mutate('source-server/delete-record.ts');
const drs = mutate('aws/drs.ts');
const retry = mutate('aws/retry.ts');
const rateLimiter = mutate('aws/rate-limiter.ts');
const physicalIds = mutate('physical-ids.ts');
const deletion = mutate('protocol/delete.ts');
const update = mutate('protocol/update.ts');
const declarations = mutate('protocol/declarations.ts');
const deletionCheck = mutate('protocol/deletion-check.ts');
const history = mutate('protocol/stack-history.ts');
const failureAdvice = mutate('protocol/failure-advice.ts');

const CREATE = 'return declared(request, fleet.physicalId, await count(request, fleet, request.deadline));';
const SAME = 'ifUnderstood(() => readFleet(request).physicalId) === request.physicalId && isSamePrincipal(request)';
const LOOK_BEFORE = 'if (await isKnownToRollBack(request)) {\n    return';
const LOOK_AGAIN = 'if (await isKnownToRollBack(request)) {\n      return';
const OURS = isOfType(FLEET_DISCONNECTION);
const OF_OTHERS = isOfOtherType(FLEET_DISCONNECTION);
const KEPT = 'logDecision(request, kept, check.why);';
const IDENTIFIED = `ifUnderstood(() => identify(request).physicalId) ?? request.physicalId ?? ''`;
const OPEN = 'Drs.open(request, { region, tags: selection.tags }, options, deadline, { rateLimiter: new RateLimiter(request.signal) })';
const PHYSICAL_ID = 'fleetIdOf({ accountId, region, selectionHash';
const REPLACED = `replaced === 'keep' && own && own.PhysicalResourceId !== request.physicalId`;
const NEEDS_WORK = `state === 'replicating' || deletesSourceServer`;
const DISCONNECTED = `teardown.fleet.options.deletesSourceServer ? 'pending' : 'succeeded'`;
const LEFT = `if (problem !== undefined || progress.count('failed', 'pending') > 0) {`;
const PAUSE = `progress.count('succeeded', 'failed') > processed ? 0 : LIST_AGAIN`;
const TURN = 'await forEachServer(teardown, group, true, work);';
const GROUPS = '[true, false].map((wanted) => replicating.filter(({ isFailback }) => isFailback === wanted))';
const STATE = `isExtended(server) ? 'extended' : isDisconnected(server) ? 'disconnected' : 'replicating'`;
const NO_LONGER = `(isOfKind(error, 'denied') && (await isNoLongerSelected(teardown.drs, fleet, server)))`;
const LOST = `note('no longer selected', server.id);\n      progress.set(server, 'skipped');`;
const SEEN = 'seen !== undefined && !(seen.server && selection.matches(seen.server))';
const FAILED = `progress.set(server, 'failed', messageOf(error));`;
const FORGET = `progress['servers'].delete(server.id);`;
const REPLACE = 'this.servers.delete(server.id);';

/** By the rows of the table of requests of fleets. */
export const fleetRequests: Mutants = {
  'Create: servers match, or none yet; DRS was never set up there': [
    handler(
      'fails if none matches',
      CREATE,
      `const counted = await count(request, fleet, request.deadline);\n  if (counted === 0) {\n    throw new Failure('mutant');\n  }\n  ${CREATE}`,
    ),
    handler('disconnects at once', CREATE, `await tearDown(request, fleet, new FleetProgress());\n  ${CREATE}`),
    handler('counts every server', 'fleet.selection.matches(server) ? true : undefined', 'true'),
    handler('does not tell how many', 'counted === undefined ? UNKNOWN : String(counted)', 'UNKNOWN'),
    handler('looks in the Region of the stack', OPEN, OPEN.replace('region', 'region: request.stack.region')),
    handler('assumes no role', OPEN, OPEN.replace('options,', '{},')),
  ],
  "Create: DRS can't be asked": [handler('succeeds', CREATE, CREATE.replace('request.deadline)', 'request.deadline).catch(() => 0)'))],
  'Update: the same selection': [
    handler('verifies it', 'return isSame(request)\n', 'return isSame(request) && !request\n'),
    handler('fails if DRS can not be asked', `logDecision(request, 'attributes unknown', messageOf(error), 'warning');`, 'throw error;'),
    handler('does not verify another role', SAME, SAME.replace(' && isSamePrincipal(request)', '')),
    handler('tries for long, though it decides nothing', 'Math.min(request.deadline, Date.now() + ATTRIBUTES_TIMEOUT)', 'request.deadline'),
  ],
  'Update: another selection, Region or account': [
    handler('answers with the old physical ID', CREATE, CREATE.replace('fleet.physicalId', 'request.physicalId ?? fleet.physicalId')),
    handler(
      'disconnects the old selection at once',
      '() => create(request),',
      'async () => {\n          await tearDown(request, readFleet({ ...request, properties: request.oldProperties }), new FleetProgress());\n          return create(request);\n        },',
    ),
    handler('disconnects the old selection in the clean-up', `replaced: 'keep',`, `replaced: 'disconnect',`),
    deletion(
      'forgets that the old selection is to be kept',
      'checkDeletion(request, deletion.replaced)',
      `checkDeletion(request, ${OURS} ? 'disconnect' : deletion.replaced)`,
    ),
    deletionCheck(
      'disconnects it if the list does not show the new one',
      "updateOf(request, replaced === 'keep', events)",
      'updateOf(request, false, events)',
    ),
    history('takes another type for the new one', 'if (ResourceType === request.resourceType) {', 'if (ResourceType) {'),
    declarations('disconnects it if the new one is being deleted', REPLACED, `${REPLACED} && !own.ResourceStatus?.startsWith('DELETE_')`),
    fleet('has the same physical ID in another Region', PHYSICAL_ID, PHYSICAL_ID.replace('region', 'region: stack.region')),
    fleet('has the same physical ID in another account', PHYSICAL_ID, PHYSICAL_ID.replace('accountId', 'accountId: stack.accountId')),
    update('succeeds though DRS can not be asked', 'throw error;', `if (${OURS}) {\n      return inRollback();\n    }\n    throw error;`),
    selection('has the same physical ID with other values', 'hashOf(tags)', 'hashOf(tags.map(([key]) => key))'),
    selection('can be confused by hostile tags', 'update(JSON.stringify(content))', 'update(String(content))'),
    selection('has another physical ID if the tags are written in another order', '.sort(([one], [other]) => (one < other ? -1 : 1))', ''),
  ],
  'Update: any of these, because the stack rolls back': [
    update(
      'does not look whether the stack rolls back before it verifies',
      LOOK_BEFORE,
      `if (${OF_OTHERS} && (await isKnownToRollBack(request))) {\n    return`,
    ),
    update('does not look again after a failure', LOOK_AGAIN, `if (${OF_OTHERS} && (await isKnownToRollBack(request))) {\n      return`),
    handler(
      'fails if not even the selection can be read',
      IDENTIFIED,
      IDENTIFIED.replace('ifUnderstood(() => identify(request).physicalId)', 'identify(request).physicalId'),
    ),
    handler(
      'keeps its physical ID if an option can not be read',
      IDENTIFIED,
      IDENTIFIED.replace('identify(request)', 'readFleet(request)'),
    ),
    handler('makes up a physical ID where it can not tell', IDENTIFIED, IDENTIFIED.replace('request.physicalId ??', '')),
  ],
  'Delete: not genuine, or its selection was changed': [
    deletion(
      'disconnects',
      'if (check.genuine) {\n      await readableRun(request, deletion)(check);',
      `if (check.genuine || ${OURS}) {\n      await readableRun(request, deletion)({ ...check, genuine: true });`,
    ),
    deletion('fails', KEPT, `if (${OURS}) {\n        throw new Error(String(check.why));\n      }\n      ${KEPT}`),
    deletion('does not tell why', KEPT, `if (${OF_OTHERS}) {\n        ${KEPT}\n      }`),
    handler(
      'takes any physical ID for that of a fleet',
      'parseFleetId(request.physicalId);',
      `parseFleetId(request.physicalId) ?? { accountId: '', region: '', selectionHash: '' };`,
    ),
    physicalIds(
      'takes what only looks like the physical ID of a fleet for one',
      '/^drs:fleet:(\\d{12}):([^:]+):([0-9a-f]{16})$/',
      '/^drs:fleet:(.*?):(.*?):(.*)/',
    ),
    declarations('keeps what was removed, if the list still has it', ' && own.PhysicalResourceId !== request.physicalId', ''),
    declarations('takes another fleet for the new selection', 'LogicalResourceId === request.logicalId', 'LogicalResourceId !== undefined'),
  ],
  'Delete: genuine': [
    handler('disconnects nobody', 'await tearDown(request, fleet, progress);', ''),
    handler(
      'ignores that the properties are not what the physical ID was declared for',
      'if (fleet.physicalId !== request.physicalId) {',
      'if (!request.physicalId) {',
    ),
    handler('reports success with failures left', LEFT, LEFT.replace(`'failed', `, '')),
    handler('reports success though servers were not reached', LEFT, LEFT.replace(`, 'pending'`, '')),
    deletion(
      'does not tell what next',
      'throw failedDeletion(error, request, check, deletion.remainingWork());',
      `throw ${OF_OTHERS} ? failedDeletion(error, request, check, deletion.remainingWork()) : error;`,
    ),
    handler('tells to disconnect an extended server by hand', "(server && server.state !== 'extended')", 'server'),
    handler('tells nothing to do where it is not told which servers are meant', '!fleet || (server', '(server'),
    handler('does not tell how to delete records by hand', 'server && fleet?.options.deletesSourceServer ?', 'server && !server ?'),
    handler(
      'does not tell what it did',
      "logDecision(request, 'fleet disconnected', say`${progress.count('succeeded')} of ${progress.size}: ${nameOfFleet(fleet)}`);",
      '',
    ),
  ],
};

/** By the rows of the table of the servers that a fleet selects. */
export const selectedServers: Mutants = {
  'lost its tags, or is not there, when it is looked at right before its turn': [
    teardown('does not look', '    await confirm();\n', ''),
    teardown('does not look again after a conflict', 'options, confirm, accepted', 'options, accepted'),
    retryConflict('does not look before recovery instances are ended', '      await teardown.confirm?.();\n', ''),
    retryConflict('does not look before it tries again', 'await (isFirst ? undefined : teardown.confirm?.());', ''),
    selectedNow('goes on all the same', 'throw new NoLongerSelected(id);', ''),
    teardown('fails', 'error instanceof NoLongerSelected || ', ''),
    selectedNow('believes the listing', `this.selection.tags === undefined`, `this.selection.hash !== ''`),
    selectedNow('looks at nobody', 'next.ids.push(id);', ''),
    selectedNow('takes everybody who is there for selected', 'servers.filter((server) => this.selection.matches(server))', 'servers'),
    selectedNow('believes a look that began before', 'this.next?.ids === ids ? undefined : this.next', 'this.next'),
    selectedNow('looks for each server alone', '(this.next ??= this.plan())', '(this.next = this.plan())'),
    selectedNow('looks at several at once', 'this.last.then(() => this.look(ids))', 'this.look(ids)'),
    drs(
      'looks at the first page only',
      "this.all('drs:DescribeSourceServers', async (nextToken, abortSignal) => {\n      const command = new DescribeSourceServersCommand({ filters: { sourceServerIDs: [...ids()] }, nextToken });",
      "this.all('drs:DescribeSourceServers', async (_nextToken, abortSignal) => {\n      const nextToken = undefined;\n      const command = new DescribeSourceServersCommand({ filters: { sourceServerIDs: [...ids()] }, nextToken });",
    ),
  ],
  replicates: [
    teardown(
      'ignores the policy',
      '{ ...one.options, deletesSourceServer: false }',
      `{ ...one.options, deletesSourceServer: false, recoveryInstancePolicy: 'FAIL' }`,
    ),
    teardown('leaves its record', 'if (fleet.options.deletesSourceServer) {', 'if (due.length < 0) {'),
    teardown('waits for records while others replicate', '{ ...one.options, deletesSourceServer: false }', '{ ...one.options }'),
    handler('does not tell what it did', 'note: (done, to) => logDecision(request, done, to)', 'note: () => undefined'),
    teardown(
      'does not count one whose record it deleted',
      `teardown.progress.set(server, 'succeeded');`,
      `teardown.progress['servers'].delete(server.id);`,
    ),
    teardown('does not count it', DISCONNECTED, `'skipped'`),
  ],
  'replicates back (direction `FAILBACK`)': [
    teardown('takes it last', '[true, false].map(', '[false, true].map('),
    teardown('takes it as it comes', GROUPS, '[replicating]'),
    teardown('does not wait for its end', TURN, TURN.replace('await', 'void')),
  ],
  'is `DISCONNECTED` already, or extended from another account': [
    sourceServer('disconnects an extended one', STATE, STATE.replace(`isExtended(server) ? 'extended' : `, '')),
    sourceServer('disconnects it again', STATE, STATE.replace(`isDisconnected(server) ? 'disconnected' : `, '')),
    fleet('counts it for disconnected', NEEDS_WORK, NEEDS_WORK.replace(`=== 'replicating'`, `!== 'extended'`)),
    fleet('disconnects an extended one if it is listed', NEEDS_WORK, NEEDS_WORK.replace(`=== 'replicating'`, `!== 'disconnected'`)),
    fleet('leaves its record', NEEDS_WORK, `state === 'replicating'`),
    teardown(
      'does not count what it skips',
      `progress.set(server, needsWork(server.state, fleet.options) ? 'pending' : 'skipped')`,
      `needsWork(server.state, fleet.options) && progress.set(server, 'pending')`,
    ),
  ],
  "can't be disconnected": [
    teardown('stops at the first failure', FAILED, `${FAILED}\n      throw error;`),
    teardown('forgets whom it has not reached', GROUPS, GROUPS.replace('[true, false]', '[true]')),
    teardown('forgets it', FAILED, FORGET),
    teardown('does not try it again', 'await forEachServer(teardown, refused, false, work);', ''),
    teardown(
      'forgets its record once it is tried again',
      DISCONNECTED,
      `teardown.fleet.options.deletesSourceServer ? 'skipped' : 'succeeded'`,
    ),
    handler('does not tell of it in the log', "logDecision(request, 'left', say`${id}: ${reason}`)", 'id'),
    report('does not count it', "${progress.count('failed', 'pending')} of", "${progress.count('pending')} of"),
    report('counts everything for disconnected', "${progress.count('succeeded')} were disconnected", '${progress.size} were disconnected'),
    report('tells no reason', 'const REASONS_SHOWN = 6;', 'const REASONS_SHOWN = 0;'),
    failureAdvice(
      'tells so many reasons that the commands are cut off',
      'messageOf(error).cut(ROOM_IN_RESPONSE - bytesOf(next))',
      'messageOf(error)',
    ),
    report('tells so much of one that the others are cut off', 'SHOWN_OF_REASON = 700', 'SHOWN_OF_REASON = 7_000'),
    report('names so many that the reasons are cut off', 'SERVERS_NAMED = 12', 'SERVERS_NAMED = 1_000'),
    report('tells hostnames so long that the reasons are cut off', 'SHOWN_OF_HOSTNAME = 24', 'SHOWN_OF_HOSTNAME = 1_000'),
    report('names none', "progress.of('failed')", '[]'),
    report('does not tell how many it does not name', "more > 0 ? say` and ${more} more` : ''", "''"),
  ],
  'is refused since it carries the tags no more': [
    teardown('fails', NO_LONGER, `(isOfKind(error, 'denied') && !fleet)`),
    teardown('skips whatever is refused', NO_LONGER, `isOfKind(error, 'denied')`),
    teardown('takes it for refused if nobody can tell', SEEN, '!(seen?.server && selection.matches(seen.server))'),
    teardown('fails if it is gone by then', SEEN, 'seen?.server !== undefined && !selection.matches(seen.server)'),
    teardown('does not count it', LOST, LOST.replace(`progress.set(server, 'skipped');`, FORGET)),
    deleteRecord('does not tell a denial of the deletion of its record from other failures', ', { cause: refusal }', ''),
    disconnect('does not tell a denial from other failures', 'throw new Failure(told, { cause: refusal });', 'throw new Failure(told);'),
  ],
  "can't be disconnected yet": [
    teardown('keeps the others waiting for it', TURN, TURN.replace('true', 'false')),
    teardown(
      'keeps the others waiting for its record',
      '[records], deleteRecordOf',
      '[[], ...records.map((one) => [one])], deleteRecordOf',
    ),
    teardown('waits for it for ever', 'PATIENCE[options.recoveryInstancePolicy]', 'Infinity'),
    retryConflict('waits for the end of a conflict', 'drs.asksOnce || !isNamed', '!isNamed'),
    disconnect('waits until an accepted disconnect shows', 'if (drs.asksOnce || Date.now()', 'if (Date.now()'),
    retry(
      'waits for a policy, or for the end of errors',
      'asksOnce ? !isThrottling(error) : !denied && !isTransient(error)',
      '!denied && !isTransient(error)',
    ),
    retry('does not wait for the end of a throttling', 'asksOnce ? !isThrottling(error) : ', 'asksOnce || '),
    drs('does not pass it on', '        asksOnce,\n      });', '      });'),
  ],
  'was disconnected, and DRS does not show it yet': [
    disconnect('asks again', 'accepted?.has(server.sourceServerId)', 'accepted?.has(server.region)'),
    disconnect('forgets it', 'accepted?.add(server.sourceServerId);', ''),
    disconnect('does not ask', 'if (accepted?.has(server.sourceServerId)) {', 'if (accepted) {'),
    teardown('does not keep it', 'confirm, accepted, note', 'confirm, accepted: new Set(), note'),
  ],
  'is not there when it is asked for': [
    teardown('is never looked at again', `outcome === 'absent' ? 'skipped' : next`, 'outcome ? next : next'),
    ofOne('does not tell how it ended', 'return outcome;', 'return undefined;'),
  ],
  'was disconnected, but no answer was heard': [
    teardown('fails', 'selected.filter(isThrough).forEach(', '[selected[0]!].slice(1).filter(isThrough).forEach('),
    teardown('does not tell of it in the log', `note('disconnected already', server.id);`, ''),
    teardown('takes one for through whose record is to go', ` && !fleet.options.deletesSourceServer;`, ';'),
    teardown('takes one for through that replicates', ` && state === 'disconnected' && !fleet`, ' && !fleet'),
  ],
  'moves to a page of the listing that was read already, or is selected a moment later': [
    teardown(
      'lists once',
      'if (due.length === 0) {',
      `if (progress.count('succeeded') > 0) {\n      return true;\n    }\n    if (due.length === 0) {`,
    ),
    teardown('believes one listing that shows nothing', 'empty < 2', 'empty < 1'),
    teardown('counts listings that are not in a row', '    empty = 0;\n', ''),
    teardown(
      'lists twice, whatever the second listing shows',
      'const processed =',
      `if (progress.count('succeeded') > 0) {\n      await inTurn(teardown, due);\n      return true;\n    }\n    const processed =`,
    ),
    teardown(
      'goes on although the time is over',
      'return false;\n    }\n    await sleep(pause, drs.signal);',
      'await sleep(pause, drs.signal);\n    }',
    ),
    teardown('takes on those again whose record is gone', `['succeeded', 'failed'].includes(`, `['failed'].includes(`),
    teardown(
      'tries those again who could not be disconnected before',
      `groups.flat().filter(({ id }) => teardown.progress.outcomeOf(id) === 'failed')`,
      `teardown.progress.of('failed')`,
    ),
    teardown('tries one twice that is listed twice', '[...new Map(listed.map((server) => [server.id, server])).values()]', 'listed'),
    progress(
      'counts one twice that is listed twice',
      REPLACE,
      'const before = this.servers.get(server.id);\n    ' +
        REPLACE +
        '\n    if (before?.outcome === outcome) {\n      this.servers.set(`${server.id} before`, before);\n    }',
    ),
    progress(
      'counts one twice that needed nothing before',
      REPLACE,
      'const before = this.servers.get(server.id);\n    ' +
        REPLACE +
        "\n    if (before?.outcome === 'skipped') {\n      this.servers.set(`${server.id} before`, before);\n    }",
    ),
    teardown('does not wait before it lists again those who were refused', PAUSE, '0'),
    teardown(
      'succeeds though the last listing did not end',
      `if (!isThrough && progress.count('pending') === 0) {`,
      `if (isThrough === false && progress.count('pending') < 0) {`,
    ),
    handler('succeeds though the last listing failed', LEFT, LEFT.replace('problem !== undefined || ', '')),
    report(
      'does not tell that the last listing failed',
      'say`Whether more are selected by now could not be told: ${problem}`',
      'undefined',
    ),
    drs('takes a listing that breaks off for a whole one', 'nextToken !== undefined || !isNamed(', '!isNamed('),
  ],
  'is not reached before the function must end, after fourteen minutes': [
    teardown('forgets it while it looks whether it is still selected', 'const isLost =', `${FORGET}\n    const isLost =`),
    teardown('begins servers until the end', 'Date.now() < lastStart', 'Date.now() < Infinity'),
    teardown(
      'forgets it',
      `return others.filter(({ id }) => progress.outcomeOf(id) === 'pending');`,
      `const due = progress.of('pending');\n  due.forEach((server) => ${FORGET.slice(0, -1)});\n  return due;`,
    ),
    progress(
      'tells of it though it was reached',
      REPLACE,
      'const before = this.servers.get(server.id);\n    ' +
        REPLACE +
        "\n    if (before && outcome === 'succeeded') {\n      this.servers.set(`${server.id} before`, before);\n    }",
    ),
    teardown('waits for the last requests', 'await within(drs.deadline - Date.now(), inRounds(teardown));', 'await inRounds(teardown);'),
    report('does not count it', "${progress.count('failed', 'pending')} of", "${progress.count('failed')} of"),
    report('does not name it', `named('Not reached before the function had to end', progress.of('pending')),`, ''),
    handler('tells no command for it', `[...progress.of('failed'), ...progress.of('pending')]`, `progress.of('failed')`),
    handler('gives up after two minutes', `type === 'Delete' ? Infinity : `, ''),
    handler('gives a Create as much time', `type === 'Delete' ? Infinity : `, 'Infinity || '),
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
    request('takes a list for tags', ' && !Array.isArray(value)', ''),
    selection('takes values that are no texts', ` || tags.some(([, value]) => typeof value !== 'string')`, ''),
    fleet('takes any word for a Region', ' || !REGION.test(region)', ''),
  ],
  'the time that policies take to spread is waited for once': [
    drs('waits for it with each server', 'this.denied.add(action);', ''),
    drs('waits no more for any action', 'this.denied.has(action)', 'this.denied.size > 0'),
    retry('waits for it again', '(wasDenied ? 0 : POLICY_PROPAGATION)', 'POLICY_PROPAGATION'),
  ],
  'each server that was ever selected has one outcome': [
    progress('never changes it', REPLACE, 'if (this.servers.has(server.id)) {\n      return;\n    }'),
    progress('tells of servers as they were listed', REPLACE, ''),
    progress(
      'tells of a server as it was seen first',
      `${REPLACE}\n    this.servers.set(server.id, { server, outcome, reason });`,
      `const seen = this.servers.get(server.id)?.server ?? server;\n    ${REPLACE}\n    this.servers.set(server.id, { server: seen, outcome, reason });`,
    ),
    progress('forgets why a server failed', '{ server, outcome, reason });', '{ server, outcome });'),
    progress('does not tell why servers failed', `({ id, reason }));`, `({ id, reason: '' }));`),
    progress('counts the first of several outcomes only', 'outcomes.reduce(', 'outcomes.slice(0, 1).reduce('),
    progress('counts every server for each outcome', '.filter(({ outcome }) => outcome === wanted)', ''),
    progress(
      'does not count those that needed nothing',
      'return this.servers.size;',
      `return this.count('pending', 'succeeded', 'failed');`,
    ),
    progress('does not count those that wait', 'return this.servers.size;', `return this.count('skipped', 'succeeded', 'failed');`),
  ],
  'requests are paced': [
    handler('has no pace', ', { rateLimiter: new RateLimiter(request.signal) })', ')'),
    drs('does not keep it', 'rateLimiter ? rateLimiter.run(() => call(abortSignal)) : call(abortSignal)', 'call(abortSignal)'),
    rateLimiter('sends all at once', 'await this.turn();', ''),
    rateLimiter('does not slow down', 'this.slowDown();', ''),
    rateLimiter('slows down without end', 'Math.min(LONGEST_INTERVAL, this.interval * SLOW_DOWN)', 'this.interval * SLOW_DOWN'),
    rateLimiter('does not feel its way', 'this.wasThrottled ? QUICKEN : SEARCH', 'SEARCH'),
    rateLimiter('does not search', 'this.wasThrottled ? QUICKEN : SEARCH', 'QUICKEN'),
    rateLimiter('takes a throttled request for an answered one', 'if (isThrottling(error)) {', 'if (!error) {'),
    teardown('begins all at once', 'const AT_ONCE = 20;', 'const AT_ONCE = 1_000;'),
  ],
  'the log tells how far it has come': [
    handler(
      'takes those that failed for done',
      `'skipped', 'succeeded', 'failed', 'pending'`,
      `'skipped', 'failed', 'succeeded', 'pending'`,
    ),
    handler(
      'takes those that wait for skipped',
      `'skipped', 'succeeded', 'failed', 'pending'`,
      `'pending', 'succeeded', 'failed', 'skipped'`,
    ),
    handler('only at the end', 'setInterval(logProgress, PROGRESS)', 'setInterval(() => undefined, PROGRESS)'),
    handler('but not at the end', 'clearInterval(timer);\n    logProgress();', 'clearInterval(timer);'),
    handler('and goes on when it is over', 'clearInterval(timer);', ''),
  ],
};
