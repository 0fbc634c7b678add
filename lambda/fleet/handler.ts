import { Pace } from '../aws/rate-limiter';
import type { FleetDisconnectionAttributes } from '../../lib/contract';
import { UNKNOWN } from '../../lib/contract';
import { Failure, ifUnderstood, messageOf } from '../aws/errors';
import { isKnownToRollBack, judgeDeletion, type Verdict } from '../protocol/deletion-check';
import type { Answer, Rules } from '../protocol/respond';
import { decide, log } from '../protocol/log';
import { failedDeletion, type Undone } from '../protocol/failure-advice';
import { identityOf, type Request } from '../protocol/request';
import { Drs } from '../aws/drs';
import { type Fleet, identify, isFleet, nameOfFleet, readFleet } from './fleet';
import { countOf, noProgress, type Progress, tearDownFleet } from './teardown';
import { explainRest } from './report';

/** How long a request that disconnects nobody may take, in milliseconds. */
const LIMIT = 120_000;

/** How long to look for attributes that are good to have but decide nothing, in milliseconds. */
const SHORT_LOOK = 30_000;

/** How often the log tells how far a teardown has come, in milliseconds. */
const PROGRESS = 5_000;

/** The rules of Custom::DRSFleetDisconnection. Its physical ID holds the account, the Region and a hash of the selection. */
export const fleetDisconnection: Rules = {
  /** As long as the function may run: what is left then is for the next deletion. */
  limit: ({ type, properties }) => (type === 'Delete' ? Infinity : properties.AssumeRoleArn === undefined ? LIMIT : 2 * LIMIT),
  answer: (request) => ({ Create: create, Update: update, Delete: remove })[request.type](request),
};

/** Landing zones come before agents: it succeeds though nothing matches yet, or DRS was never set up. */
async function create(request: Request): Promise<Answer> {
  const fleet = readFleet(request);
  return declared(request, fleet.physicalId, await count(request, fleet, request.deadline));
}

async function update(request: Request): Promise<Answer> {
  if (isSame(request) || (await isKnownToRollBack(request))) {
    return declareUnverified(request);
  }
  try {
    return await create(request);
  } catch (error) {
    // The status may have been a moment old: an Update that fails in a rollback leaves a stack that nobody can use.
    if (await isKnownToRollBack(request)) {
      return declareUnverified(request);
    }
    throw error;
  }
}

/** Whether it stands for the same servers, looked after by the same role. */
function isSame(request: Request): boolean {
  const { physicalId, properties, oldProperties } = request;
  return ifUnderstood(() => readFleet(request).physicalId) === physicalId && properties.AssumeRoleArn === oldProperties.AssumeRoleArn;
}

/** A rollback may go back to what only a newer version can read. Where the servers can't be told, the ID stays, and a Delete finds that the properties don't fit it. */
async function declareUnverified(request: Request): Promise<Answer> {
  const physicalId = ifUnderstood(() => identify(request).physicalId) ?? request.physicalId ?? '';
  const deadline = Math.min(request.deadline, Date.now() + SHORT_LOOK);
  try {
    return declared(request, physicalId, await count(request, readFleet(request), deadline));
  } catch (error) {
    decide(request, 'attributes unknown', messageOf(error), 'warning');
    return declared(request, physicalId, undefined);
  }
}

function declared(request: Request, physicalId: string, counted: number | undefined): Answer {
  decide(request, 'declared', `${physicalId}, which ${counted ?? 'an unknown number of'} source servers match now`);
  const data: FleetDisconnectionAttributes = { MatchingSourceServerCount: counted === undefined ? UNKNOWN : String(counted) };
  return { physicalId, data: { ...data } };
}

async function count(request: Request, fleet: Fleet, deadline: number): Promise<number> {
  const drs = await open(request, fleet, deadline);
  return (await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? true : undefined))).length;
}

function open(request: Request, { region, options }: Fleet, deadline: number): Promise<Drs> {
  return Drs.open(request.stack, region, options.assumeRoleArn, deadline, new Pace());
}

async function remove(request: Request): Promise<Answer> {
  const physicalId = request.physicalId ?? '';
  if (!isFleet(physicalId)) {
    decide(request, 'kept', 'the physical ID is not one of ours: nothing was declared');
    return { physicalId };
  }
  const progress = noProgress();
  let verdict: Verdict | undefined;
  let fleet: Fleet | undefined;
  try {
    // A changed selection gives another physical ID. What is not selected any more is kept: only the removal of the fleet disconnects.
    verdict = await judgeDeletion(request, 'stays');
    if (!verdict.genuine) {
      decide(request, 'kept', verdict.why);
      return { physicalId };
    }
    fleet = declaredFleet(request, physicalId);
    await tearDown(request, fleet, progress);
    decide(request, 'fleet disconnected', `${progress.done.size} of ${countOf(progress)}: ${nameOfFleet(fleet)}`);
    return { physicalId };
  } catch (error) {
    throw failedDeletion(error, request, verdict, undone(physicalId, fleet, progress));
  }
}

/** The selection is in the properties, and its hash in the physical ID: where they differ, nobody knows which servers are meant. */
function declaredFleet(request: Request, physicalId: string): Fleet {
  try {
    const fleet = readFleet(request);
    if (fleet.physicalId !== physicalId) {
      throw new Failure(`The properties select ${nameOfFleet(fleet)}, which is not what ${physicalId} was declared for.`);
    }
    return fleet;
  } catch (error) {
    throw new Failure(
      "It is not clear what this deletion means, so nothing was disconnected, and deleting again won't change that: disconnect by hand those servers that shall go " +
        `(${showServers(physicalId)} shows them), then retain the resource. ${messageOf(error)}`,
    );
  }
}

async function tearDown(request: Request, fleet: Fleet, progress: Progress): Promise<void> {
  const drs = await open(request, fleet, request.deadline);
  const tell = () => {
    const { skipped, done, failed, waiting } = progress;
    const sizes = { selected: countOf(progress), skipped: skipped.size, done: done.size, failed: failed.size, waiting: waiting.size };
    log({ event: 'progress', ...sizes, ...identityOf(request) });
  };
  const timer = setInterval(tell, PROGRESS);
  let problem: string | undefined;
  try {
    await tearDownFleet({ drs, fleet, progress, note: (done, to) => decide(request, done, to) });
  } catch (error) {
    problem = messageOf(error);
  } finally {
    clearInterval(timer);
    tell();
  }
  if (problem !== undefined || progress.failed.size + progress.waiting.size > 0) {
    throw new Failure(explainRest(fleet, progress, problem));
  }
}

function undone(physicalId: string, fleet: Fleet | undefined, { failed, waiting }: Progress): Undone {
  const [, , accountId, region] = physicalId.split(':');
  const [member] = [...failed.keys(), ...waiting];
  const command = (what: string) => `\`aws drs ${what}-source-server --source-server-id ${member?.id} --region ${region}\``;
  const commands = [
    ...(member && member.state !== 'extended' ? ['disconnect'] : []),
    ...(member && fleet?.options.deletesSourceServer ? ['delete'] : []),
  ];
  const byHand = [showServers(physicalId), ...commands.map(command)].join(', then for each ');
  return { what: 'each server of the fleet', accountId, byHand };
}

function showServers(physicalId: string): string {
  return `\`aws drs describe-source-servers --region ${physicalId.split(':')[3]}\``;
}
