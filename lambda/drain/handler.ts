import type { NetworkInterface, SecurityGroup } from '@aws-sdk/client-ec2';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { Failure, ifUnderstood, isOfKind, messageOf } from '../aws/errors';
import { command, join, type Message, say } from '../aws/message';
import { isNamed } from '../aws/retry';
import { sleep } from '../aws/sleep';
import { isOfDrain, notCreatedIdOf, parseDrainStepId } from '../physical-ids';
import { deleteResource } from '../protocol/delete';
import type { RemainingWork } from '../protocol/failure-advice';
import { log, logDecision } from '../protocol/log';
import { type Request, requestFields } from '../protocol/request';
import type { Answer, ResourceHandler } from '../protocol/respond';
import { listResources } from '../protocol/stack-status';
import { SHORT_LIMIT } from '../protocol/time-limits';
import { unlessRollingBack } from '../protocol/update';
import { serversReplicatingInto } from './agents';
import { describeInterface, describeMachine, type Leftovers } from './drs-resources';
import { Ec2 } from './ec2';
import { type DrainStep, readStep } from './step';

/** The pause between two looks at the subnets, in milliseconds; a shorter one before the second look at subnets that are empty. */
const POLL_SUBNETS = 15_000;
const POLL_EMPTY_SUBNETS = 2_000;

/** How long before the deadline the last look begins, in milliseconds: one that isn't answered in time would say less than the one before. */
const LAST_LOOK = 15_000;

/** Agents hear within about ten minutes that they should uninstall themselves, and need a network for it; in milliseconds. */
const AGENTS_TIME = 10 * 60_000;

/** What may have disconnected a server when it was deleted. What was in a nested stack, the list of this stack doesn't tell. */
const DISCONNECTING = [SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION, 'AWS::CloudFormation::Stack'];

/** What the log calls a deletion that waits for nothing. */
const NOTHING_DRAINED = 'nothing drained';

/** So many machines and network interfaces are named. */
const LEFT_NAMED = 20;
/** For so many of them a command is told. */
const COMMANDS_TOLD = 5;

/** Answers the requests of Custom::DRSStagingAreaDrain, one step of a drain: its Delete waits until DRS has left the subnets. */
export const stagingAreaDrain: ResourceHandler = {
  /** As long as the function may run: then the next step goes on. */
  limit: ({ type }) => (type === 'Delete' ? Infinity : SHORT_LIMIT),
  answer: (request) => ({ Create: declare, Update: update, Delete: remove })[request.type](request),
};

async function declare(request: Request): Promise<Answer> {
  const { physicalId, subnetIds } = readStep(request);
  logDecision(request, 'declared', say`${physicalId}, which waits for ${join(subnetIds, ', ')}`);
  return { physicalId };
}

/** A rollback may go back to what only a newer version can read: then the ID stays, and a Delete finds that the properties don't fit it. */
function update(request: Request): Promise<Answer> {
  if (ifUnderstood(() => readStep(request)) !== undefined) {
    return declare(request);
  }
  return unlessRollingBack(
    request,
    () => declare(request),
    () => Promise.resolve({ physicalId: request.physicalId ?? notCreatedIdOf(request.logicalId) }),
  );
}

function remove(request: Request): Promise<Answer> {
  const run = async (deletedStack: string | undefined) => {
    const step = declaredStep(request);
    const why = await whyNotDrained(request, step, deletedStack);
    await (why === undefined ? drain(request, step) : logDecision(request, NOTHING_DRAINED, why));
  };
  return deleteResource(
    request,
    {
      replaced: 'keep',
      run: isOfDrain(request.physicalId) ? ({ deletedStack }) => run(deletedStack) : undefined,
      remainingWork: () => remainingWork(request),
    },
    NOTHING_DRAINED,
  );
}

/** Where the properties are of another VPC than the physical ID, as after a rollback that failed, nobody knows which subnets are meant. */
function declaredStep(request: Request): DrainStep {
  const step = readStep(request);
  if (step.physicalId !== request.physicalId) {
    throw new Failure(
      say`The properties name ${step.physicalId}, which is not ${request.physicalId}: nobody knows which VPC is meant, and nothing was looked at.`,
      { kind: 'permanent' },
    );
  }
  return step;
}

/** A shorter timeout removes steps of a drain that stays: they have nothing to wait for. */
async function whyNotDrained(request: Request, { drain: name }: DrainStep, deletedStack: string | undefined): Promise<string | undefined> {
  if (deletedStack !== undefined) {
    return undefined;
  }
  const isLastStep = (physicalId?: string) => {
    const id = parseDrainStepId(physicalId);
    return id?.drain === name && id.step === '0';
  };
  const stays = (await listResources(request)).some(
    ({ ResourceType, PhysicalResourceId, ResourceStatus, LogicalResourceId }) =>
      ResourceType === request.resourceType &&
      isLastStep(PhysicalResourceId) &&
      LogicalResourceId !== request.logicalId &&
      !ResourceStatus?.startsWith('DELETE_'),
  );
  return stays ? 'the drain is still in the stack, with fewer links' : undefined;
}

async function drain(request: Request, step: DrainStep): Promise<void> {
  const ec2 = new Ec2(request.stack, request.deadline, request.signal);
  // Until it is answered, nobody knows what is there, and nothing is handed over.
  const first = await ec2.leftIn(step.subnetIds);
  try {
    await untilEmpty(request, ec2, step, first);
    const groups = step.deletesSecurityGroups ? await ec2.defaultGroupsIn(step.vpcId) : [];
    // Asked in every link, it would be too many calls.
    await (step.step === '0' || groups.length > 0 ? refuseNewServers(request, step) : undefined);
    await deleteGroups(request, ec2, step, groups);
  } catch (error) {
    if (step.step === '0' || !isOfKind(error, 'timeout')) {
      throw error;
    }
    logDecision(request, 'handed over', say`to the next link: ${messageOf(error)}`);
    return;
  }
  logDecision(request, 'drained', join(step.subnetIds, ', '));
}

/**
 * Until the subnets were found empty twice in a row, and the agents had their time.
 *
 * @throws Failure of kind `timeout` at the deadline, with what was there then
 */
async function untilEmpty(request: Request, ec2: Ec2, step: DrainStep, first: Leftovers): Promise<void> {
  const agentsUntil = await agentsNeedUntil(request);
  let wasSeen = false;
  let empty = 0;
  for (let left = first; ; left = await ec2.leftIn(step.subnetIds)) {
    const isEmpty = left.machines.length === 0 && left.interfaces.length === 0;
    wasSeen ||= !isEmpty;
    empty = isEmpty ? empty + 1 : 0;
    if (empty >= 2 && (!wasSeen || Date.now() >= agentsUntil)) {
      return;
    }
    const pause = empty === 1 ? POLL_EMPTY_SUBNETS : POLL_SUBNETS;
    if (Date.now() + pause + LAST_LOOK >= ec2.deadline) {
      throw new Failure(explainLeft(left, step, request.stack.region), { kind: 'timeout' });
    }
    const { machines, interfaces } = left;
    const counts = { machines: machines.length, networkInterfaces: interfaces.length };
    log({ event: 'progress', ...counts, subnets: step.subnetIds, ...requestFields(request) });
    await sleep(pause, request.signal);
  }
}

/** An agent may have been installed in the middle of the teardown: DRS knows its server before EC2 has a machine for it. */
async function refuseNewServers(request: Request, { vpcId, subnetIds }: DrainStep): Promise<void> {
  const servers = await serversReplicatingInto(subnetIds, request.stack, request);
  if (servers.length === 0) {
    return;
  }
  const commands = servers
    .slice(0, COMMANDS_TOLD)
    .map((id) => command`aws drs disconnect-source-server --source-server-id ${id} --region ${request.stack.region}`);
  throw new Failure(
    say`Source servers still replicate into the staging area of ${vpcId}, so its subnets can't be deleted: ${join(servers.slice(0, LEFT_NAMED), ', ')}. Disconnect those that nobody needs: ${join(commands, ', ')}.`,
  );
}

/** Ten minutes after the last disconnection of this stack was deleted; never, if none was. */
async function agentsNeedUntil(request: Request): Promise<number> {
  const deleted = (await listResources(request)).filter(
    ({ ResourceType = '', ResourceStatus }) => DISCONNECTING.includes(ResourceType) && ResourceStatus === 'DELETE_COMPLETE',
  );
  return Math.max(0, ...deleted.map(({ LastUpdatedTimestamp }) => (LastUpdatedTimestamp?.getTime() ?? 0) + AGENTS_TIME));
}

async function deleteGroups(request: Request, ec2: Ec2, { vpcId }: DrainStep, first: readonly SecurityGroup[]): Promise<void> {
  for (let groups = first; ; groups = await ec2.defaultGroupsIn(vpcId)) {
    const refused: Message[] = [];
    for (const { GroupId = '' } of groups) {
      try {
        await ec2.deleteGroup(GroupId);
        logDecision(request, 'security group deleted', GroupId);
      } catch (error) {
        // Somebody may have been quicker; and a group that is gone has neither the tag nor the VPC that IAM asks for.
        if (!(await isThere(ec2, vpcId, GroupId))) {
          continue;
        }
        if (!isNamed(error, 'DependencyViolation')) {
          throw error;
        }
        refused.push(say`${GroupId}: ${messageOf(error)}`);
      }
    }
    if (refused.length === 0) {
      return;
    }
    if (Date.now() + POLL_SUBNETS >= ec2.deadline) {
      const told = say`Security groups that DRS has made are still in use in ${vpcId}, so it can't be deleted. ${join(refused)}`;
      throw new Failure(told, { kind: 'timeout' });
    }
    await sleep(POLL_SUBNETS, ec2.signal);
  }
}

async function isThere(ec2: Ec2, vpcId: string, groupId: string): Promise<boolean> {
  return (await ec2.defaultGroupsIn(vpcId)).some(({ GroupId }) => GroupId === groupId);
}

function explainLeft({ machines, interfaces }: Leftovers, { vpcId, subnetIds }: DrainStep, region: string): Message {
  const left = [...machines.map(describeMachine), ...interfaces.map(describeInterface)];
  if (left.length === 0) {
    return say`The staging area of ${vpcId} was found empty, but not for long enough to be sure of it before the function had to end.`;
  }
  const named = join(left.slice(0, LEFT_NAMED), ', ');
  const more = left.length > LEFT_NAMED ? say` and ${left.length - LEFT_NAMED} more` : '';
  if (machines.length === 0) {
    return join([
      say`Network interfaces of DRS are still in the staging area of ${vpcId}, so its subnets can't be deleted: ${named}${more}.`,
      explainInterfaces(interfaces, region),
    ]);
  }
  return join([
    say`Machines of DRS are still in the staging area of ${vpcId}, so its subnets can't be deleted: ${named}${more}.`,
    'DRS terminates a replication server within 90 minutes after the last source server that uses it was disconnected:',
    say`see whether others of this account still replicate into ${join(subnetIds, ', ')}, with ${command`aws drs describe-source-servers`}.`,
  ]);
}

/** DRS makes them and may delete them; nobody says when. */
function explainInterfaces(interfaces: readonly NetworkInterface[], region: string): Message {
  const deletions = interfaces
    .slice(0, COMMANDS_TOLD)
    .map(
      ({ NetworkInterfaceId }) => command`aws ec2 delete-network-interface --network-interface-id ${NetworkInterfaceId} --region ${region}`,
    );
  return say`No machine of DRS is left there. EC2 deletes an interface that is attached to nothing, its status is 'available': ${join(deletions, ', ')}.`;
}

function remainingWork({ physicalId, properties, stack }: Request): RemainingWork {
  const vpcId = parseDrainStepId(physicalId)?.vpcId ?? String(properties.VpcId);
  const manualCommands = command`aws ec2 describe-instances --filters Name=vpc-id,Values=${vpcId} Name=tag-key,Values=AWSElasticDisasterRecoveryManaged --region ${stack.region}`;
  return { what: 'what DRS left in the VPC', accountId: stack.accountId, service: 'DRS', manualCommands };
}
