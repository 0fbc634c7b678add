import type { SourceServer } from '@aws-sdk/client-drs';
import { Denied } from '../aws/retry';
import { messageOf } from '../custom-resource/failure';
import { within } from '../sleep';
import { deleteRecord } from './delete-record';
import type { Drs } from './drs';
import type { Fleet } from './fleet';
import { look } from './insist';
import { hostnameOf, type SourceServerState, stateOf } from './source-server';
import { tearDownSourceServer } from './source-server-teardown';
import type { Teardown } from './teardown';

/** So many servers at once: more would only wait for DRS, which runs no more than twenty jobs at once either. */
const AT_ONCE = 20;

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

/** How far a teardown came. It changes while it runs. */
export interface Progress {
  selected: number;
  /** Those that needed nothing: they are disconnected, another account's, or selected no more. */
  skipped: number;
  done: number;
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
  return { selected: 0, skipped: 0, done: 0, failed: new Map(), waiting: new Set() };
}

/** Disconnects every server that is selected at this moment, and goes on past those that can't be. What is left at the deadline is in `progress`. */
export async function tearDownFleet(teardown: FleetTeardown): Promise<void> {
  const { drs, fleet, progress } = teardown;
  const members = await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? memberOf(server) : undefined));
  const due = members.filter(({ state }) => state === 'replicating' || fleet.options.deletesSourceServer);
  progress.selected = members.length;
  progress.skipped = members.length - due.length;
  due.forEach((member) => progress.waiting.add(member));
  // Requests that wait for their turn, or for an answer, must not keep the function from saying what is left.
  await within(drs.deadline - Date.now(), inTurn(teardown, due));
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
  await disconnect([...progress.failed.keys()], Math.max(patience, LAST_PATIENCE));
  if (deletesSourceServer) {
    const records = due.filter((member) => progress.waiting.has(member));
    await inParallel(teardown, records, (member) => deleteRecordOf(teardown, member));
  }
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
  progress.done++;
}

async function attempt(teardown: FleetTeardown, member: Member, patience: number, work: (one: Teardown) => Promise<void>): Promise<void> {
  const { fleet, progress, note } = teardown;
  const { accountId, region, options } = fleet;
  const drs = teardown.drs.until(Date.now() + patience);
  try {
    await work({ drs, server: { sourceServerId: member.id, accountId, region }, options, note });
  } catch (error) {
    progress.waiting.delete(member);
    if (error instanceof Denied && (await isNoLongerSelected(teardown.drs, fleet, member))) {
      note('no longer selected', member.id);
      progress.skipped++;
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
