import type { Instance } from '@aws-sdk/client-ec2';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { isNamed } from '../aws/retry';
import { Failure, messageOf } from '../aws/errors';
import { judgeDeletion, type Verdict } from '../protocol/deletion-check';
import type { Answer, Rules } from '../protocol/respond';
import { decide, log } from '../protocol/log';
import { failedDeletion, type Undone } from '../protocol/failure-advice';
import { identityOf, type Request } from '../protocol/request';
import { listResources } from '../protocol/stack-status';
import { Ec2 } from './ec2';
import { kindOf } from './drs-resources';
import { isLink, type Link, readLink } from './step';
import { sleep } from '../aws/sleep';

/** How long a request that drains nothing may take, in milliseconds. */
const LIMIT = 120_000;

/** The pause between two looks at the subnets, in milliseconds; a shorter one before the second look at subnets that are empty. */
const LOOK_AGAIN = 15_000;
const LOOK_TWICE = 2_000;

/** Agents hear within about ten minutes that they should uninstall themselves, and need a network for it; in milliseconds. */
const AGENTS_TIME = 10 * 60_000;

/** What may have disconnected a server when it was deleted. What was in a nested stack, the list of this stack doesn't tell. */
const DISCONNECTING = [SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION, 'AWS::CloudFormation::Stack'];

/** So many machines are named. */
const NAMED = 20;

/** The rules of Custom::DRSStagingAreaDrain, one link of a drain: its Delete waits until DRS has left the subnets. */
export const stagingAreaDrain: Rules = {
  /** As long as the function may run: then the next link goes on. */
  limit: ({ type }) => (type === 'Delete' ? Infinity : LIMIT),
  answer: (request) => (request.type === 'Delete' ? remove(request) : declare(request)),
};

async function declare(request: Request): Promise<Answer> {
  const { physicalId, subnetIds } = readLink(request);
  decide(request, 'declared', `${physicalId}, which waits for ${subnetIds.join(', ')}`);
  return { physicalId };
}

async function remove(request: Request): Promise<Answer> {
  const physicalId = request.physicalId ?? '';
  if (!isLink(physicalId)) {
    decide(request, 'nothing drained', 'the physical ID is not one of ours: nothing was declared');
    return { physicalId };
  }
  let verdict: Verdict | undefined;
  try {
    verdict = await judgeDeletion(request, 'stays');
    const why = verdict.genuine ? await whyNotDrained(request, declaredLink(request, physicalId), verdict.deletedStack) : verdict.why;
    if (why !== undefined) {
      decide(request, 'nothing drained', why);
      return { physicalId };
    }
    await drain(request, declaredLink(request, physicalId));
    return { physicalId };
  } catch (error) {
    throw failedDeletion(error, request, verdict, undone(request));
  }
}

/** Where the properties are of another VPC than the physical ID, as after a rollback that failed, nobody knows which subnets are meant. */
function declaredLink(request: Request, physicalId: string): Link {
  const link = readLink(request);
  if (link.physicalId !== physicalId) {
    throw new Failure(
      `The properties name ${link.physicalId}, which is not ${physicalId}: nothing was looked at, and deleting again won't change that. ` +
        'See by hand whether machines of DRS are left in that VPC, then retain the resource.',
    );
  }
  return link;
}

/** A shorter timeout removes links of a drain that stays: they have nothing to wait for. */
async function whyNotDrained(request: Request, { drain: name }: Link, deletedStack: string | undefined): Promise<string | undefined> {
  if (deletedStack !== undefined) {
    return undefined;
  }
  const isLastLink = (physicalId = '') => physicalId.startsWith('drs:drain:') && physicalId.endsWith(`:${name}:0`);
  const stays = (await listResources(request)).some(
    ({ ResourceType, PhysicalResourceId, ResourceStatus, LogicalResourceId }) =>
      ResourceType === request.resourceType &&
      isLastLink(PhysicalResourceId) &&
      LogicalResourceId !== request.logicalId &&
      !ResourceStatus?.startsWith('DELETE_'),
  );
  return stays ? 'the drain is still in the stack, with fewer links' : undefined;
}

async function drain(request: Request, link: Link): Promise<void> {
  const ec2 = new Ec2(request.stack, request.deadline);
  const { machines, isOver } = await untilEmpty(request, ec2, link);
  if (isOver) {
    await (link.deletesSecurityGroups ? deleteGroups(request, ec2, link) : undefined);
    decide(request, 'drained', link.subnetIds.join(', '));
  } else if (link.link === '0') {
    throw new Failure(explainLeft(machines, link));
  } else {
    decide(request, 'handed over', `to the next link: ${machines.length} machines of DRS are still in ${link.subnetIds.join(', ')}`);
  }
}

/** It is over once the subnets were found empty twice in a row, and the agents had their time; otherwise at the deadline, with what is there then. */
async function untilEmpty(request: Request, ec2: Ec2, { subnetIds }: Link): Promise<{ machines: Instance[]; isOver: boolean }> {
  const agentsUntil = await agentsNeedUntil(request);
  let wasSeen = false;
  for (let empty = 0; ;) {
    const machines = await ec2.machinesIn(subnetIds);
    wasSeen ||= machines.length > 0;
    empty = machines.length === 0 ? empty + 1 : 0;
    const isOver = empty >= 2 && (!wasSeen || Date.now() >= agentsUntil);
    const pause = empty === 1 ? LOOK_TWICE : LOOK_AGAIN;
    if (isOver || Date.now() + pause >= ec2.deadline) {
      return { machines, isOver };
    }
    log({ event: 'progress', machines: machines.length, subnets: subnetIds, ...identityOf(request) });
    await sleep(pause);
  }
}

/** Ten minutes after the last disconnection of this stack was deleted; never, if none was. */
async function agentsNeedUntil(request: Request): Promise<number> {
  const deleted = (await listResources(request)).filter(
    ({ ResourceType = '', ResourceStatus }) => DISCONNECTING.includes(ResourceType) && ResourceStatus === 'DELETE_COMPLETE',
  );
  return Math.max(0, ...deleted.map(({ LastUpdatedTimestamp }) => (LastUpdatedTimestamp?.getTime() ?? 0) + AGENTS_TIME));
}

async function deleteGroups(request: Request, ec2: Ec2, { vpcId }: Link): Promise<void> {
  for (;;) {
    const refused: string[] = [];
    for (const { GroupId = '' } of await ec2.defaultGroupsIn(vpcId)) {
      try {
        await ec2.deleteGroup(GroupId);
        decide(request, 'security group deleted', GroupId);
      } catch (error) {
        // Somebody may have been quicker; and a group that is gone has neither the tag nor the VPC that IAM asks for.
        if (!(await isThere(ec2, vpcId, GroupId))) {
          continue;
        }
        if (!isNamed(error, 'DependencyViolation')) {
          throw error;
        }
        refused.push(`${GroupId}: ${messageOf(error)}`);
      }
    }
    if (refused.length === 0) {
      return;
    }
    if (Date.now() + LOOK_AGAIN >= ec2.deadline) {
      throw new Failure(`Security groups that DRS has made are still in use in ${vpcId}, so it can't be deleted. ${refused.join(' ')}`);
    }
    await sleep(LOOK_AGAIN);
  }
}

async function isThere(ec2: Ec2, vpcId: string, groupId: string): Promise<boolean> {
  return (await ec2.defaultGroupsIn(vpcId)).some(({ GroupId }) => GroupId === groupId);
}

function explainLeft(left: readonly Instance[], { vpcId, subnetIds }: Link): string {
  if (left.length === 0) {
    return `The staging area of ${vpcId} was found empty, but not for long enough to be sure of it before the function had to end.`;
  }
  const named = left
    .slice(0, NAMED)
    .map((instance) => `${instance.InstanceId} (${kindOf(instance)}, ${instance.State?.Name} in ${instance.SubnetId})`);
  const more = left.length > NAMED ? ` and ${left.length - NAMED} more` : '';
  return (
    `Machines of DRS are still in the staging area of ${vpcId}, so its subnets can't be deleted: ${named.join(', ')}${more}. ` +
    'DRS terminates a replication server within 90 minutes after the last source server that uses it was disconnected: ' +
    `see whether others of this account still replicate into ${subnetIds.join(', ')}, with \`aws drs describe-source-servers\`.`
  );
}

function undone({ properties, stack }: Request): Undone {
  const byHand = `\`aws ec2 describe-instances --filters Name=vpc-id,Values=${String(properties.VpcId)} Name=tag-key,Values=AWSElasticDisasterRecoveryManaged --region ${stack.region}\``;
  return { what: 'what DRS left in the VPC', accountId: stack.accountId, byHand };
}
