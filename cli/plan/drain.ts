import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import { DRAIN_LINK_MINUTES, STAGING_AREA_DRAIN, UNKNOWN } from '../../lib/contract';
import { command, join, type Message, say, type Told } from '../../lambda/aws/message';
import { inParallel } from '../../lambda/aws/in-parallel';
import { isReplicatingHere } from '../../lambda/drain/replicating-here';
import { type DrainStep, readStep } from '../../lambda/drain/step';
import { describeMachine, isTemporary, kindOf, type Leftovers } from '../../lambda/drain/drs-resources';
import type { PlannedChange } from '../operation/planned-change';
import type { AwsClients } from '../aws/clients';
import { pluralize, resourceFields, outcomeOf, unknownOutcome } from './outcome';
import { settledOutcome } from './settled';
import type { Outcome, PlannedDrain, PlannedMachine, PlannedNetworkInterface, PlannedServer, PlanVerdict } from './plan-json';
import { isOfDrain, parseDrainStepId } from '../../lambda/physical-ids';

/** DRS is asked about so many source servers at once. */
const AT_ONCE = 20;
/** So many source servers are named, and a command is told for so many of them. */
const SERVERS_NAMED = 20;
const COMMANDS_TOLD = 5;

/** What a drain, which is a chain of links, would wait for, if the operation did to the source servers what is planned. */
export async function planDrain(
  links: readonly PlannedChange[],
  servers: readonly PlannedServer[],
  clients: AwsClients,
): Promise<PlannedDrain> {
  const last = lastOf(links);
  const { stack, resource, read } = last;
  const nothing = { vpcId: undefined, subnetIds: [], machines: [], networkInterfaces: [], securityGroupIds: [] };
  const common = { resourceType: STAGING_AREA_DRAIN, ...resourceFields(last), links: links.length, ...nothing } as const;
  const settled = settledOutcome(last, isOfDrain(resource.physicalId));
  if (settled) {
    return { ...common, ...settled };
  }
  try {
    const link = readStep({ stack: stack.identity, properties: read() });
    const ec2 = clients.ec2(stack.identity);
    const left = await ec2.leftIn(link.subnetIds);
    const groups = link.deletesSecurityGroups ? await ec2.defaultGroupsIn(link.vpcId) : [];
    const securityGroupIds = groups.map(({ GroupId = UNKNOWN }) => GroupId);
    const others = await othersReplicatingInto(link.subnetIds, last, servers, clients);
    return {
      ...common,
      ...drainOutcome(link, left, {
        region: stack.identity.region,
        links: links.length,
        securityGroupIds,
        ending: endedBy(servers),
        others,
      }),
      vpcId: link.vpcId,
      subnetIds: link.subnetIds,
      machines: left.machines.map(planMachine),
      networkInterfaces: left.interfaces.map(planInterface),
      securityGroupIds,
    };
  } catch (error) {
    return { ...common, ...unknownOutcome(error) };
  }
}

/** Links of one drain; a resource of another type is none. */
export function drainOf({ stack, resource }: PlannedChange): string {
  const id = parseDrainStepId(resource.physicalId);
  return `${stack.identity.id} ${id ? `${id.vpcId} ${id.drain}` : resource.logicalId}`;
}

/** Step 0 is the last to be deleted, and what becomes of the drain. */
function lastOf(links: readonly PlannedChange[]): PlannedChange {
  return links.find(({ resource }) => parseDrainStepId(resource.physicalId)?.step === '0') ?? links[0];
}

interface Circumstances {
  readonly region: string;
  readonly links: number;
  readonly securityGroupIds: readonly string[];
  /** Machines of recovery instances that the operation terminates. */
  readonly ending: ReadonlySet<string>;
  /** Source servers that go on replicating into the subnets. */
  readonly others: readonly string[];
}

function drainOutcome(
  link: DrainStep,
  { machines, interfaces }: Leftovers,
  { region, links, securityGroupIds, ending, others }: Circumstances,
): Outcome {
  const staying = machines.filter((machine) => !isTemporary(machine) && !ending.has(machine.InstanceId ?? UNKNOWN));
  if (staying.length > 0) {
    return outcomeOf('blocked', explainStaying(staying, link, region));
  }
  if (others.length > 0) {
    return outcomeOf('blocked', explainOthers(others, link, region));
  }
  const waits = machines.length > 0 || interfaces.length > 0;
  if (!waits && securityGroupIds.length === 0) {
    return outcomeOf('nothing', 'DRS has nothing there');
  }
  const subnets = join(link.subnetIds, ', ');
  const steps = [
    waits
      ? say`it waits for ${join([countOf(machines, 'machine'), countOf(interfaces, 'network interface')], ' and ')} of DRS in ${subnets}, for ${links * DRAIN_LINK_MINUTES} minutes at most`
      : '',
    securityGroupIds.length > 0 ? say`it deletes ${join(securityGroupIds, ' and ')}, which DRS has made` : '',
  ];
  return outcomeOf('drain', join(steps, '; '));
}

function countOf(things: readonly unknown[], what: string): Told {
  return things.length > 0 ? pluralize(things.length, what) : '';
}

function explainStaying(staying: readonly Instance[], { vpcId }: DrainStep, region: string): Message {
  const named = staying.map(describeMachine);
  const ids = staying.map(({ InstanceId = UNKNOWN }) => InstanceId);
  const describe = command`aws ec2 describe-instances --instance-ids ${ids} --region ${region}`;
  return join([
    say`Machines of DRS stay in the staging area of ${vpcId}, so the drain fails, and its subnets can't be deleted: ${join(named, ', ')}.`,
    say`They may be machines you work on now; look at them with ${describe}.`,
  ]);
}

function explainOthers(others: readonly string[], { vpcId }: DrainStep, region: string): Message {
  const commands = others
    .slice(0, COMMANDS_TOLD)
    .map((id) => command`aws drs disconnect-source-server --source-server-id ${id} --region ${region}`);
  const more = others.length > SERVERS_NAMED ? say` and ${others.length - SERVERS_NAMED} more` : '';
  return join([
    say`Source servers go on replicating into the staging area of ${vpcId}, so the drain fails, and its subnets can't be deleted:`,
    say`${join(others.slice(0, SERVERS_NAMED), ', ')}${more}. Disconnect those that nobody needs: ${join(commands, ', ')}.`,
  ]);
}

function endedBy(servers: readonly PlannedServer[]): Set<string> {
  const instances = servers.flatMap(({ recoveryInstances }) => recoveryInstances);
  return new Set(instances.filter(({ then }) => then === 'terminated').map(({ ec2InstanceId }) => ec2InstanceId));
}

/** What is in the way of a server is said of the server itself, and what can't be told of it: the drain is planned as if it were mended. */
const TOLD_ELSEWHERE: readonly PlanVerdict[] = ['disconnect', 'blocked', 'unknown'];

/** As the function asks before it gives the network free: DRS may know a server before EC2 has a machine for it. */
async function othersReplicatingInto(
  subnetIds: readonly string[],
  { stack: { identity } }: PlannedChange,
  servers: readonly PlannedServer[],
  clients: AwsClients,
): Promise<string[]> {
  const isTold = ({ verdict, accountId, region }: PlannedServer) =>
    TOLD_ELSEWHERE.includes(verdict) && accountId === identity.accountId && region === identity.region;
  const told = new Set(servers.filter(isTold).map(({ sourceServerId }) => sourceServerId));
  const drs = await clients.drs(identity, identity.region);
  const others = await drs.sourceServers((server) => isReplicatingHere(server) && !told.has(server.sourceServerID ?? ''));
  const found: string[] = [];
  await inParallel(AT_ONCE, others, async ({ sourceServerID = '' }) => {
    if (subnetIds.includes((await drs.stagingSubnetOf(sourceServerID)) ?? '')) {
      found.push(sourceServerID);
    }
  });
  return found.sort();
}

function planMachine(machine: Instance): PlannedMachine {
  const { InstanceId, State, SubnetId } = machine;
  return { instanceId: InstanceId ?? UNKNOWN, kind: kindOf(machine), state: State?.Name ?? UNKNOWN, subnetId: SubnetId ?? UNKNOWN };
}

function planInterface({ NetworkInterfaceId, Status, SubnetId }: NetworkInterface): PlannedNetworkInterface {
  return { networkInterfaceId: NetworkInterfaceId ?? UNKNOWN, status: Status ?? UNKNOWN, subnetId: SubnetId ?? UNKNOWN };
}
