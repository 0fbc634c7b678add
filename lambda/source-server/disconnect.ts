import type { SourceServer } from '@aws-sdk/client-drs';
import { isNothingThere } from '../aws/drs';
import { Failure, messageOf } from '../aws/errors';
import { command, join, say, type Told } from '../aws/message';
import { isNamed } from '../aws/retry';
import { sleep } from '../aws/sleep';
import { explainConflict, explainRecordOnly, tell } from './messages';
import { explainHold, look, retryOnConflict } from './retry-conflict';
import { isDisconnected, isExtended, nameOf, replicationStateOf } from './source-server';
import type { Teardown } from './teardown-context';

/** How a disconnect ended well: the server is DISCONNECTED, or there is none. */
export type Disconnected = 'disconnected' | 'disconnected already' | 'absent';

/** The pause between two looks at a server whose disconnect does not show yet, in milliseconds. */
const POLL_SERVER = 5_000;

const NOT_DISCONNECTED = 'was not disconnected';

/**
 * Disconnects the server.
 *
 * @throws Failure if the server still replicates, or may
 */
export async function disconnect(teardown: Teardown): Promise<Disconnected> {
  const explanation = { otherwise: NOT_DISCONNECTED, because: explainConflict(teardown.server), releases: true };
  return retryOnConflict(teardown, explanation, () => attempt(teardown));
}

async function attempt(teardown: Teardown, wasNotFound = false): Promise<Disconnected> {
  const { drs, server, accepted } = teardown;
  if (accepted?.has(server.sourceServerId)) {
    return awaitDisconnected(teardown);
  }
  let answered: SourceServer;
  try {
    answered = await drs.disconnectSourceServer(server.sourceServerId);
  } catch (error) {
    return isNothingThere(error) ? absent(teardown, error, wasNotFound) : afterRefusal(teardown, error, wasNotFound);
  }
  refuseExtended(teardown, answered, say`DRS accepted the disconnect of ${nameOf(server)}, but that ends nothing.`);
  accepted?.add(server.sourceServerId);
  return isOverBy(answered) ? 'disconnected' : awaitDisconnected(teardown);
}

/** Whether an answer to a disconnect needs no look at the server: it says that the server is disconnected, and not extended. */
function isOverBy(answered: SourceServer): boolean {
  return isDisconnected(answered) && answered.stagingArea?.status === 'NOT_EXTENDED';
}

/** DRS knows no server that could be disconnected here. One sign is not enough: what it shows is looked at, too, and twice if that differs. */
async function absent(teardown: Teardown, refusal: unknown, wasNotFound: boolean): Promise<Disconnected> {
  const { drs, server } = teardown;
  const told = tell(server, NOT_DISCONNECTED, refusal);
  const found = await drs.findSourceServer(server.sourceServerId).catch((error: unknown) => {
    throw new Failure(join([told, messageOf(error)]), { cause: error });
  });
  refuseExtended(teardown, found, told);
  if (!found || isDisconnected(found)) {
    return found ? 'disconnected already' : 'absent';
  }
  if (wasNotFound || drs.asksOnce || Date.now() + POLL_SERVER >= drs.deadline) {
    throw new Failure(told);
  }
  await sleep(POLL_SERVER, drs.signal);
  return attempt(teardown, true);
}

/** What replicates of an extended server is in another account, whatever DRS answers here. */
function refuseExtended({ server }: Teardown, found: SourceServer | undefined, told: Told) {
  if (found && isExtended(found)) {
    throw new Failure(join([told, explainRecordOnly(found, server)]), { kind: 'elsewhere' });
  }
}

/** DRS accepted the disconnect but does not show it yet. */
async function awaitDisconnected(teardown: Teardown): Promise<Disconnected> {
  const { drs, server } = teardown;
  const describe = command`aws drs describe-source-servers --filters sourceServerIDs=${server.sourceServerId} --region ${server.region}`;
  const seeIt = say`look at it with ${describe}.`;
  const accepted = say`DRS accepted the disconnect of ${nameOf(server)}, but`;
  for (;;) {
    const found = await drs.findSourceServer(server.sourceServerId).catch((error: unknown) => {
      throw new Failure(say`${accepted} did not tell what became of it: ${seeIt} ${messageOf(error)}`, { cause: error });
    });
    refuseExtended(teardown, found, say`${accepted} that ends nothing.`);
    if (found ? isDisconnected(found) : await isOver(teardown)) {
      return 'disconnected';
    }
    if (drs.asksOnce || Date.now() + POLL_SERVER >= drs.deadline) {
      throw new Failure(say`${accepted} still shows it as ${replicationStateOf(found)}: ${seeIt}`);
    }
    await sleep(POLL_SERVER, drs.signal);
  }
}

/** Asks once more about a server that can't be found: a disconnect may take the record along, and only DRS's answer to another one says so. */
function isOver({ drs, server }: Teardown): Promise<boolean> {
  return drs.disconnectSourceServer(server.sourceServerId).then(isOverBy, isNothingThere);
}

/**
 * DRS refused. A lost answer or an earlier request may be why, so what counts is what the server is now. That it isn't found doesn't count:
 * whoever refuses knows the server. It may have gone in between, though: then the next try says so.
 */
async function afterRefusal(teardown: Teardown, refusal: unknown, wasNotFound: boolean): Promise<Disconnected> {
  const { drs, server, options } = teardown;
  const told = tell(server, NOT_DISCONNECTED, refusal);
  if (refusal instanceof Failure) {
    throw new Failure(told, { cause: refusal });
  }
  const seen = await look(drs.findSourceServer(server.sourceServerId).then((found) => ({ found })));
  const found = seen?.found;
  refuseExtended(teardown, found, told);
  if (found && isDisconnected(found)) {
    return 'disconnected already';
  }
  if (!isNamed(refusal, 'ConflictException')) {
    throw new Failure(told);
  }
  if (seen && !found && !wasNotFound) {
    return attempt(teardown, true);
  }
  throw options.recoveryInstancePolicy === 'FAIL'
    ? new Failure(join([told, await explainHold(teardown, explainConflict(server))]))
    : refusal;
}
