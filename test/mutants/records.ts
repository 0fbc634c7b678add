import { mutate, type Mutants } from './mutant';

const teardown = mutate('source-server/teardown.ts');
const record = mutate('source-server/delete-record.ts');
const options = mutate('source-server/options.ts');
const rules = mutate('source-server/handler.ts');

const EXTENDED = `if (state === 'extended' && options.deletesSourceServer) {`;
const DUE = `if (options.deletesSourceServer && outcome !== 'absent') {`;
const LOOK = 'state = options.deletesSourceServer ? await stateBefore(drs, server) : state;';
const INSIST = `await insist(teardown, { otherwise, because, releases: state === 'extended' }, async () => {`;
const REFUSED = `if (isNamed(refusal, 'ConflictException')) {\n        throw refusal;\n      }`;
const TOLD = 'throw refusal instanceof Denied ? new Denied(told) : new Failure(told);';

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
    record('does not tell that it did', `note('record deleted', server.sourceServerId);`, ''),
    rules(
      'does not disconnect a server that is not listed',
      "return found && isExtended(found) ? 'extended'",
      "return !found || isExtended(found) ? 'extended'",
    ),
  ],
  'the server is extended from another account': [
    teardown('disconnects it', EXTENDED, 'if (!state) {'),
    teardown('disconnects it, too', `'extended');\n    return;`, `'extended');`),
    record(
      'tells as if the server had been disconnected',
      `state === 'extended' ? 'is extended from another account, and' : 'was disconnected, but'`,
      `'was disconnected, but'`,
    ),
    rules('does not look', LOOK, ''),
    rules('looks without need', LOOK, 'state = await stateBefore(drs, server);'),
    rules('disconnects it if nobody can tell', `throw new Failure(tell(server, 'was not disconnected', error));`, `return 'replicating';`),
    rules(
      'does not tell which server it could not look at',
      `throw new Failure(tell(server, 'was not disconnected', error));`,
      'throw error;',
    ),
  ],
  'conflict: the disconnect has not spread yet': [
    record('fails at once', REFUSED, ''),
    record('succeeds', 'if (isNothingThere(refusal)) {', `if (isNothingThere(refusal) || isNamed(refusal, 'ConflictException')) {`),
    record('does not tell that the server is disconnected', `'was disconnected, but'`, `'was not disconnected, and'`),
    record('does not try again', INSIST, 'await ((attempt: () => Promise<void>) => attempt())(async () => {'),
    record('touches recovery instances that a late list shows', INSIST, INSIST.replace(`state === 'extended'`, 'true')),
  ],
  'conflict: the extended server has a recovery instance': [
    record(
      'leaves it alone, whatever the policy',
      INSIST,
      INSIST.replace('teardown', `{ ...teardown, options: { ...teardown.options, recoveryInstancePolicy: 'FAIL' } }`),
    ),
    record(
      'disconnects it, whatever the policy',
      INSIST,
      INSIST.replace('teardown', `{ ...teardown, options: { ...teardown.options, recoveryInstancePolicy: 'DISCONNECT' } }`),
    ),
    record('does not look for it', INSIST, INSIST.replace(`state === 'extended'`, 'false')),
  ],
  'the record is unknown to DRS': [record('fails', 'if (isNothingThere(refusal)) {', 'if (!refusal) {')],
  'anything else': [
    record('succeeds', TOLD, 'return;'),
    record('hides what DRS said', 'const told = tell(server, otherwise, refusal);', 'const told = otherwise;'),
    rules('does not tell how to delete it by hand', ` === 'true' ? ['delete'] : []`, ` === 'true' ? [] : []`),
    rules('tells to delete a record by hand that nobody wants deleted', `properties.DeleteSourceServer === 'true' ?`, 'properties ?'),
    rules('tells to disconnect an extended server by hand', `state === 'extended' ? [] : ['disconnect']`, `'disconnect'`),
  ],
};
