import type { SourceServer } from '@aws-sdk/client-drs';
import { Denied, isNamed, OutOfTime } from '../aws/retry';
import { Failure, messageOf } from '../custom-resource/failure';
import { sleep } from '../sleep';
import type { Drs } from './drs';
import { explainConflict, explainExtended, explainRecoveryInstances, isHolding } from './explanations';
import { isDisconnected, isExtended, nameOf, type NamedServer, replicationStateOf } from './source-server';

/** How a disconnect ended well: the server is DISCONNECTED, or there is none. */
export type Disconnected = 'disconnected' | 'disconnected already' | 'absent';

/** The pause between two looks at a server whose disconnect does not show yet, in milliseconds. */
const LOOK_AGAIN = 5_000;

/**
 * Disconnects the server.
 *
 * @throws Failure if the server still replicates, or may
 */
export async function disconnect(drs: Drs, server: NamedServer): Promise<Disconnected> {
  let answered: SourceServer;
  try {
    answered = await drs.disconnectSourceServer(server.sourceServerId);
  } catch (error) {
    return isNothingThere(error) ? 'absent' : explainRefusal(drs, server, error);
  }
  return isDisconnected(answered) ? 'disconnected' : awaitDisconnected(drs, server);
}

function isNothingThere(error: unknown): boolean {
  return isNamed(error, 'ResourceNotFoundException', 'UninitializedAccountException');
}

/** DRS accepted the disconnect but does not show it yet. */
async function awaitDisconnected(drs: Drs, server: NamedServer): Promise<Disconnected> {
  for (;;) {
    const found = await drs.findSourceServer(server.sourceServerId);
    if (found && isDisconnected(found)) {
      return 'disconnected';
    }
    if (Date.now() + LOOK_AGAIN >= drs.deadline) {
      const look = `\`aws drs describe-source-servers --filters sourceServerIDs=${server.sourceServerId} --region ${server.region}\``;
      throw new Failure(
        `DRS accepted the disconnect of ${nameOf(server)}, but still shows it as ${replicationStateOf(found)}: look at it with ${look}.`,
      );
    }
    await sleep(LOOK_AGAIN);
  }
}

/**
 * DRS refused. A lost answer or an earlier request may be why, so what counts is what the server is now. That it isn't found doesn't count:
 * whoever refuses knows the server, and if it is gone, the next try says so.
 */
async function explainRefusal(drs: Drs, server: NamedServer, refusal: unknown): Promise<Disconnected> {
  const told = `The ${nameOf(server)} was not disconnected. ${refusal instanceof Failure ? '' : 'DRS answered: '}${messageOf(refusal)}`;
  if (refusal instanceof Denied || refusal instanceof OutOfTime) {
    throw new Failure(told);
  }
  const found = await look(drs.findSourceServer(server.sourceServerId));
  if (found && isDisconnected(found)) {
    return 'disconnected already';
  }
  if (found && isExtended(found)) {
    throw new Failure(`${told} ${explainExtended(found, server.region)}`);
  }
  throw new Failure(isNamed(refusal, 'ConflictException') ? `${told} ${await explainHold(drs, server)}` : told);
}

async function explainHold(drs: Drs, server: NamedServer): Promise<string> {
  const instances = (await look(drs.recoveryInstancesOf(server.sourceServerId))) ?? [];
  const explained = explainRecoveryInstances(instances, server.region);
  return instances.some(isHolding) ? explained : `${explainConflict(server)} ${explained}`.trim();
}

/** A look that fails must not hide the refusal that it was to explain. */
function look<T>(seen: Promise<T>): Promise<T | undefined> {
  return seen.catch(() => undefined);
}
