import type { Instance } from '@aws-sdk/client-ec2';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { Failure, ifUnderstood, messageOf } from '../aws/errors';
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
import { kindOf } from './drs-resources';
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

/** So many machines are named. */
const MACHINES_NAMED = 20;

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
  const { machines, isOver } = await untilEmpty(request, ec2, step);
  const subnets = join(step.subnetIds, ', ');
  if (isOver) {
    await (step.deletesSecurityGroups ? deleteGroups(request, ec2, step) : undefined);
    logDecision(request, 'drained', subnets);
  } else if (step.step === '0') {
    throw new Failure(explainLeft(machines, step));
  } else {
    logDecision(request, 'handed over', say`to the next link: ${machines.length} machines of DRS are still in ${subnets}`);
  }
}

/** It is over once the subnets were found empty twice in a row, and the agents had their time; otherwise at the deadline, with what is there then. */
async function untilEmpty(request: Request, ec2: Ec2, { subnetIds }: DrainStep): Promise<{ machines: Instance[]; isOver: boolean }> {
  const agentsUntil = await agentsNeedUntil(request);
  let wasSeen = false;
  for (let empty = 0; ;) {
    const machines = await ec2.machinesIn(subnetIds);
    wasSeen ||= machines.length > 0;
    empty = machines.length === 0 ? empty + 1 : 0;
    const isOver = empty >= 2 && (!wasSeen || Date.now() >= agentsUntil);
    const pause = empty === 1 ? POLL_EMPTY_SUBNETS : POLL_SUBNETS;
    if (isOver || Date.now() + pause + LAST_LOOK >= ec2.deadline) {
      return { machines, isOver };
    }
    log({ event: 'progress', machines: machines.length, subnets: subnetIds, ...requestFields(request) });
    await sleep(pause, request.signal);
  }
}

/** Ten minutes after the last disconnection of this stack was deleted; never, if none was. */
async function agentsNeedUntil(request: Request): Promise<number> {
  const deleted = (await listResources(request)).filter(
    ({ ResourceType = '', ResourceStatus }) => DISCONNECTING.includes(ResourceType) && ResourceStatus === 'DELETE_COMPLETE',
  );
  return Math.max(0, ...deleted.map(({ LastUpdatedTimestamp }) => (LastUpdatedTimestamp?.getTime() ?? 0) + AGENTS_TIME));
}

async function deleteGroups(request: Request, ec2: Ec2, { vpcId }: DrainStep): Promise<void> {
  for (;;) {
    const refused: Message[] = [];
    for (const { GroupId = '' } of await ec2.defaultGroupsIn(vpcId)) {
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
      throw new Failure(say`Security groups that DRS has made are still in use in ${vpcId}, so it can't be deleted. ${join(refused)}`);
    }
    await sleep(POLL_SUBNETS, ec2.signal);
  }
}

async function isThere(ec2: Ec2, vpcId: string, groupId: string): Promise<boolean> {
  return (await ec2.defaultGroupsIn(vpcId)).some(({ GroupId }) => GroupId === groupId);
}

function explainLeft(left: readonly Instance[], { vpcId, subnetIds }: DrainStep): Message {
  if (left.length === 0) {
    return say`The staging area of ${vpcId} was found empty, but not for long enough to be sure of it before the function had to end.`;
  }
  const named = left
    .slice(0, MACHINES_NAMED)
    .map((instance) => say`${instance.InstanceId} (${kindOf(instance)}, ${instance.State?.Name} in ${instance.SubnetId})`);
  const more = left.length > MACHINES_NAMED ? say` and ${left.length - MACHINES_NAMED} more` : '';
  return join([
    say`Machines of DRS are still in the staging area of ${vpcId}, so its subnets can't be deleted: ${join(named, ', ')}${more}.`,
    'DRS terminates a replication server within 90 minutes after the last source server that uses it was disconnected:',
    say`see whether others of this account still replicate into ${join(subnetIds, ', ')}, with ${command`aws drs describe-source-servers`}.`,
  ]);
}

function remainingWork({ physicalId, properties, stack }: Request): RemainingWork {
  const vpcId = parseDrainStepId(physicalId)?.vpcId ?? String(properties.VpcId);
  const manualCommands = command`aws ec2 describe-instances --filters Name=vpc-id,Values=${vpcId} Name=tag-key,Values=AWSElasticDisasterRecoveryManaged --region ${stack.region}`;
  return { what: 'what DRS left in the VPC', accountId: stack.accountId, service: 'DRS', manualCommands };
}
