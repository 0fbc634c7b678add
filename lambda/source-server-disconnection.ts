import type { SourceServer } from '@aws-sdk/client-drs';
import type { SourceServerDisconnectionAttributes } from '../lib/contract';
import { Failure, messageOf } from './custom-resource/failure';
import { isRollingBack, judgeDeletion, type Verdict } from './custom-resource/genuine-deletion';
import type { Answer } from './custom-resource/lifecycle';
import { log } from './custom-resource/log';
import { identityOf, type Request } from './custom-resource/request';
import { disconnect } from './drs/disconnect';
import { Drs } from './drs/drs';
import { explainExtended, explainRecoveryInstances, isHolding } from './drs/explanations';
import { attributesOf, isDisconnected, isExtended, nameOf, type NamedServer, parseSourceServerArn } from './drs/source-server';

/** How long to look for attributes that are good to have but decide nothing, in milliseconds. */
const SHORT_LOOK = 30_000;

/** The rules of Custom::DRSSourceServerDisconnection. Its physical ID is the source server's ARN, and alone says which server is meant. */
export function sourceServerDisconnection(request: Request): Promise<Answer> {
  switch (request.type) {
    case 'Create':
      return create(request);
    case 'Update':
      return update(request);
    case 'Delete':
      return remove(request);
  }
}

async function create(request: Request): Promise<Answer> {
  const server = requestedServer(request);
  const found = await verify(request, server);
  decide(request, 'declared', server.arn);
  return { physicalId: server.arn, data: { ...attributesOf(found) } };
}

async function update(request: Request): Promise<Answer> {
  const requested = request.properties.SourceServerArn;
  if (requested === request.physicalId) {
    return declare(request, String(requested), 'info');
  }
  if (await isKnownToRollBack(request)) {
    return declare(request, String(requested), 'warning');
  }
  try {
    const server = requestedServer(request);
    const found = await verify(request, server);
    await refuseIfHeld(request);
    decide(request, 'declared', server.arn);
    return { physicalId: server.arn, data: { ...attributesOf(found) } };
  } catch (error) {
    // The status may have been a moment old: an Update that fails in a rollback leaves a stack that nobody can use.
    if (await isKnownToRollBack(request)) {
      return declare(request, String(requested), 'warning');
    }
    throw error;
  }
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
  try {
    verdict = await judgeDeletion(request);
    if (!verdict.genuine) {
      decide(request, 'kept', verdict.why);
      return { physicalId };
    }
    checkAccount(request, server);
    decide(request, await disconnect(new Drs(request.stack, server.region, request.deadline), server), server.arn);
    return { physicalId };
  } catch (error) {
    throw new Failure(`${messageOf(error)} ${whatNext(request, server, verdict)}`, { cause: error });
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
  checkAccount(request, server);
  return server;
}

/** Another account would answer "not found", and that would count as success. */
function checkAccount(request: Request, server: NamedServer) {
  if (server.accountId !== request.stack.accountId) {
    throw new Failure(
      `The ${nameOf(server)} belongs to another account than the stack ${request.stack.name} (account ${request.stack.accountId}), ` +
        `which can't look after it: nothing was done. Declare it in a stack of account ${server.accountId}.`,
    );
  }
}

async function verify(request: Request, server: NamedServer): Promise<SourceServer> {
  const found = await new Drs(request.stack, server.region, request.deadline).findSourceServer(server.sourceServerId);
  if (!found) {
    throw new Failure(
      `There is no ${nameOf(server)}. See which there are with \`aws drs describe-source-servers --region ${server.region}\`; ` +
        'none, if DRS was never set up there. Correct the ID or the Region and deploy again.',
    );
  }
  if (isExtended(found)) {
    throw new Failure(
      `The ${nameOf(server)} can't be disconnected from here. ${explainExtended(found, server.region)} Declare its disconnection in a stack of that account.`,
    );
  }
  return found;
}

/** CloudFormation drops a resource whose deletion fails in the clean-up of an update, so an update that would leave such a one is refused. */
async function refuseIfHeld(request: Request): Promise<void> {
  const old = parseSourceServerArn(request.physicalId);
  if (!old || request.properties.RetainOnReplace === 'true') {
    return;
  }
  const drs = new Drs(request.stack, old.region, request.deadline);
  const found = await drs.findSourceServer(old.sourceServerId);
  const instances = !found || isDisconnected(found) ? [] : await drs.recoveryInstancesOf(old.sourceServerId);
  if (instances.some(isHolding)) {
    throw new Failure(
      `The ${nameOf(old)} can't be replaced by another one: the update would have to disconnect it, and it has a recovery instance. ` +
        `${explainRecoveryInstances(instances, old.region)} Then deploy again.`,
    );
  }
}

/** Where that can't be read, an update goes on as usual: it disconnects nobody either way. */
async function isKnownToRollBack(request: Request): Promise<boolean> {
  try {
    return await isRollingBack(request);
  } catch (error) {
    decide(request, 'status unknown', messageOf(error), 'warning');
    return false;
  }
}

async function attributesIfKnown(request: Request, arn: string): Promise<SourceServerDisconnectionAttributes> {
  const server = parseSourceServerArn(arn);
  if (!server) {
    return attributesOf(undefined);
  }
  const deadline = Math.min(request.deadline, Date.now() + SHORT_LOOK);
  try {
    return attributesOf(await new Drs(request.stack, server.region, deadline).findSourceServer(server.sourceServerId));
  } catch (error) {
    decide(request, 'attributes unknown', messageOf(error), 'warning');
    return attributesOf(undefined);
  }
}

/** What the operator can do about a deletion that failed. */
function whatNext(request: Request, server: NamedServer, verdict?: Verdict): string {
  const byHand = `\`aws drs disconnect-source-server --source-server-id ${server.sourceServerId} --region ${server.region}\``;
  if (!verdict?.genuine) {
    return `If the ${nameOf(server)} shall go, it can be disconnected by hand: ${byHand}.`;
  }
  if (verdict.deletedStack === undefined) {
    return `CloudFormation tries this deletion three times and then forgets the resource, so finish it by hand: ${byHand}.`;
  }
  const { name, region } = request.stack;
  return (
    `Then delete the stack again, which continues where it stopped: \`aws cloudformation delete-stack --stack-name ${verdict.deletedStack} --region ${region}\`. ` +
    `Or leave the server replicating: \`aws cloudformation delete-stack --stack-name ${name} --retain-resources ${request.logicalId} --region ${region}\`.`
  );
}

function decide(request: Request, decision: string, why: string, level: 'info' | 'warning' = 'info') {
  log({ level, event: 'decided', decision, why, ...identityOf(request) });
}
