import type { FleetDisconnectionAttributes } from '../../lib/contract';
import { UNKNOWN } from '../../lib/contract';
import { type AssumeRole, Drs, type DrsCaller } from '../aws/drs';
import { Failure, ifUnderstood, messageOf } from '../aws/errors';
import { command, join, type Message, say } from '../aws/message';
import { RateLimiter } from '../aws/rate-limiter';
import { type FleetId, parseFleetId } from '../physical-ids';
import { deleteResource } from '../protocol/delete';
import type { RemainingWork } from '../protocol/failure-advice';
import { log, logDecision } from '../protocol/log';
import { type Request as CloudFormationRequest, requestFields } from '../protocol/request';
import type { Answer, ResourceHandler } from '../protocol/respond';
import { ATTRIBUTES_TIMEOUT, LONG_LIMIT, SHORT_LIMIT } from '../protocol/time-limits';
import { unlessRollingBack } from '../protocol/update';
import { unreadableWork } from '../source-server/messages';
import { isSamePrincipal } from '../source-server/options';
import type { OpenCleanup } from '../source-server/teardown-context';
import { type Fleet, identify, nameOfFleet, readFleet } from './fleet';
import { FleetProgress } from './progress';
import { explainRest } from './report';
import { tearDownFleet } from './teardown';

type Request = CloudFormationRequest & DrsCaller & { readonly openCleanup: OpenCleanup };

/** How often the log tells how far a teardown has come, in milliseconds. */
const PROGRESS = 5_000;

/** Answers the requests of Custom::DRSFleetDisconnection. Its physical ID holds the account, the Region and a hash of the selection. */
export function fleetDisconnection(assumeRole: AssumeRole, openCleanup: OpenCleanup): ResourceHandler {
  return {
    /** As long as the function may run: what is left then is for the next deletion. */
    limit: ({ type, properties }) => (type === 'Delete' ? Infinity : properties.AssumeRoleArn === undefined ? SHORT_LIMIT : LONG_LIMIT),
    answer: (request) => ({ Create: create, Update: update, Delete: remove })[request.type]({ ...request, assumeRole, openCleanup }),
  };
}

/** Landing zones come before agents: it succeeds though nothing matches yet, or DRS was never set up. */
async function create(request: Request): Promise<Answer> {
  const fleet = readFleet(request);
  return declared(request, fleet.physicalId, await count(request, fleet, request.deadline));
}

async function update(request: Request): Promise<Answer> {
  return isSame(request)
    ? declareUnverified(request)
    : unlessRollingBack(
        request,
        () => create(request),
        () => declareUnverified(request),
      );
}

/** Whether it stands for the same servers, looked after by the same role. */
function isSame(request: Request): boolean {
  return ifUnderstood(() => readFleet(request).physicalId) === request.physicalId && isSamePrincipal(request);
}

/** A rollback may go back to what only a newer version can read. Where the servers can't be told, the ID stays, and a Delete finds that the properties don't fit it. */
async function declareUnverified(request: Request): Promise<Answer> {
  const physicalId = ifUnderstood(() => identify(request).physicalId) ?? request.physicalId ?? '';
  const deadline = Math.min(request.deadline, Date.now() + ATTRIBUTES_TIMEOUT);
  try {
    return declared(request, physicalId, await count(request, readFleet(request), deadline));
  } catch (error) {
    logDecision(request, 'attributes unknown', messageOf(error), 'warning');
    return declared(request, physicalId, undefined);
  }
}

function declared(request: Request, physicalId: string, counted: number | undefined): Answer {
  logDecision(request, 'declared', say`${physicalId}, which ${counted ?? 'an unknown number of'} source servers match now`);
  const data: FleetDisconnectionAttributes = { MatchingSourceServerCount: counted === undefined ? UNKNOWN : String(counted) };
  return { physicalId, data: { ...data } };
}

async function count(request: Request, fleet: Fleet, deadline: number): Promise<number> {
  const drs = await open(request, fleet, deadline);
  return (await drs.pickSourceServers((server) => (fleet.selection.matches(server) ? true : undefined))).length;
}

function open(request: Request, { region, selection, options }: Fleet, deadline: number): Promise<Drs> {
  return Drs.open(request, { region, tags: selection.tags }, options, deadline, { rateLimiter: new RateLimiter(request.signal) });
}

function remove(request: Request): Promise<Answer> {
  const fleetId = parseFleetId(request.physicalId);
  const progress = new FleetProgress();
  let fleet: Fleet | undefined;
  const run = async () => {
    fleet = declaredFleet(request);
    await tearDown(request, fleet, progress);
    logDecision(request, 'fleet disconnected', say`${progress.count('succeeded')} of ${progress.size}: ${nameOfFleet(fleet)}`);
  };
  return deleteResource(request, {
    // A changed selection gives another physical ID. What is not selected any more is kept: only the removal of the fleet disconnects.
    replaced: 'keep',
    run: fleetId && run,
    remainingWork: () => (fleetId ? remainingWork(fleetId, fleet, progress) : unreadableWork(request)),
  });
}

/** The selection is in the properties, and its hash in the physical ID: where they differ, nobody knows which servers are meant. */
function declaredFleet(request: Request): Fleet {
  try {
    const fleet = readFleet(request);
    if (fleet.physicalId !== request.physicalId) {
      throw new Failure(say`The properties select ${nameOfFleet(fleet)}, which is not what ${request.physicalId} was declared for.`);
    }
    return fleet;
  } catch (error) {
    throw new Failure(say`It is not clear which servers this deletion means, so nothing was disconnected. ${messageOf(error)}`, {
      kind: 'permanent',
    });
  }
}

async function tearDown(request: Request, fleet: Fleet, progress: FleetProgress): Promise<void> {
  const drs = await open(request, fleet, request.deadline);
  const logProgress = () => {
    const [skipped, done, failed, waiting] = (['skipped', 'succeeded', 'failed', 'pending'] as const).map((outcome) =>
      progress.count(outcome),
    );
    log({ event: 'progress', selected: progress.size, skipped, done, failed, waiting, ...requestFields(request) });
  };
  const timer = setInterval(logProgress, PROGRESS);
  let problem: Message | undefined;
  try {
    await tearDownFleet({ drs, fleet, progress, note: (done, to) => logDecision(request, done, to), openCleanup: request.openCleanup });
  } catch (error) {
    problem = messageOf(error);
  } finally {
    clearInterval(timer);
    logProgress();
    progress.failures().forEach(({ id, reason }) => logDecision(request, 'left', say`${id}: ${reason}`));
  }
  if (problem !== undefined || progress.count('failed', 'pending') > 0) {
    throw new Failure(explainRest(fleet, progress, problem));
  }
}

function remainingWork(fleetId: FleetId, fleet: Fleet | undefined, progress: FleetProgress): RemainingWork {
  const { accountId, region } = fleetId;
  const [server] = [...progress.of('failed'), ...progress.of('pending')];
  const disconnect = command`aws drs disconnect-source-server --source-server-id ${server?.id} --region ${region}`;
  const remove = command`aws drs delete-source-server --source-server-id ${server?.id} --region ${region}`;
  const commands = [
    // Where it can't be told which servers are meant, it is the one for any of them.
    ...(!fleet || (server && server.state !== 'extended') ? [disconnect] : []),
    ...(server && fleet?.options.deletesSourceServer ? [remove] : []),
  ];
  const manualCommands = join([showServers(fleetId), ...commands], ', then for each ');
  return { what: 'each server of the fleet', accountId, service: 'DRS', manualCommands };
}

function showServers({ region }: FleetId): Message {
  return command`aws drs describe-source-servers --region ${region}`;
}
