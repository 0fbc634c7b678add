import type { SourceServer } from '@aws-sdk/client-drs';
import type { SourceServerDisconnectionAttributes } from '../../lib/contract';
import { type AssumeRole, Drs, type DrsCaller } from '../aws/drs';
import { Failure, ifUnderstood, isOfKind, messageOf } from '../aws/errors';
import { command, join, say } from '../aws/message';
import { sleep } from '../aws/sleep';
import { type NamedServer, parseSourceServerArn, type SourceServerArn } from '../physical-ids';
import { deleteResource } from '../protocol/delete';
import type { RemainingWork } from '../protocol/failure-advice';
import { logDecision } from '../protocol/log';
import type { Request as CloudFormationRequest } from '../protocol/request';
import type { Answer, ResourceHandler } from '../protocol/respond';
import { ATTRIBUTES_TIMEOUT, LONG_LIMIT, SHORT_LIMIT } from '../protocol/time-limits';
import { unlessRollingBack } from '../protocol/update';
import { refuseOtherAccount } from './account';
import { explainExtended, explainRecoveryInstances, tell, unreadableWork } from './messages';
import { type DisconnectionOptions, isSamePrincipal, readOptions } from './options';
import { predictOutcome } from './predict';
import { NOT_FOUND_FOR, isNotFound } from './recovery-instance';
import { attributesOf, isExtended, nameOf, type SourceServerState } from './source-server';
import { tearDownSourceServer } from './teardown';
import type { OpenCleanup, Teardown } from './teardown-context';

type Request = CloudFormationRequest & DrsCaller & { readonly openCleanup: OpenCleanup };

/** Answers the requests of Custom::DRSSourceServerDisconnection. Its physical ID is the source server's ARN, and alone says which server is meant. */
export function sourceServerDisconnection(assumeRole: AssumeRole, openCleanup: OpenCleanup): ResourceHandler {
  return {
    limit: ({ type, properties }) => {
      // The job that terminates a drill takes as long as it takes.
      const isOpen = type === 'Delete' && properties.RecoveryInstancePolicy === 'TERMINATE_DRILLS';
      // Two policies may have to spread, one after the other: that of the function and that of the role.
      return isOpen ? Infinity : type === 'Delete' || properties.AssumeRoleArn !== undefined ? LONG_LIMIT : SHORT_LIMIT;
    },
    answer: (request) => ({ Create: create, Update: update, Delete: remove })[request.type]({ ...request, assumeRole, openCleanup }),
  };
}

async function create(request: Request): Promise<Answer> {
  return declareVerified(request, await verify(request));
}

async function update(request: Request): Promise<Answer> {
  const requested = String(request.properties.SourceServerArn);
  const isSame = requested === request.physicalId;
  const isUnderstood = ifUnderstood(() => readOptions(request.properties)) !== undefined;
  if (isSame && isSamePrincipal(request) && isUnderstood && !keepsRecordNow(request)) {
    return declare(request, requested, 'info');
  }
  return unlessRollingBack(
    request,
    async () => {
      const found = await verify(request);
      await (isSame ? undefined : refuseIfStuck(request));
      return declareVerified(request, found);
    },
    () => declare(request, requested, 'warning'),
  );
}

/** Of a server that is extended, no more than the record can be deleted here. */
function keepsRecordNow({ properties, oldProperties }: Request): boolean {
  return oldProperties.DeleteSourceServer === 'true' && properties.DeleteSourceServer !== 'true';
}

function declareVerified(request: Request, found: SourceServer): Answer {
  const arn = String(request.properties.SourceServerArn);
  logDecision(request, 'declared', arn);
  return { physicalId: arn, data: { ...attributesOf(found) } };
}

/** Declares a server that was verified before, whatever its state is now. */
async function declare(request: Request, arn: string, level: 'info' | 'warning'): Promise<Answer> {
  logDecision(request, 'declared', arn, level);
  return { physicalId: arn, data: { ...(await attributesIfKnown(request, arn)) } };
}

function remove(request: Request): Promise<Answer> {
  const server = parseSourceServerArn(request.physicalId);
  let state: SourceServerState = 'replicating';
  const run = async (named: SourceServerArn) => {
    const options = readOptions(request.properties);
    // The job that terminates a drill takes as long as it takes. Counted from here: CloudFormation may have needed its time to tell what is meant.
    const limit = request.properties.RecoveryInstancePolicy === 'TERMINATE_DRILLS' ? Infinity : LONG_LIMIT;
    const { throttledUntil = request.deadline } = request;
    const drs = await openDrs(request, named, options, { deadline: Math.min(throttledUntil, Date.now() + limit), throttledUntil });
    const note: Teardown['note'] = (done, to) => logDecision(request, done, to);
    state = options.deletesSourceServer ? await stateBefore(drs, named) : state;
    await tearDownSourceServer({ drs, server: named, options, note, openCleanup: request.openCleanup }, state).catch((error: unknown) => {
      state = isOfKind(error, 'elsewhere') ? 'extended' : state;
      throw error;
    });
  };
  return deleteResource(request, {
    replaced: 'disconnect',
    run: server && (() => run(server)),
    remainingWork: () => (server ? remainingWork(request, server, state) : unreadableWork(request)),
  });
}

/** Of a server that isn't found DRS is asked to disconnect it all the same: only its answer to that says that nothing is there. */
async function stateBefore(drs: Drs, server: NamedServer): Promise<SourceServerState> {
  try {
    const found = await drs.findSourceServer(server.sourceServerId);
    return found && isExtended(found) ? 'extended' : 'replicating';
  } catch (error) {
    throw new Failure(tell(server, 'was not disconnected', error), { cause: error });
  }
}

function requestedServer(request: Request): SourceServerArn {
  const arn = request.properties.SourceServerArn;
  const server = parseSourceServerArn(arn);
  if (!server) {
    throw new Failure(
      join([
        say`'${String(arn)}' is not the ARN of a source server, which looks like arn:aws:drs:REGION:ACCOUNT:source-server/s-1234567890abcdef0`,
        say`('s-' and 17 letters or digits). Look it up with ${command`aws drs describe-source-servers`}, correct it and deploy again.`,
      ]),
    );
  }
  return server;
}

/** DRS in the Region of the server, with credentials of its account. */
function openDrs(
  request: Request,
  server: SourceServerArn,
  options: DisconnectionOptions,
  { deadline, throttledUntil }: Pick<Request, 'deadline' | 'throttledUntil'> = request,
): Promise<Drs> {
  refuseOtherAccount(request, server, options);
  return Drs.open(request, server, options, deadline, { throttledUntil });
}

async function verify(request: Request): Promise<SourceServer> {
  const server = requestedServer(request);
  const options = readOptions(request.properties);
  const drs = await openDrs(request, server, options);
  const found = await drs.findSourceServer(server.sourceServerId);
  if (!found) {
    throw new Failure(
      join([
        say`There is no ${nameOf(server)}. See which there are with ${command`aws drs describe-source-servers --region ${server.region}`};`,
        'none, if DRS was never set up there. Correct the ID or the Region and deploy again.',
      ]),
    );
  }
  if (isExtended(found) && !options.deletesSourceServer) {
    throw new Failure(
      join([
        say`The ${nameOf(server)} can't be disconnected from here. ${explainExtended(found, server.region)}`,
        'Declare its disconnection in a stack of that account, or set deleteSourceServer, which deletes no more than the record that is here.',
      ]),
    );
  }
  return found;
}

/** CloudFormation drops a resource whose deletion fails in the clean-up of an update, so an update that would leave such a one is refused. */
async function refuseIfStuck(request: Request): Promise<void> {
  const old = parseSourceServerArn(request.physicalId);
  if (!old || request.properties.RetainOnReplace === 'true') {
    return;
  }
  // The clean-up deletes the old resource with its old properties.
  const options = readOptions(request.oldProperties);
  const drs = await openDrs(request, old, options);
  const found = await drs.findSourceServer(old.sourceServerId);
  let instances = found ? await drs.recoveryInstancesOf(old.sourceServerId) : [];
  if (instances.some(isNotFound)) {
    await sleep(NOT_FOUND_FOR, request.signal);
    instances = await drs.recoveryInstancesOf(old.sourceServerId);
  }
  const predicted = predictOutcome(found, instances, options);
  if (found && predicted.outcome === 'extended') {
    throw new Failure(
      join([
        say`The ${nameOf(old)} can't be replaced by another one: the update would have to disconnect it. ${explainExtended(found, old.region)}`,
        'Deploy it with deleteSourceServer first, which deletes no more than the record that is here.',
      ]),
    );
  }
  if (predicted.outcome === 'held') {
    throw new Failure(
      join([
        say`The ${nameOf(old)} can't be replaced by another one: the update would have to disconnect it, and it has a recovery instance.`,
        say`${explainRecoveryInstances(predicted.by, old.region)} Then deploy again.`,
      ]),
    );
  }
}

async function attributesIfKnown(request: Request, arn: string): Promise<SourceServerDisconnectionAttributes> {
  const server = parseSourceServerArn(arn);
  if (!server) {
    return attributesOf(undefined);
  }
  const deadline = Math.min(request.deadline, Date.now() + ATTRIBUTES_TIMEOUT);
  try {
    const drs = await openDrs(request, server, readOptions(request.properties), { deadline });
    return attributesOf(await drs.findSourceServer(server.sourceServerId));
  } catch (error) {
    logDecision(request, 'attributes unknown', messageOf(error), 'warning');
    return attributesOf(undefined);
  }
}

function remainingWork({ properties }: Request, server: NamedServer, state: SourceServerState): RemainingWork {
  const { sourceServerId, region } = server;
  const disconnect = command`aws drs disconnect-source-server --source-server-id ${sourceServerId} --region ${region}`;
  const remove = command`aws drs delete-source-server --source-server-id ${sourceServerId} --region ${region}`;
  const isRemoved = properties.DeleteSourceServer === 'true';
  const manualCommands = state === 'extended' ? remove : join([disconnect, isRemoved ? remove : undefined], ', then ');
  return { what: say`the ${nameOf(server)}`, accountId: server.accountId, service: 'DRS', manualCommands };
}
