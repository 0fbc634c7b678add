import { mutate, type Mutants } from './mutant';

const disconnect = mutate('source-server/disconnect.ts');
const cleanup = mutate('source-server/recovery-instance-cleanup.ts');
const retryConflict = mutate('source-server/retry-conflict.ts');
const recoveryInstance = mutate('source-server/recovery-instance.ts');
const messages = mutate('source-server/messages.ts');
const options = mutate('source-server/options.ts');
const drs = mutate('aws/drs.ts');
const handler = mutate('source-server/handler.ts');

const BY_POLICY = `options.recoveryInstancePolicy === 'FAIL'
    ? new Failure(join([told, await explainHold(teardown, explainConflict(server))]))
    : refusal`;
const IN_THE_WAY = 'isFailingBack(instance) || (isHolding(instance) && !mayGo)';
const TERMINATE = 'return isHeld && this.terminateDrills();';
const AGAIN = 'instances.filter((instance) => this.holds(instance) && instance.isDrill === true && !isGone(instance))';
const LOOK_AGAIN = `const { instances, isClear } = await this.look();\n    const drills = `;
const UNSEEN = '(await this.teardown.drs.recoveryInstancesOf(this.teardown.server.sourceServerId))';
const IS_DRILL = `policy === 'TERMINATE_DRILLS' && instance.isDrill === true`;
const ENDED = `if (job?.status === 'COMPLETED' && failed.length === 0) {`;
const RECORD_DELETED = `this.deleted.add(id);
        this.teardown.note('record of the recovery instance deleted', id);
        hasEnded = true;`;
const REFUSED = 'this.refusal = told;';
const HELD = 'if (held === undefined || held.length > 0) {';
const OUT_OF_TIME = 'Date.now() + pause + ANSWER >= drs.deadline';
const TOLD = '[told, cleanup?.refusal, await explainHold(teardown, because)]';

/** By the rows of the table of what a conflict and the policy come to. */
export const recoveryInstances: Mutants = {
  drills: [
    disconnect('takes every policy for FAIL', `options.recoveryInstancePolicy === 'FAIL'`, 'options'),
    options(
      'touches them though no policy allows it',
      `text('RecoveryInstancePolicy') ?? 'FAIL'`,
      `text('RecoveryInstancePolicy') ?? 'DISCONNECT'`,
    ),
    options('takes an unknown policy for DISCONNECT', 'known === policy);', `known === policy) ?? 'DISCONNECT';`),
    cleanup('DISCONNECT terminates them', 'isHeld ? this.disconnect(instances) :', 'isHeld ? this.terminateDrills() :'),
    cleanup('TERMINATE_DRILLS disconnects them', TERMINATE, 'return isHeld && this.disconnect(instances);'),
    cleanup(
      'disconnects the first of them only',
      'for (const id of instances.filter((instance) => this.holds(instance)).map(idOf)) {',
      'for (const id of instances.filter((instance) => this.holds(instance)).map(idOf).slice(0, 1)) {',
    ),
    cleanup(
      'disconnects what is disconnected already',
      'for (const id of instances.filter((instance) => this.holds(instance)).map(idOf)) {',
      'for (const id of instances.map(idOf)) {',
    ),
    cleanup(
      'does not describe them again right before it terminates them',
      TERMINATE,
      `return ((look) => {
          this.look = () => {
            this.look = look;
            return Promise.resolve({ instances, isClear });
          };
          return this.terminateDrills();
        })(this.look);`,
    ),
    cleanup('terminates what was disconnected to keep the machine', AGAIN, AGAIN.replace('this.holds(instance) && ', '')),
    cleanup('terminates the first of them only', `${AGAIN}.map(idOf)`, `${AGAIN}.map(idOf).slice(0, 1)`),
    drs('terminates those of another server', '.filter((instance) => (instance.sourceServerID ?? sourceServerID) === sourceServerID)', ''),
    drs('overlooks one that does not tell its server', '(instance.sourceServerID ?? sourceServerID)', 'instance.sourceServerID'),
    cleanup('ends one twice, since it is listed for a moment longer', 'ids.forEach((id) => this.released.add(id));', ''),
    cleanup('does not follow the job', 'await (job && this.follow(job));', ''),
    cleanup('takes a job that has begun for one that is over', ENDED, `if (['STARTED', 'COMPLETED'].includes(job?.status ?? '')) {`),
    cleanup('takes a job that is not to be seen yet for one that is over', ENDED, ENDED.replace('(', '(!job || (').replace(') {', ')) {')),
    drs('takes any job that DRS lists', 'found.find((job) => job.jobID === jobID)', 'found[0]'),
    cleanup('does not tell what it disconnected', `this.teardown.note('recovery instance disconnected', id);`, ''),
    cleanup(
      'does not tell what it terminates',
      `this.teardown.note('drill being terminated', say\`\${join(drills, ', ')} (job \${job})\`);`,
      '',
    ),
    retryConflict('hides the conflict if it can not be ended', '[told, messageOf(error)', '[messageOf(error)'),
    retryConflict(
      'does not tell what may hold it if there is no time to see',
      "isOfKind(error, 'timeout') ? because : undefined",
      'undefined',
    ),
    cleanup('fails if a job is in progress', `'ConflictException', 'ServiceQuotaExceededException'`, `'ServiceQuotaExceededException'`),
    cleanup('fails if there are too many jobs', `'ConflictException', 'ServiceQuotaExceededException'`, `'ConflictException'`),
    cleanup('fails if DRS does not know it any more', 'isNothingThere(error) || ', ''),
    cleanup('takes a refusal for its end', REFUSED, `${REFUSED}\n        ids.forEach((id) => this.released.add(id));`),
    cleanup('hides why it could not be ended', REFUSED, ''),
    cleanup('fails though it let go, and only the answer was lost', HELD, 'if (error) {'),
    cleanup('goes on though it holds on', HELD, 'if (held === undefined) {'),
    cleanup(
      'says that none is known to hold it, since one did not let go in time',
      'server.region)]));',
      'server.region)]), { cause: error });',
    ),
    cleanup('looks only whether anything holds on', ' && ids.includes(idOf(one))', ''),
  ],
  'a real recovery, or one of unknown kind': [
    recoveryInstance('takes one of unknown kind for a drill', IS_DRILL, IS_DRILL.replace('=== true', '!== false')),
    recoveryInstance('takes a real recovery for a drill', IS_DRILL, IS_DRILL.replace('=== true', '!== undefined')),
    recoveryInstance('terminates the drill, though a real recovery is beside it', `(${IS_DRILL})`, `policy === 'TERMINATE_DRILLS'`),
    cleanup(
      'terminates the drill, unless nothing may be',
      'if (inTheWay.length > 0) {',
      'if (inTheWay.length > 0 && inTheWay.length === instances.length) {',
    ),
    cleanup(
      'terminates the drill, though a real recovery is beside it by now',
      `${LOOK_AGAIN}${AGAIN}`,
      `const isClear = true;\n    const drills = ${AGAIN.replace('instances', UNSEEN)}`,
    ),
    cleanup(
      'terminates whatever holds the server by now',
      `${LOOK_AGAIN}${AGAIN}`,
      `const isClear = true;\n    const drills = ${UNSEEN}.filter((instance) => this.holds(instance))`,
    ),
    recoveryInstance('does not disconnect it', `policy === 'DISCONNECT' ||`, `(policy === 'DISCONNECT' && instance.isDrill === true) ||`),
    cleanup('does not tell which policy it is', 'By the policy ${policy} nothing', 'Nothing'),
    cleanup('does not tell the commands', '`${explainRecoveryInstances(inTheWay, server.region)} By', '`By'),
  ],
  'a failback in progress': [
    recoveryInstance('touches it', IN_THE_WAY, 'isHolding(instance) && !mayGo'),
    recoveryInstance(
      'touches it if its recovery instance does not replicate',
      IN_THE_WAY,
      'isHolding(instance) && (isFailingBack(instance) || !mayGo)',
    ),
    recoveryInstance(
      'knows one of its states only',
      'failback?.state !== undefined && !NO_FAILBACK.has(failback.state)',
      `failback?.state === 'FAILBACK_IN_PROGRESS'`,
    ),
    ...['FAILBACK_NOT_STARTED', 'FAILBACK_COMPLETED', 'FAILBACK_LAUNCH_STATE_NOT_AVAILABLE'].map((state) =>
      recoveryInstance(`takes ${state} for one`, `'${state}'`, `'mutant'`),
    ),
    recoveryInstance(
      'takes one that failed for its end',
      `new Set(['FAILBACK_NOT_STARTED'`,
      `new Set(['FAILBACK_ERROR', 'FAILBACK_NOT_STARTED'`,
    ),
  ],
  'a termination that fails, or does not end in time': [
    cleanup('takes a failed job for done', ENDED, ENDED.replace('=== 0', '>= 0')),
    cleanup(
      'looks at the first drill of the job only',
      '(job?.participatingServers ?? []).filter',
      '(job?.participatingServers ?? []).slice(0, 1).filter',
    ),
    cleanup('takes a failed job for done if the drill is gone', 'error instanceof Failure ? undefined : ', ''),
    cleanup('does not name the drill', 'terminate the drill ${ids} (job', 'terminate the drill (job'),
    cleanup(
      'does not tell how to look at the job',
      'look at it with ${command`aws drs describe-jobs --filters jobIDs=${jobID} --region ${server.region}`}.',
      '',
    ),
    cleanup('follows the job for ever', 'if (Date.now() + POLL_JOB >= drs.deadline) {', 'if (Date.now() < 0) {'),
    handler('gives it four minutes', `'TERMINATE_DRILLS' ? Infinity`, `'TERMINATE_DRILLS' ? LONG_LIMIT`),
    handler(
      'gives every deletion fourteen minutes',
      `const limit = request.properties.RecoveryInstancePolicy === 'TERMINATE_DRILLS'`,
      'const limit = request.properties !== undefined',
    ),
  ],
  "one of which DRS doesn't tell the source server, and whose machine is not gone": [
    recoveryInstance('takes it for the one that was asked for', 'sourceServerID !== undefined', `sourceServerID !== ''`),
    recoveryInstance('lets it be, whatever it is', `return !isGone(instance);`, 'return false;'),
    recoveryInstance('takes one whose machine is gone for one in the way', `return !isGone(instance);`, 'return true;'),
    cleanup('ends one whose machine is gone', 'instances: instances.filter(isAttributed)', 'instances'),
    messages('does not say so', "isAttributed(instance) ? ''", "instance ? ''"),
  ],
  'one whose machine is gone: `TERMINATED`, or `NOT_FOUND` for thirty seconds': [
    recoveryInstance('takes it for one in the way', 'const mayGo = isGone(instance) || ', 'const mayGo = '),
    recoveryInstance('does not know one that is not found', ' || isNotFound({ ec2InstanceState })', ''),
    recoveryInstance('does not know one that is terminated', "ec2InstanceState === 'TERMINATED' || ", ''),
    recoveryInstance(
      'ends it though it has not finished its failback',
      'isFailingBack(instance) || (',
      '(!isGone(instance) && isFailingBack(instance)) || (',
    ),
    cleanup('believes once that it is not found', 'Date.now() - since >= NOT_FOUND_FOR', 'Date.now() >= since'),
    cleanup('never believes that it is not found', 'this.notFoundSince.set(id, since);', ''),
    cleanup(
      'believes for one of them that it is not found',
      'instances.filter(isNotFound).every(',
      'instances.filter(isNotFound).slice(0, 0).every(',
    ),
    cleanup('terminates drills though it may be found again by then', 'isClear &&\n      drills', 'drills'),
    cleanup('counts it among those that do not hold while that is not clear', '!isClear || instances.some', 'instances.some'),
    cleanup('terminates it', AGAIN, AGAIN.replace(' && !isGone(instance)', '')),
    messages('says that somebody may work on it', 'if (isGone(instance)) {', 'if (!instance) {'),
    messages('says on the first sign that it is gone', 'if (isNotFound(instance)) {', 'if (!instance) {'),
    handler('an update believes once that it is not found', 'if (instances.some(isNotFound)) {', 'if (!instances) {'),
  ],
  'nothing any more that holds it': [
    disconnect('FAIL tries until the deadline, too', BY_POLICY, 'refusal'),
    cleanup('deletes records at once', 'Date.now() - this.freeSince >= PERSISTENT', 'Date.now() >= this.freeSince'),
    cleanup('never deletes records', 'PERSISTENT = 30_000', 'PERSISTENT = 3_000_000'),
    cleanup('deletes a record again and again', RECORD_DELETED, RECORD_DELETED.replace(/^.*\n|\n.*$/g, '')),
    cleanup(
      'does not begin anew when something held it meanwhile',
      'this.freeSince = isHeld ? undefined : (this.freeSince ?? Date.now());',
      'this.freeSince ??= isHeld ? undefined : Date.now();',
    ),
    cleanup(
      'TERMINATE_DRILLS deletes records, too',
      TERMINATE,
      'return isHeld ? this.terminateDrills() : this.isPersistent() && this.deleteRecords(instances);',
    ),
    cleanup('does not tell that it deleted a record', RECORD_DELETED, RECORD_DELETED.replace(/\n.*note.*/, '')),
    retryConflict('fails at once', OUT_OF_TIME, '!hasEnded'),
    retryConflict('never gives up', OUT_OF_TIME, 'Date.now() < 0'),
    retryConflict('tries once more without time for an answer', ' + ANSWER', ''),
    retryConflict('never gives up as long as anything ends', OUT_OF_TIME, `!hasEnded && ${OUT_OF_TIME}`),
    retryConflict('hides what DRS said', TOLD, TOLD.replace('told, ', '')),
    retryConflict('does not tell the order to unwind in', TOLD, '[told, cleanup?.refusal]'),
  ],
};
