// What the usual disconnection of one server in the stack's own account does without: a file of its own in the bundle, loaded when it is needed.
export { assumeRole } from './aws/assume-role';
export { RecoveryInstanceCleanup } from './source-server/recovery-instance-cleanup';
export { fleetDisconnection } from './fleet/handler';
export { stagingAreaDrain } from './drain/handler';
