import type { SourceServer } from '@aws-sdk/client-drs';
import { Denied, OutOfTime } from '../aws/retry';
import { messageOf } from '../aws/errors';
import { sleep, within } from '../aws/sleep';
import { deleteRecord } from '../source-server/delete-record';
import type { Drs } from '../aws/drs';
import type { Fleet } from './fleet';
import { look } from '../source-server/retry-conflict';
import type { Options } from '../source-server/options';
import { hostnameOf, type SourceServerState, stateOf } from '../source-server/source-server';
import { tearDownSourceServer } from '../source-server/teardown';
import type { Teardown } from '../source-server/teardown-context';

/** So many servers at once: more would only wait for DRS, which runs no more than twenty jobs at once either. */
const AT_ONCE = 20;

/** The pause before the next listing after a round that settled nobody, in milliseconds. */
const LIST_AGAIN = 5_000;

/** How long before the deadline no server is begun any more, in milliseconds. */
const LAST_START = 5_000;

/**
 * How long one server may take, in milliseconds, before the others have had their turn: policies spread within ninety seconds. Once they had, it is tried again.
 * A job that terminates a drill takes some minutes.
 */
const PATIENCE = { FAIL: 100_000, DISCONNECT: 100_000, TERMINATE_DRILLS: 480_000 };
const LAST_PATIENCE = 240_000;

/** A selected server, and what is kept of it: there may be thousands. */
export interface Member {
  readonly id: string;
  readonly hostname: string;
  readonly state: SourceServerState;
  /** Those are the copies of recovered machines, which DRS wants to be taken down first. */
  readonly isFailback: boolean;
}

/** How far a teardown came. It changes while it runs. Each server that was ever selected is in one of the four. */
export interface Progress {
  /** The IDs of those that needed nothing: they are disconnected, another account's, or selected no more. */
  readonly skipped: Set<string>;
  /** The IDs of those that were disconnected, and whose record was deleted if it was to go. */
  readonly done: Set<string>;
  /** Those that could not be, and why. */
  readonly failed: Map<Member, string>;
  readonly waiting: Set<Member>;
}

export interface FleetTeardown {
  readonly drs: Drs;
  readonly fleet: Fleet;
  readonly progress: Progress;
  readonly note: (done: string, to: string) => void;
}

export function noProgress(): Progress {
  return { skipped: new Set(), done: new Set(), failed: new Map(), waiting: new Set() };
}

/** How many servers the progress knows of. */
export function countOf({ skipped, done, failed, waiting }: Progress): number {
  return skipped.size + done.size + failed.size + waiting.size;
}

/**
 * Disconnects every server that is selected, and goes on past those that can't be. What is left at the deadline is in `progress`.
 *
 * @throws Failure if it can't be told whether that is all
 */
export async function tearDownFleet(teardown: FleetTeardown): Promise<void> {
  const { drs, progress } = teardown;
  // Requests that wait for their turn, or for an answer, must not keep the function from saying what is left.
  const isThrough = await within(drs.deadline - Date.now(), inRounds(teardown));
  if (!isThrough && progress.waiting.size === 0) {
    throw new OutOfTime('the function had to end before the last listing did.');
  }
}

/**
 * A listing of several pages is no snapshot: a server may move to a page that was read already, or be selected a moment later.
 * So it is through only when a listing shows nothing more to do.
 */
async function inRounds(teardown: FleetTeardown): Promise<boolean> {
  const { drs, progress } = teardown;
  for (;;) {
    const due = await takeOn(teardown);
    if (due.length === 0) {
      return true;
    }
    const settled = progress.done.size + progress.failed.size;
    await inTurn(teardown, due);
    // Whoever was refused for want of the tags may still be listed with them.
    const pause = progress.done.size + progress.failed.size > settled ? 0 : LIST_AGAIN;
    if (progress.waiting.size > 0 || Date.now() + pause >= drs.deadline) {
      return false;
    }
    await sleep(pause);
  }
}

/** Lists those for whom there is something to do: who was disconnected in this run, or could not be, had its turn. */
async function takeOn({ drs, fleet, progress }: FleetTeardown): Promise<Member[]> {
  const { skipped, done, failed, waiting } = progress;
  const settled = new Set([...done, ...Array.from(failed.keys(), ({ id }) => id)]);
  const listed = await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? memberOf(server) : undefined));
  // One that moves to a later page is listed twice.
  const members = [...new Map(listed.map((member) => [member.id, member])).values()].filter(({ id }) => !settled.has(id));
  const due = members.filter(({ state }) => isDue(state, fleet.options));
  members.forEach(({ id }) => skipped.add(id));
  for (const member of due) {
    skipped.delete(member.id);
    waiting.add(member);
  }
  return due;
}

/** Records come last: none of them matters as long as a server replicates. */
async function inTurn(teardown: FleetTeardown, due: readonly Member[]): Promise<void> {
  const { fleet, progress } = teardown;
  const { deletesSourceServer, recoveryInstancePolicy } = fleet.options;
  const disconnect = (members: readonly Member[], patience: number) =>
    inParallel(teardown, members, (member) => disconnectMember(teardown, member, patience));
  const replicating = due.filter(({ state }) => state === 'replicating');
  const patience = PATIENCE[recoveryInstancePolicy];
  const [failback, others] = [true, false].map((wanted) => replicating.filter(({ isFailback }) => isFailback === wanted));
  await disconnect(failback, patience);
  await disconnect(others, patience);
  const failed = replicating.filter((member) => progress.failed.has(member));
  await disconnect(failed, Math.max(patience, LAST_PATIENCE));
  if (deletesSourceServer) {
    const records = due.filter((member) => progress.waiting.has(member));
    await inParallel(teardown, records, (member) => deleteRecordOf(teardown, member));
  }
}

/** What is disconnected, or replicates in another account, needs nothing, unless its record goes. */
export function isDue(state: SourceServerState, { deletesSourceServer }: Options): boolean {
  return state === 'replicating' || deletesSourceServer;
}

function memberOf(server: SourceServer): Member {
  return {
    id: server.sourceServerID ?? '',
    hostname: hostnameOf(server),
    state: stateOf(server),
    isFailback: server.replicationDirection === 'FAILBACK',
  };
}

/** Works on so many at once; begins none just before the deadline. */
async function inParallel({ drs }: FleetTeardown, members: readonly Member[], work: (member: Member) => Promise<void>): Promise<void> {
  const queue = members.values();
  const worker = async () => {
    for (const member of queue) {
      if (Date.now() >= drs.deadline - LAST_START) {
        return;
      }
      await work(member);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function disconnectMember(teardown: FleetTeardown, member: Member, patience: number): Promise<void> {
  const { progress, fleet } = teardown;
  if (progress.failed.delete(member)) {
    progress.waiting.add(member);
  }
  await attempt(teardown, member, patience, async (one) => {
    await tearDownSourceServer({ ...one, options: { ...one.options, deletesSourceServer: false } }, member.state);
    if (!fleet.options.deletesSourceServer) {
      finish(progress, member);
    }
  });
}

async function deleteRecordOf(teardown: FleetTeardown, member: Member): Promise<void> {
  await attempt(teardown, member, LAST_PATIENCE, async (one) => {
    await deleteRecord(one, member.state === 'extended' ? 'extended' : 'disconnected');
    finish(teardown.progress, member);
  });
}

function finish(progress: Progress, member: Member) {
  progress.waiting.delete(member);
  progress.done.add(member.id);
}

async function attempt(teardown: FleetTeardown, member: Member, patience: number, work: (one: Teardown) => Promise<void>): Promise<void> {
  const { fleet, progress, note } = teardown;
  const { accountId, region, options } = fleet;
  const drs = teardown.drs.until(Date.now() + patience);
  try {
    await work({ drs, server: { sourceServerId: member.id, accountId, region }, options, note });
  } catch (error) {
    const isLost = error instanceof Denied && (await isNoLongerSelected(teardown.drs, fleet, member));
    progress.waiting.delete(member);
    if (isLost) {
      note('no longer selected', member.id);
      progress.skipped.add(member.id);
    } else {
      const reason = messageOf(error);
      note('left', `${member.id}: ${reason}`);
      progress.failed.set(member, reason);
    }
  }
}

/** IAM lets the function disconnect only what carries the tags: a server that lost them is none of ours any more. */
async function isNoLongerSelected(drs: Drs, { selection }: Fleet, { id }: Member): Promise<boolean> {
  const seen = await look(drs.findSourceServer(id).then((server) => ({ server })));
  return seen !== undefined && !(seen.server && selection.matches(seen.server));
}
