import { Failure, isOfKind, messageOf } from '../aws/errors';
import { join, type Message, type Told } from '../aws/message';
import { isNamed } from '../aws/retry';
import { sleep } from '../aws/sleep';
import { explainRecoveryInstances, tell } from './messages';
import { isHolding } from './recovery-instance';
import type { Cleanup, Teardown } from './teardown-context';

/** The pause before what was refused is tried again, in milliseconds. */
const PAUSE = 10_000;
/** The time that an answer may need, in milliseconds: an attempt that the deadline ends would hide why the ones before it were refused. */
const ANSWER = 5_000;

/** What to tell if it can't be done. */
interface Explanation {
  /** What became of the server. */
  readonly otherwise: Told;
  /** What may be the cause, if no recovery instance is. */
  readonly because: Told;
  /** Whether recovery instances may be in the way, so that they are released as far as the policy goes. */
  readonly releases: boolean;
}

/**
 * Tries until DRS no longer answers with a conflict: one that is about to pass, or that ends with what the policy allows.
 *
 * @throws Failure if it can't be ended, or not before the deadline
 */
export async function retryOnConflict<T>(
  teardown: Teardown,
  { otherwise, because, releases }: Explanation,
  attempt: () => Promise<T>,
): Promise<T> {
  const { drs, server } = teardown;
  let cleanup: Cleanup | undefined;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await (isFirst ? undefined : teardown.confirm?.());
      return await attempt();
    } catch (refusal) {
      if (drs.asksOnce || !isNamed(refusal, 'ConflictException')) {
        throw refusal;
      }
      await teardown.confirm?.();
      const told = tell(server, otherwise, refusal);
      cleanup ??= releases ? await teardown.openCleanup(teardown) : undefined;
      const hasEnded =
        cleanup &&
        (await cleanup.step().catch((error: unknown) => {
          throw new Failure(join([told, messageOf(error), isOfKind(error, 'timeout') ? because : undefined]), { cause: error });
        }));
      const pause = hasEnded ? 0 : PAUSE;
      if (Date.now() + pause + ANSWER >= drs.deadline) {
        throw new Failure(join([told, cleanup?.refusal, await explainHold(teardown, because)]));
      }
      await sleep(pause, drs.signal);
    }
  }
}

/** What may hold the server, and the commands that end it. */
export async function explainHold({ drs, server }: Teardown, otherwise: Told): Promise<Message> {
  const instances = (await look(drs.recoveryInstancesOf(server.sourceServerId))) ?? [];
  const explained = explainRecoveryInstances(instances, server.region);
  return instances.some(isHolding) ? explained : join([otherwise, explained]);
}

/** A look that fails must not hide the refusal that it was to explain. */
export function look<T>(seen: Promise<T>): Promise<T | undefined> {
  return seen.catch(() => undefined);
}
