import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import type { DisconnectionOptions } from './options';
import { isInTheWay } from './recovery-instance';
import { isDisconnected, isExtended } from './source-server';

/** How a deletion ends, if DRS is as it was described. */
export type PredictedOutcome =
  | { readonly outcome: 'absent' | 'disconnected' | 'disconnected already' | 'only the record deleted' | 'extended' }
  /** Recovery instances hold it, and the policy leaves them alone. */
  | { readonly outcome: 'held'; readonly by: readonly RecoveryInstance[] };

/** What the deletion does to a source server that is as described, with these recovery instances. Without a server there is none. */
export function predictOutcome(
  server: SourceServer | undefined,
  instances: readonly RecoveryInstance[],
  options: DisconnectionOptions,
): PredictedOutcome {
  if (!server) {
    return { outcome: 'absent' };
  }
  const onlyRecord = isExtended(server);
  if (onlyRecord && !options.deletesSourceServer) {
    return { outcome: 'extended' };
  }
  if (isDisconnected(server) && !onlyRecord) {
    return { outcome: 'disconnected already' };
  }
  const by = instances.filter((instance) => isInTheWay(instance, options.recoveryInstancePolicy));
  if (by.length > 0) {
    return { outcome: 'held', by };
  }
  return { outcome: onlyRecord ? 'only the record deleted' : 'disconnected' };
}
