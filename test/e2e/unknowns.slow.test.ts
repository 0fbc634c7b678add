import { onFailureDelete } from '../../scenarios/rollbacks';
import { scenarios } from '../../scenarios';
import { APP, DATABASE, TWO, twoAndAFailingSibling } from '../../scenarios/stacks';
import type { Settings } from '../../emulator/settings';
import { onStage } from './with-emulator';

// What nobody knows of AWS is a setting. Scenarios in which it matters, with the values that they are not played with already.

test.each<[string, Partial<Settings>]>([
  ['two-stacks', { lastOperations: 'absent' }],
  ['two-stacks', { lastOperations: 'names-a-delete-too' }],
  ['nested', { lastOperations: 'absent' }],
  [onFailureDelete.name, { deletionReason: 'absent' }],
  ['nested', { lastOperations: 'names-a-delete-too' }],
  ['already-gone', { disconnectedAgain: 'ok' }],
  ['already-gone', { disconnectedAgain: 'validation' }],
  ['killed', { disconnectedAgain: 'ok' }],
  ['killed', { disconnectedAgain: 'validation' }],
  ['rollback', { policyPropagation: 30 }],
  ['replacement', { policyPropagation: 30 }],
  ['cancelled-create', { functionConcurrency: 1 }],
  ['extended', { disconnectExtended: 'ok' }],
  ['extended', { disconnectExtended: 'validation' }],
  ['drill', { conflictLingers: 60 }],
  ['drill', { policyPropagation: 30 }],
  ['failback', { disconnectedRecordHolds: true }],
  ['cross-account', { policyPropagation: 30 }],
])('%s, with %j', async (name, settings) => {
  const scenario = scenarios.find((candidate) => candidate.name === name)!;
  await onStage({ ...scenario.settings, ...settings }, (stage) => scenario.play(stage));
});

test.each<Settings['lastOperations']>(['absent', 'names-a-delete-too'])(
  `${onFailureDelete.name}, with LastOperations %s: the reason of the stack's status tells it`,
  async (lastOperations) => {
    await onStage({ ...onFailureDelete.settings, lastOperations }, (stage) => onFailureDelete.play(stage));
  },
);

// Then nothing in DescribeStacks' answer differs from a deletion that somebody asked for, and a wrong "kept" would be worse:
// a stack that is really deleted would leave its servers replicating for years.
test.each<Settings['lastOperations']>(['absent', 'names-a-delete-too'])(
  `${onFailureDelete.name}, with LastOperations %s and no reason: can't be told from a deletion, so the servers are disconnected`,
  async (lastOperations) => {
    await onStage({ lastOperations, deletionReason: 'absent' }, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(twoAndAFailingSibling, 'DELETE_COMPLETE', { onFailure: 'DELETE' });
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
    });
  },
);
