import { alreadyGone, recoveryInstance, retain, twoStacks } from './scenarios/deletions';
import { crossAccount, otherRegion } from './scenarios/elsewhere';
import { drsDown, killed, throttled, unreachable } from './scenarios/faults';
import { fleet, fleetPartial, fleetSelection, stack480 } from './scenarios/fleets';
import { deleteRecord, extended } from './scenarios/records';
import { disconnectRecoveryInstance, drill, failback, realRecovery } from './scenarios/recoveries';
import { cancelledCreate, deletedEarly, nested, onFailureDelete, rollback, typo, updateRollback } from './scenarios/rollbacks';
import type { Scenario } from './scenarios/scenario';
import { landingZone, namedServers, stuckStagingArea, withoutDrain } from './scenarios/landing-zones';
import { removed, removedWhileBlocked, rename, replacement, replacementWhileBlocked } from './scenarios/updates';

export type { Scenario } from './scenarios/scenario';

/** All of them, in the order in which somebody would like to get to know them. */
export const scenarios: readonly Scenario[] = [
  ...[landingZone, namedServers, stuckStagingArea, withoutDrain],
  ...[recoveryInstance, alreadyGone, retain, twoStacks],
  ...[drill, realRecovery, disconnectRecoveryInstance, failback, deleteRecord, extended, otherRegion, crossAccount],
  ...[fleet, fleetPartial, fleetSelection, stack480],
  ...[replacement, replacementWhileBlocked, rename, removed, removedWhileBlocked],
  ...[typo, rollback, updateRollback, nested, cancelledCreate, deletedEarly, onFailureDelete],
  ...[throttled, killed, unreachable, drsDown],
];
