import type { RecoveryInstance } from '@aws-sdk/client-drs';
import { isNamed } from '../aws/retry';
import { Failure, messageOf } from '../aws/errors';
import { command, join, type Message, say } from '../aws/message';
import { sleep } from '../aws/sleep';
import { isNothingThere } from '../aws/drs';
import { explainRecoveryInstances } from './messages';
import { isAttributed, isGone, isHolding, isInTheWay, isNotFound, NOT_FOUND_FOR } from './recovery-instance';
import type { Cleanup, Teardown } from './teardown-context';

/** How long a conflict outlasts the last recovery instance before its record is taken for the cause, in milliseconds. */
const PERSISTENT = 30_000;

/** The pause between two looks at a job, in milliseconds. */
const POLL_JOB = 10_000;

/** Ends what recovery instances hold of a source server, as far as the policy goes. */
export class RecoveryInstanceCleanup implements Cleanup {
  refusal?: Message;
  /** Those that let go: DRS may show them for a moment longer. */
  private readonly released = new Set<string>();
  private readonly deleted = new Set<string>();
  /** When DRS first said that it finds no machine of a recovery instance, in milliseconds since 1970. */
  private readonly notFoundSince = new Map<string, number>();
  /** Since when no recovery instance holds the server, in milliseconds since 1970. */
  private freeSince?: number;

  constructor(private readonly teardown: Teardown) {}

  async step(): Promise<boolean> {
    const { recoveryInstancePolicy: policy } = this.teardown.options;
    const { instances, isClear } = await this.look();
    const isHeld = !isClear || instances.some((instance) => this.holds(instance));
    this.freeSince = isHeld ? undefined : (this.freeSince ?? Date.now());
    if (!isClear) {
      return false;
    }
    if (policy === 'TERMINATE_DRILLS') {
      return isHeld && this.terminateDrills();
    }
    if (policy === 'DISCONNECT') {
      return isHeld ? this.disconnect(instances) : this.isPersistent() && this.deleteRecords(instances);
    }
    return false;
  }

  private isPersistent(): boolean {
    return this.freeSince !== undefined && Date.now() - this.freeSince >= PERSISTENT;
  }

  /** The recovery instances as they are now, none of them in the way; and whether it is clear that none can turn out to be. */
  private async look(): Promise<{ readonly instances: readonly RecoveryInstance[]; readonly isClear: boolean }> {
    const { drs, server, options } = this.teardown;
    const policy = options.recoveryInstancePolicy;
    const instances = await drs.recoveryInstancesOf(server.sourceServerId);
    const inTheWay = instances.filter((instance) => !this.released.has(idOf(instance)) && isInTheWay(instance, policy));
    if (inTheWay.length > 0) {
      throw new Failure(say`${explainRecoveryInstances(inTheWay, server.region)} By the policy ${policy} nothing was done to it.`);
    }
    const isClear = instances.filter(isNotFound).every((instance) => this.wasNotFound(idOf(instance)));
    return { instances: instances.filter(isAttributed), isClear };
  }

  /** Whether DRS has found no machine of it for long enough. */
  private wasNotFound(id: string): boolean {
    const since = this.notFoundSince.get(id) ?? Date.now();
    this.notFoundSince.set(id, since);
    return Date.now() - since >= NOT_FOUND_FOR;
  }

  private holds(instance: RecoveryInstance): boolean {
    return isHolding(instance) && !this.released.has(idOf(instance));
  }

  private async disconnect(instances: readonly RecoveryInstance[]): Promise<boolean> {
    let hasEnded = false;
    for (const id of instances.filter((instance) => this.holds(instance)).map(idOf)) {
      if (await this.isDone('disconnect', [id], () => this.teardown.drs.disconnectRecoveryInstance(id))) {
        this.teardown.note('recovery instance disconnected', id);
        hasEnded = true;
      }
    }
    return hasEnded;
  }

  private async terminateDrills(): Promise<boolean> {
    // Described again right before: nothing is terminated that is not a drill now.
    const { instances, isClear } = await this.look();
    const drills = instances.filter((instance) => this.holds(instance) && instance.isDrill === true && !isGone(instance)).map(idOf);
    return (
      isClear &&
      drills.length > 0 &&
      (await this.isDone('termination', drills, async () => {
        const job = await this.teardown.drs.terminateRecoveryInstances(drills);
        this.teardown.note('drill being terminated', say`${join(drills, ', ')} (job ${job})`);
        await (job && this.follow(job));
      }))
    );
  }

  /** DRS keeps the record of a recovery instance that is disconnected; rarely it is what holds the server. */
  private async deleteRecords(instances: readonly RecoveryInstance[]): Promise<boolean> {
    let hasEnded = false;
    for (const id of instances.map(idOf).filter((one) => !this.deleted.has(one))) {
      if (await this.isDone('deletion of the record', [id], () => this.teardown.drs.deleteRecoveryInstance(id))) {
        this.deleted.add(id);
        this.teardown.note('record of the recovery instance deleted', id);
        hasEnded = true;
      }
    }
    return hasEnded;
  }

  /** Whether it was done; not, if DRS refuses for now, or there is no time left to begin it. */
  private async isDone(what: string, ids: readonly string[], step: () => Promise<void>): Promise<boolean> {
    const { drs, server } = this.teardown;
    if (Date.now() >= drs.deadline) {
      return false;
    }
    try {
      await step();
    } catch (error) {
      const told = say`DRS did not accept the ${what} of recovery instance ${join(ids, ', ')}. ${messageOf(error)}`;
      if (isNothingThere(error) || isNamed(error, 'ConflictException', 'ServiceQuotaExceededException')) {
        this.refusal = told;
        return false;
      }
      // A lost answer may be why, so what counts is what they are now.
      const held =
        error instanceof Failure ? undefined : (await this.look()).instances.filter((one) => this.holds(one) && ids.includes(idOf(one)));
      if (held === undefined || held.length > 0) {
        // Without `error` as its cause: of the kind 'timeout', it would be told that no recovery instance is known to hold the server.
        throw new Failure(join([told, explainRecoveryInstances(held ?? [], server.region)]));
      }
    }
    ids.forEach((id) => this.released.add(id));
    return true;
  }

  private async follow(jobID: string): Promise<void> {
    const { drs, server } = this.teardown;
    const seeIt = say`look at it with ${command`aws drs describe-jobs --filters jobIDs=${jobID} --region ${server.region}`}.`;
    for (;;) {
      const job = await drs.findJob(jobID);
      const failed = (job?.participatingServers ?? []).filter(({ launchStatus }) => launchStatus === 'FAILED');
      if (job?.status === 'COMPLETED' && failed.length === 0) {
        return;
      }
      if (job?.status === 'COMPLETED') {
        const ids = join(
          failed.map(({ recoveryInstanceID = 'of unknown ID' }) => recoveryInstanceID),
          ', ',
        );
        throw new Failure(say`DRS could not terminate the drill ${ids} (job ${jobID}): ${seeIt}`);
      }
      if (Date.now() + POLL_JOB >= drs.deadline) {
        throw new Failure(say`The job ${jobID}, which terminates its drill, is still ${job?.status ?? 'not to be seen'}: ${seeIt}`);
      }
      await sleep(POLL_JOB, drs.signal);
    }
  }
}

function idOf({ recoveryInstanceID = '' }: RecoveryInstance): string {
  return recoveryInstanceID;
}
