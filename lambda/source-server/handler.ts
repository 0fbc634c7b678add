import type { SourceServer } from '@aws-sdk/client-drs';
import type { SourceServerDisconnectionAttributes } from '../../lib/contract';
import { Failure, ifUnderstood, messageOf } from '../aws/errors';
import { isKnownToRollBack, judgeDeletion, type Verdict } from '../protocol/deletion-check';
import type { Answer, Rules } from '../protocol/respond';
import { decide } from '../protocol/log';
import { failedDeletion, type Undone } from '../protocol/failure-advice';
import type { Request } from '../protocol/request';
import { Drs } from '../aws/drs';
import { explainExtended, explainRecoveryInstances } from './messages';
import { refuseOtherAccount } from './account';
import { foresee } from './predict';
import { type Options, readOptions } from './options';
import { tell } from './retry-conflict';
import { attributesOf, isExtended, nameOf, type NamedServer, parseSourceServerArn, type SourceServerState } from './source-server';
import { tearDownSourceServer } from './teardown';

/** How long a request may take by itself, in milliseconds. */
const LIMITS = { Create: 120_000, Update: 120_000, Delete: 240_000 };

/** How long to look for attributes that are good to have but decide nothing, in milliseconds. */
const SHORT_LOOK = 30_000;

/** The rules of Custom::DRSSourceServerDisconnection. Its physical ID is the source server's ARN, and alone says which server is meant. */
export const sourceServerDisconnection: Rules = {
  limit: ({ type, properties }) => {
    // The job that terminates a drill takes as long as it takes.
    const isOpen = type === 'Delete' && properties.RecoveryInstancePolicy === 'TERMINATE_DRILLS';
    // Two policies may have to spread, one after the other: that of the function and that of the role.
    return isOpen ? Infinity : properties.AssumeRoleArn === undefined ? LIMITS[type] : LIMITS.Delete;
  },
  answer: (request) => ({ Create: create, Update: update, Delete: remove })[request.type](request),
};

async function create(request: Request): Promise<Answer> {
  return declareVerified(request, await verify(request));
}

async function update(request: Request): Promise<Answer> {
  const requested = String(request.properties.SourceServerArn);
  const isSame = requested === request.physicalId;
  const isUnderstood = ifUnderstood(() => readOptions(request.properties)) !== undefined;
  if (isSame && request.properties.AssumeRoleArn === request.oldProperties.AssumeRoleArn && isUnderstood) {
    return declare(request, requested, 'info');
  }
  if (await isKnownToRollBack(request)) {
    return declare(request, requested, 'warning');
  }
  try {
    const found = await verify(request);
    await (isSame ? undefined : refuseIfStuck(request));
    return declareVerified(request, found);
  } catch (error) {
    // The status may have been a moment old: an Update that fails in a rollback leaves a stack that nobody can use.
    if (await isKnownToRollBack(request)) {
      return declare(request, requested, 'warning');
    }
    throw error;
  }
}

function declareVerified(request: Request, found: SourceServer): Answer {
  const arn = String(request.properties.SourceServerArn);
  decide(request, 'declared', arn);
  return { physicalId: arn, data: { ...attributesOf(found) } };
}

/** Declares a server that was verified before, whatever its state is now. */
async function declare(request: Request, arn: string, level: 'info' | 'warning'): Promise<Answer> {
  decide(request, 'declared', arn, level);
  return { physicalId: arn, data: { ...(await attributesIfKnown(request, arn)) } };
}

async function remove(request: Request): Promise<Answer> {
  const physicalId = request.physicalId ?? '';
  const server = parseSourceServerArn(physicalId);
  if (!server) {
    decide(request, 'kept', 'the physical ID is not one of ours: nothing was declared');
    return { physicalId };
  }
  let verdict: Verdict | undefined;
  let state: SourceServerState = 'replicating';
  try {
    verdict = await judgeDeletion(request);
    if (!verdict.genuine) {
      decide(request, 'kept', verdict.why);
      return { physicalId };
    }
    const options = readOptions(request.properties);
    const drs = await openDrs(request, server, options);
    const note = (done: string, to: string) => decide(request, done, to);
    state = options.deletesSourceServer ? await stateBefore(drs, server) : state;
    await tearDownSourceServer({ drs, server, options, note }, state);
    return { physicalId };
  } catch (error) {
    throw failedDeletion(error, request, verdict, undone(request, server, state));
  }
}

/** Of a server that isn't found DRS is asked to disconnect it all the same: only its answer to that says that nothing is there. */
async function stateBefore(drs: Drs, server: NamedServer): Promise<SourceServerState> {
  try {
    const found = await drs.findSourceServer(server.sourceServerId);
    return found && isExtended(found) ? 'extended' : 'replicating';
  } catch (error) {
    throw new Failure(tell(server, 'was not disconnected', error));
  }
}

function requestedServer(request: Request): NamedServer {
  const arn = request.properties.SourceServerArn;
  const server = parseSourceServerArn(arn);
  if (!server) {
    throw new Failure(
      `'${String(arn)}' is not the ARN of a source server, which looks like arn:aws:drs:REGION:ACCOUNT:source-server/s-1234567890abcdef0 ` +
        `('s-' and 17 letters or digits). Look it up with \`aws drs describe-source-servers\`, correct it and deploy again.`,
    );
  }
  return server;
}

/** DRS in the Region of the server, with credentials of its account. */
function openDrs(request: Request, server: NamedServer, options: Options, deadline = request.deadline): Promise<Drs> {
  refuseOtherAccount(request.stack, server, options);
  return Drs.open(request.stack, server.region, options.assumeRoleArn, deadline);
}

async function verify(request: Request): Promise<SourceServer> {
  const server = requestedServer(request);
  const options = readOptions(request.properties);
  const drs = await openDrs(request, server, options);
  const found = await drs.findSourceServer(server.sourceServerId);
  if (!found) {
    throw new Failure(
      `There is no ${nameOf(server)}. See which there are with \`aws drs describe-source-servers --region ${server.region}\`; ` +
        'none, if DRS was never set up there. Correct the ID or the Region and deploy again.',
    );
  }
  if (isExtended(found) && !options.deletesSourceServer) {
    throw new Failure(
      `The ${nameOf(server)} can't be disconnected from here. ${explainExtended(found, server.region)} Declare its disconnection in a stack of that account, ` +
        'or set deleteSourceServer, which deletes no more than the record that is here.',
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
  const instances = found ? await drs.recoveryInstancesOf(old.sourceServerId) : [];
  const foresight = foresee(found, instances, options);
  if (found && foresight.outcome === 'extended') {
    throw new Failure(
      `The ${nameOf(old)} can't be replaced by another one: the update would have to disconnect it. ${explainExtended(found, old.region)} ` +
        'Deploy it with deleteSourceServer first, which deletes no more than the record that is here.',
    );
  }
  if (foresight.outcome === 'held') {
    throw new Failure(
      `The ${nameOf(old)} can't be replaced by another one: the update would have to disconnect it, and it has a recovery instance. ` +
        `${explainRecoveryInstances(foresight.by, old.region)} Then deploy again.`,
    );
  }
}

async function attributesIfKnown(request: Request, arn: string): Promise<SourceServerDisconnectionAttributes> {
  const server = parseSourceServerArn(arn);
  if (!server) {
    return attributesOf(undefined);
  }
  const deadline = Math.min(request.deadline, Date.now() + SHORT_LOOK);
  try {
    const drs = await openDrs(request, server, readOptions(request.properties), deadline);
    return attributesOf(await drs.findSourceServer(server.sourceServerId));
  } catch (error) {
    decide(request, 'attributes unknown', messageOf(error), 'warning');
    return attributesOf(undefined);
  }
}

function undone({ properties }: Request, server: NamedServer, state: SourceServerState): Undone {
  const command = (what: string) =>
    `\`aws drs ${what}-source-server --source-server-id ${server.sourceServerId} --region ${server.region}\``;
  const commands = [...(state === 'extended' ? [] : ['disconnect']), ...(properties.DeleteSourceServer === 'true' ? ['delete'] : [])];
  return { what: `the ${nameOf(server)}`, accountId: server.accountId, byHand: commands.map(command).join(', then ') };
}
