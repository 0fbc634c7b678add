import { mutate, type Mutants } from './mutant';

const teardown = mutate('source-server/teardown.ts');
const deleteRecord = mutate('source-server/delete-record.ts');
const options = mutate('source-server/options.ts');
const drs = mutate('aws/drs.ts');
const retry = mutate('aws/retry.ts');
const deletion = mutate('protocol/delete.ts');
const handler = mutate('source-server/handler.ts');

const EXTENDED = `if (state === 'extended' && options.deletesSourceServer) {`;
const DUE = `if (options.deletesSourceServer && outcome !== 'absent') {`;
const LOOK = 'state = options.deletesSourceServer ? await stateBefore(drs, named) : state;';
const RETRY = `await retryOnConflict(teardown, { otherwise, because, releases: state === 'extended' }, async () => {`;
const REFUSED = `if (isNamed(refusal, 'ConflictException')) {\n        throw refusal;\n      }`;
const TOLD = 'throw new Failure(tell(server, otherwise, refusal), { cause: refusal });';

/** By the rows of the table of the server's record. */
export const records: Mutants = {
  'the server was disconnected, now or before': [
    teardown('does not delete it', DUE, 'if (!outcome) {'),
    teardown('deletes it though nobody wants it', DUE, DUE.replace('options.deletesSourceServer && ', '')),
    teardown('deletes it if it was disconnected now only', DUE, DUE.replace(`!== 'absent'`, `=== 'disconnected'`)),
    teardown('deletes one that is not there', DUE, DUE.replace(` && outcome !== 'absent'`, '')),
    teardown(
      'deletes it although the disconnect failed',
      'await disconnect(teardown);',
      `await disconnect(teardown).catch(() => 'disconnected already' as const);`,
    ),
    options('takes every word for true', `text('DeleteSourceServer') === 'true'`, `text('DeleteSourceServer') !== undefined`),
    deleteRecord('does not tell that it did', `note('record deleted', server.sourceServerId);`, ''),
    handler(
      'does not disconnect a server that is not listed',
      "return found && isExtended(found) ? 'extended'",
      "return !found || isExtended(found) ? 'extended'",
    ),
  ],
  'the server is extended from another account': [
    teardown('disconnects it', EXTENDED, 'if (!state) {'),
    teardown('disconnects it, too', `'extended');\n    return undefined;`, `'extended');`),
    deleteRecord(
      'tells as if the server had been disconnected',
      `state === 'extended' ? 'is extended from another account, and' : 'was disconnected, but'`,
      `'was disconnected, but'`,
    ),
    handler('does not look', LOOK, ''),
    handler('looks without need', LOOK, 'state = await stateBefore(drs, named);'),
    handler(
      'disconnects it if nobody can tell',
      `throw new Failure(tell(server, 'was not disconnected', error), { cause: error });`,
      `return 'replicating';`,
    ),
    handler(
      'does not tell which server it could not look at',
      `throw new Failure(tell(server, 'was not disconnected', error), { cause: error });`,
      'throw error;',
    ),
  ],
  'conflict: the disconnect has not spread yet': [
    deleteRecord('fails at once', REFUSED, ''),
    deleteRecord('succeeds', 'if (isNothingThere(refusal)) {', `if (isNothingThere(refusal) || isNamed(refusal, 'ConflictException')) {`),
    deleteRecord('does not tell that the server is disconnected', `'was disconnected, but'`, `'was not disconnected, and'`),
    deleteRecord('does not try again', RETRY, 'await ((attempt: () => Promise<void>) => attempt())(async () => {'),
    deleteRecord('touches recovery instances that a late list shows', RETRY, RETRY.replace(`state === 'extended'`, 'true')),
  ],
  'conflict: the extended server has a recovery instance': [
    deleteRecord(
      'leaves it alone, whatever the policy',
      RETRY,
      RETRY.replace('teardown', `{ ...teardown, options: { ...teardown.options, recoveryInstancePolicy: 'FAIL' } }`),
    ),
    deleteRecord(
      'disconnects it, whatever the policy',
      RETRY,
      RETRY.replace('teardown', `{ ...teardown, options: { ...teardown.options, recoveryInstancePolicy: 'DISCONNECT' } }`),
    ),
    deleteRecord('does not look for it', RETRY, RETRY.replace(`state === 'extended'`, 'false')),
  ],
  'the record is unknown to DRS': [deleteRecord('fails', 'if (isNothingThere(refusal)) {', 'if (!refusal) {')],
  'no answer, an error or a denial, and the record is gone': [
    drs('does not look', `!mayBeDone(error) || (await this.isThere(sourceServerID))`, 'command'),
    drs('looks whatever is wrong', '!mayBeDone(error) || ', ''),
    drs('takes a record for gone that it can not look at', '() => true,', '() => false,'),
    drs('takes one that is there for gone', 'found !== undefined,', 'found === undefined,'),
    retry('does not look after a denial', 'isDenied(error) || (isTransient', '(isTransient'),
    retry('does not look after an error', 'isDenied(error) || (isTransient(error) && !isThrottling(error))', 'isDenied(error)'),
    retry('looks after a throttling', '(isTransient(error) && !isThrottling(error))', 'isTransient(error)'),
  ],
  'anything else': [
    deleteRecord('succeeds', TOLD, 'return;'),
    deleteRecord('hides what DRS said', TOLD, TOLD.replace('tell(server, otherwise, refusal)', 'otherwise')),
    deletion(
      'tells what was to be done, not what is left',
      'let check: DeletionCheck | undefined;',
      'let check: DeletionCheck | undefined;\n  const work = deletion.remainingWork();\n  deletion = { ...deletion, remainingWork: () => work };',
    ),
    handler('does not tell how to delete it by hand', 'isRemoved ? remove : undefined', 'undefined'),
    handler('tells to delete a record by hand that nobody wants deleted', 'isRemoved ? remove : undefined', 'remove'),
    handler('tells to disconnect an extended server by hand', `state === 'extended' ? remove : join`, 'join'),
  ],
};
