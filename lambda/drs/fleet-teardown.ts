import type { SourceServer } from '@aws-sdk/client-drs';
import { Denied } from '../aws/retry';
import { messageOf } from '../custom-resource/failure';
import { within } from '../sleep';
import type { Drs } from './drs';
import type { Fleet } from './fleet';
import { look } from './insist';
import { hostnameOf, type SourceServerState, stateOf } from './source-server';
import { tearDownSourceServer } from './source-server-teardown';

/** So many servers at once: more would only wait for DRS, which runs no more than twenty jobs at once either. */
const AT_ONCE = 20;

/** How long before the deadline no server is begun any more, in milliseconds. */
const LAST_START = 5_000;

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
  /** Those that needed nothing: they are disconnected, or another account's. */
  skipped: number;
  done: number;
  failed: { readonly member: Member; readonly reason: string }[];
  waiting: Member[];
}

export interface FleetTeardown {
  readonly drs: Drs;
  readonly fleet: Fleet;
  readonly progress: Progress;
  readonly note: (done: string, to: string) => void;
}

export function noProgress(): Progress {
  return { selected: 0, skipped: 0, done: 0, failed: [], waiting: [] };
}

/** Disconnects every server that is selected at this moment, and goes on past those that can't be. What is left at the deadline is in `progress`. */
export async function tearDownFleet(teardown: FleetTeardown): Promise<void> {
  const { drs, fleet, progress } = teardown;
  const members = await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? memberOf(server) : undefined));
  const due = members.filter(({ state }) => state === 'replicating' || fleet.options.deletesSourceServer);
  progress.selected = members.length;
  progress.skipped = members.length - due.length;
  progress.waiting = due;
  const inTurn = async () => {
    for (const turn of [due.filter(({ isFailback }) => isFailback), due.filter(({ isFailback }) => !isFailback)]) {
      await inParallel(turn, drs.deadline - LAST_START, (member) => tearDownMember(teardown, member));
    }
  };
  // Requests that wait for their turn, or for an answer, must not keep the function from saying what is left.
  await within(drs.deadline - Date.now(), inTurn());
}

function memberOf(server: SourceServer): Member {
  return {
    id: server.sourceServerID ?? '',
    hostname: hostnameOf(server),
    state: stateOf(server),
    isFailback: server.replicationDirection === 'FAILBACK',
  };
}

async function inParallel<T>(items: readonly T[], until: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      if (Date.now() >= until) {
        return;
      }
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function tearDownMember({ drs, fleet, progress, note }: FleetTeardown, member: Member): Promise<void> {
  const { accountId, region, options } = fleet;
  const server = { sourceServerId: member.id, accountId, region };
  try {
    await tearDownSourceServer({ drs, server, options, note }, member.state);
    progress.done++;
  } catch (error) {
    if (error instanceof Denied && (await isNoLongerSelected(drs, fleet, member))) {
      note('no longer selected', member.id);
      progress.skipped++;
    } else {
      const reason = messageOf(error);
      note('left', `${member.id}: ${reason}`);
      progress.failed.push({ member, reason });
    }
  }
  progress.waiting = progress.waiting.filter((one) => one !== member);
}

/** IAM lets the function disconnect only what carries the tags: a server that lost them is none of ours any more. */
async function isNoLongerSelected(drs: Drs, { selection }: Fleet, { id }: Member): Promise<boolean> {
  const seen = await look(drs.findSourceServer(id).then((server) => ({ server })));
  return seen !== undefined && !(seen.server && selection.matches(seen.server));
}
