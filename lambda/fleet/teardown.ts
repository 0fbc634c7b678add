import type { SourceServer } from '@aws-sdk/client-drs';
import type { Drs } from '../aws/drs';
import { Failure, isOfKind, messageOf } from '../aws/errors';
import { inParallel } from '../aws/in-parallel';
import type { Told } from '../aws/message';
import { sleep, within } from '../aws/sleep';
import { deleteRecord } from '../source-server/delete-record';
import { look } from '../source-server/retry-conflict';
import { hostnameOf, stateOf } from '../source-server/source-server';
import { tearDownSourceServer } from '../source-server/teardown';
import type { OpenCleanup, Teardown } from '../source-server/teardown-context';
import { type Fleet, needsWork } from './fleet';
import type { FleetProgress, FleetServer } from './progress';
import { NoLongerSelected, SelectedNow } from './selected-now';

/** So many servers at once: more would only wait for DRS, which runs no more than twenty jobs at once either. */
const AT_ONCE = 20;

/** The pause before the next listing after a round that settled nobody, in milliseconds. */
const LIST_AGAIN = 5_000;

/** How long before the deadline no server is begun any more, in milliseconds. */
const LAST_START = 5_000;

/** How long it is tried to ask for a server once, in milliseconds, if DRS throttles. */
const ASKING = 100_000;

/** How long is waited for one server, in milliseconds, once each was asked for: policies spread within ninety seconds, a job that terminates a drill takes some minutes. */
const PATIENCE = { FAIL: 240_000, DISCONNECT: 240_000, TERMINATE_DRILLS: 480_000 };

interface FleetTeardown extends FleetTeardownRequest {
  readonly selectedNow: SelectedNow;
  /** Whose disconnect DRS has accepted. */
  readonly accepted: Set<string>;
}

export interface FleetTeardownRequest {
  readonly drs: Drs;
  readonly fleet: Fleet;
  readonly progress: FleetProgress;
  readonly note: (done: string, to: Told) => void;
  readonly openCleanup: OpenCleanup;
}

/**
 * Disconnects every server that is selected, and goes on past those that can't be. What is left at the deadline is in `progress`.
 *
 * @throws Failure if it can't be told whether that is all
 */
export async function tearDownFleet(request: FleetTeardownRequest): Promise<void> {
  const { drs, fleet, progress } = request;
  const teardown = { ...request, selectedNow: new SelectedNow(drs, fleet.selection), accepted: new Set<string>() };
  // Requests that wait for their turn, or for an answer, must not keep the function from saying what is left.
  const isThrough = await within(drs.deadline - Date.now(), inRounds(teardown));
  if (!isThrough && progress.count('pending') === 0) {
    throw new Failure('the function had to end before the last listing did.', { kind: 'timeout' });
  }
}

/**
 * A listing of several pages is no snapshot: a server may move to a page that was read already, or be selected a moment later.
 * So it is through only when two listings in a row show nothing more to do.
 */
async function inRounds(teardown: FleetTeardown): Promise<boolean> {
  const { drs, progress } = teardown;
  for (let empty = 0; empty < 2;) {
    const due = await takeOn(teardown);
    if (due.length === 0) {
      empty++;
      continue;
    }
    empty = 0;
    const processed = progress.count('succeeded', 'failed');
    await inTurn(teardown, due);
    // The list may lag: it can still show tags that IAM no longer sees.
    const pause = progress.count('succeeded', 'failed') > processed ? 0 : LIST_AGAIN;
    if (progress.count('pending') > 0 || Date.now() + pause >= drs.deadline) {
      return false;
    }
    await sleep(pause, drs.signal);
  }
  return true;
}

/** Lists those for whom there is something to do: who was disconnected in this run, or could not be, had its turn. */
async function takeOn({ drs, fleet, progress, note }: FleetTeardown): Promise<FleetServer[]> {
  const listed = await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? fleetServerOf(server) : undefined));
  // One that moves to a later page is listed twice.
  const selected = [...new Map(listed.map((server) => [server.id, server])).values()];
  // What was done to it, its answers may have been lost.
  const isThrough = ({ id, state }: FleetServer) =>
    progress.outcomeOf(id) === 'failed' && state === 'disconnected' && !fleet.options.deletesSourceServer;
  selected.filter(isThrough).forEach((server) => {
    note('disconnected already', server.id);
    progress.set(server, 'succeeded');
  });
  const hadItsTurn = ({ id }: FleetServer) => ['succeeded', 'failed'].includes(progress.outcomeOf(id) ?? '');
  const others = selected.filter((server) => !hadItsTurn(server));
  others.forEach((server) => progress.set(server, needsWork(server.state, fleet.options) ? 'pending' : 'skipped'));
  return others.filter(({ id }) => progress.outcomeOf(id) === 'pending');
}

/** Records come last: none of them matters as long as a server replicates. */
async function inTurn(teardown: FleetTeardown, due: readonly FleetServer[]): Promise<void> {
  const { fleet, progress } = teardown;
  const replicating = due.filter(({ state }) => state === 'replicating');
  const groups = [true, false].map((wanted) => replicating.filter(({ isFailback }) => isFailback === wanted));
  await eachOnceThenPatiently(teardown, groups, disconnectServer);
  if (fleet.options.deletesSourceServer) {
    const records = due.filter(({ id }) => progress.outcomeOf(id) === 'pending');
    await eachOnceThenPatiently(teardown, [records], deleteRecordOf);
  }
}

/** Asks for each server once, group after group, before any is waited for: those that are stuck must not keep the others from their turn. */
async function eachOnceThenPatiently(teardown: FleetTeardown, groups: readonly FleetServer[][], work: Work): Promise<void> {
  for (const group of groups) {
    await forEachServer(teardown, group, true, work);
  }
  const refused = groups.flat().filter(({ id }) => teardown.progress.outcomeOf(id) === 'failed');
  await forEachServer(teardown, refused, false, work);
}

type Work = (teardown: FleetTeardown, server: FleetServer, asksOnce: boolean) => Promise<void>;

function fleetServerOf(server: SourceServer): FleetServer {
  return {
    id: server.sourceServerID ?? '',
    hostname: hostnameOf(server),
    state: stateOf(server),
    isFailback: server.replicationDirection === 'FAILBACK',
  };
}

/** Begins none just before the deadline. */
async function forEachServer(teardown: FleetTeardown, servers: readonly FleetServer[], asksOnce: boolean, work: Work): Promise<void> {
  const lastStart = teardown.drs.deadline - LAST_START;
  await inParallel(AT_ONCE, servers, async (server) => {
    await (Date.now() < lastStart ? work(teardown, server, asksOnce) : undefined);
  });
}

async function disconnectServer(teardown: FleetTeardown, server: FleetServer, asksOnce: boolean): Promise<void> {
  await attempt(teardown, server, asksOnce, async (one) => {
    const outcome = await tearDownSourceServer({ ...one, options: { ...one.options, deletesSourceServer: false } }, server.state);
    // Its record waits for its turn. One that is absent has none, and is due again if a listing shows it.
    const next = teardown.fleet.options.deletesSourceServer ? 'pending' : 'succeeded';
    teardown.progress.set(server, outcome === 'absent' ? 'skipped' : next);
  });
}

async function deleteRecordOf(teardown: FleetTeardown, server: FleetServer, asksOnce: boolean): Promise<void> {
  await attempt(teardown, server, asksOnce, async (one) => {
    await deleteRecord(one, server.state === 'extended' ? 'extended' : 'disconnected');
    teardown.progress.set(server, 'succeeded');
  });
}

async function attempt(
  teardown: FleetTeardown,
  server: FleetServer,
  asksOnce: boolean,
  work: (one: Teardown) => Promise<void>,
): Promise<void> {
  const { fleet, progress, accepted, note, openCleanup } = teardown;
  const { accountId, region, options } = fleet;
  const drs = teardown.drs.until(Date.now() + (asksOnce ? ASKING : PATIENCE[options.recoveryInstancePolicy]), asksOnce);
  const confirm = () => teardown.selectedNow.confirm(server.id);
  try {
    await confirm();
    await work({ drs, server: { sourceServerId: server.id, accountId, region }, options, confirm, accepted, note, openCleanup });
  } catch (error) {
    const isLost =
      error instanceof NoLongerSelected || (isOfKind(error, 'denied') && (await isNoLongerSelected(teardown.drs, fleet, server)));
    // Then it was told already what became of it.
    drs.signal.throwIfAborted();
    if (isLost) {
      note('no longer selected', server.id);
      progress.set(server, 'skipped');
    } else {
      progress.set(server, 'failed', messageOf(error));
    }
  }
}

/** IAM lets the function disconnect only what carries the tags: a server that lost them is none of ours any more. */
async function isNoLongerSelected(drs: Drs, { selection }: Fleet, { id }: FleetServer): Promise<boolean> {
  const seen = await look(drs.findSourceServer(id).then((server) => ({ server })));
  return seen !== undefined && !(seen.server && selection.matches(seen.server));
}
