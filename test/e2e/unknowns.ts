import type { Unknowns } from '../../emulator/settings';
import { settingsOfOthers, stuckNetworkInterface } from '../../scenarios/landing-zones';
import { RecoveryInstancePolicy } from '../../lib';
import {
  conflictOutlastsTheDeletion,
  creationIsDenied,
  disconnectOfExtended,
  drillStays,
  expressMode,
  failedCreateIsLeft,
  failingSibling,
  functionIsGone,
  functionMoves,
  movedAway,
  movedBack,
  moveIsRefused,
  functionIsPending,
  machineIsGone,
  movesToAnotherRegion,
  nestedCleanUp,
  ofOldStack,
  otherSelection,
  type Play,
  lastServerGoesAlong,
  recordGoesAlong,
  recordIsDeleted,
  recordOfDisconnected,
  recordOutlastsTheDeletion,
  scenario,
  serverOfAnotherAccount,
} from './unknown-plays';
import { asAnybodyElse, byExecutionRole, withOwnCredentials } from './service-control-plays';

/** The values of an unknown, each with what is played with it. */
type Cases<Value> = readonly (readonly [value: Value, ...plays: readonly [Play, ...Play[]]])[];

const { FAIL, DISCONNECT, TERMINATE_DRILLS } = RecoveryInstancePolicy;
const NO_FAILURE = /^$/;

/** Deletions that are meant, and others. */
const deletions = [scenario('two-stacks'), scenario('nested'), scenario('on-failure-delete'), failedCreateIsLeft] as const;
const cleanUps = [scenario('removed'), scenario('replacement'), scenario('rename')] as const;

/** What is expected with each value of what nobody knows of AWS: mostly that it makes no difference to a scenario. */
export const cases: { readonly [Name in keyof Unknowns]: Cases<Unknowns[Name]> } = {
  disconnectedAgain: [
    ['ok', scenario('already-gone'), scenario('killed')],
    ['conflict', scenario('already-gone')],
    ['validation', scenario('already-gone'), scenario('killed')],
    ['not-found', scenario('already-gone'), scenario('killed'), recordOfDisconnected],
  ],
  disconnectShows: [
    [0, scenario('fleet'), recordIsDeleted],
    [20, scenario('fleet'), recordIsDeleted, scenario('two-stacks')],
  ],
  disconnectExtended: [
    ['ok', scenario('extended'), disconnectOfExtended],
    ['conflict', disconnectOfExtended],
    ['validation', scenario('extended'), disconnectOfExtended],
    ['not-found', scenario('extended'), disconnectOfExtended],
  ],
  foreignServer: [
    ['not-found', serverOfAnotherAccount('DELETE_COMPLETE', NO_FAILURE)],
    ['access-denied', serverOfAnotherAccount('DELETE_FAILED', /may not call drs:DisconnectSourceServer/)],
    ['validation', serverOfAnotherAccount('DELETE_FAILED', /DRS answered: ValidationException/)],
  ],
  lastOperations: [
    ['current-and-cause', ...deletions],
    ['current', ...deletions],
    ['lagging', ...deletions],
    ['absent', ...deletions],
  ],
  deletionReason: [
    ['never', ...deletions],
    ['on-failure', ...deletions],
    ['always', ...deletions],
  ],
  stackEventsKept: [
    [7_776_000, ofOldStack],
    [Infinity, ofOldStack],
  ],
  cleanUpListing: [
    ['until-its-turn', ...cleanUps],
    ['until-gone', ...cleanUps],
    ['never', ...cleanUps],
  ],
  replacedListing: [
    ['successor', scenario('replacement'), scenario('rename'), otherSelection],
    ['predecessor', scenario('replacement'), scenario('rename'), otherSelection],
  ],
  nestedCleanUp: [
    ['after-the-root', nestedCleanUp, failingSibling],
    ['at-once', nestedCleanUp, failingSibling],
  ],
  pendingFunction: [
    ['tried-again', expressMode],
    ['fails', functionIsPending],
  ],
  refactoring: [
    ['moves-custom-resources', movedAway, movedBack, functionMoves],
    ['refuses-custom-resources', moveIsRefused, functionMoves],
  ],
  conflictLingers: [
    [0, scenario('disconnect-recovery-instance')],
    [5, scenario('disconnect-recovery-instance')],
    [40, scenario('drill')],
    [300, scenario('drill'), conflictOutlastsTheDeletion],
  ],
  disconnectedRecordHolds: [
    [false, scenario('failback')],
    [true, scenario('failback')],
  ],
  disconnectedRecord: [
    ['stays', recordIsDeleted],
    ['goes', recordIsDeleted, recordGoesAlong],
    ['goes-unseen', recordIsDeleted, recordGoesAlong],
    ['goes-with-account', recordGoesAlong, lastServerGoesAlong],
  ],
  recordLingers: [
    [0, recordIsDeleted],
    [5, recordIsDeleted],
    [40, scenario('delete-record')],
    [300, recordOutlastsTheDeletion],
  ],
  terminationJobs: [
    ['complete', scenario('drill')],
    ['fail', drillStays(/DRS could not terminate the drill i-\w+ \(job drsjob-\w+\)/)],
    ['never-end', drillStays(/The job drsjob-\w+, which terminates its drill, is still STARTED/)],
  ],
  terminatedInstances: [
    ['forgotten', scenario('drill'), machineIsGone(FAIL, 'DELETE_COMPLETE', false)],
    ['listed', scenario('drill'), machineIsGone(FAIL, 'DELETE_COMPLETE', false)],
    [
      'holding',
      machineIsGone(FAIL, 'DELETE_FAILED', false),
      machineIsGone(DISCONNECT, 'DELETE_COMPLETE', true),
      machineIsGone(TERMINATE_DRILLS, 'DELETE_FAILED', false),
    ],
  ],
  terminatedState: [
    ['TERMINATED', scenario('drill')],
    [
      'NOT_FOUND',
      scenario('drill'),
      machineIsGone(FAIL, 'DELETE_FAILED', false),
      machineIsGone(DISCONNECT, 'DELETE_COMPLETE', true),
      machineIsGone(TERMINATE_DRILLS, 'DELETE_FAILED', false),
    ],
  ],
  replicationServerLingers: [
    [60, scenario('landing-zone')],
    [660, scenario('landing-zone')],
    // Longer than that drain waits.
    [3_000, scenario('stuck-staging-area')],
    [Infinity, scenario('stuck-staging-area')],
  ],
  networkInterfaceLingers: [
    [0, scenario('landing-zone')],
    [300, scenario('landing-zone')],
    [Infinity, stuckNetworkInterface],
  ],
  configurationTemplateDeletion: [
    ['never', scenario('landing-zone-again'), settingsOfOthers],
    ['while-records-or-jobs', scenario('landing-zone-again'), settingsOfOthers],
    ['while-replicating', scenario('landing-zone-again')],
  ],
  replicationTemplates: [
    [1, scenario('landing-zone-again')],
    [Infinity, scenario('landing-zone-again'), settingsOfOthers],
  ],
  failedDeletion: [
    ['stays', scenario('recovery-instance')],
    ['deleted-all-the-same', functionIsGone],
  ],
  deletionRetries: [
    [900, scenario('without-drain')],
    [1_320, scenario('without-drain')],
  ],
  cleanUpOrder: [
    ['dependents-first', movesToAnotherRegion(true)],
    ['policies-first', movesToAnotherRegion(false), scenario('rename'), scenario('replacement')],
  ],
  invocationViaService: [
    [true, byExecutionRole, withOwnCredentials, asAnybodyElse('DISCONNECTED')],
    [false, byExecutionRole, withOwnCredentials, asAnybodyElse('CONTINUOUS')],
  ],
  policyPropagation: [
    [0, scenario('rollback')],
    [15, scenario('rollback'), scenario('replacement')],
    [60, scenario('drill'), scenario('cross-account')],
    [200, creationIsDenied],
  ],
};
