import { alreadyGone, recoveryInstance, retain, twoStacks } from './deletions';
import { crossAccount, otherRegion } from './elsewhere';
import { drsDown, killed, throttled, unreachable } from './faults';
import { fleet, fleetPartial, fleetSelection, stack480 } from './fleets';
import { landingZone, landingZoneAgain, namedServers, stuckStagingArea, withoutDrain } from './landing-zones';
import { deleteRecord, extended } from './records';
import { disconnectRecoveryInstance, drill, failback, realRecovery } from './recoveries';
import { cancelledCreate, deletedEarly, nested, onFailureDelete, rollback, typo, updateRollback } from './rollbacks';
import type { Scenario } from './scenario';
import { removed, removedWhileBlocked, rename, replacement, replacementWhileBlocked } from './updates';

export type { Scenario } from './scenario';

/** All of them, in the order in which somebody would like to get to know them. */
export const scenarios: readonly Scenario[] = [
  ...[landingZone, landingZoneAgain, namedServers, stuckStagingArea, withoutDrain],
  ...[recoveryInstance, alreadyGone, retain, twoStacks],
  ...[drill, realRecovery, disconnectRecoveryInstance, failback, deleteRecord, extended, otherRegion, crossAccount],
  ...[fleet, fleetPartial, fleetSelection, stack480],
  ...[replacement, replacementWhileBlocked, rename, removed, removedWhileBlocked],
  ...[typo, rollback, updateRollback, nested, cancelledCreate, deletedEarly, onFailureDelete],
  ...[throttled, killed, unreachable, drsDown],
];
