import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import { DRAIN_LINK_MINUTES, FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN, UNKNOWN } from '../../lib/contract';
import { command, join, type Message, say, type Told } from '../../lambda/aws/message';
import type { StackIdentity } from '../../lambda/aws/stack-id';
import { inParallel } from '../../lambda/aws/in-parallel';
import { isReplicatingHere } from '../../lambda/drain/replicating-here';
import { type DrainStep, readStep } from '../../lambda/drain/step';
import { describeMachine, isTemporary, kindOf, type Leftovers, leftoversOf } from '../../lambda/drain/drs-resources';
import type { Change, PlannedChange } from '../operation/planned-change';
import type { AwsClients } from '../aws/clients';
import { DRAIN_FORGOTTEN, isBlocking, orNoted, pluralize, resourceFields, outcomeOf, serversOf, unknownOutcome } from './outcome';
import { settledOutcome } from './settled';
import type {
  Outcome,
  PlannedDrain,
  PlannedMachine,
  PlannedNetworkInterface,
  PlannedResource,
  PlannedServer,
  PlanVerdict,
} from './plan-json';
import { type FleetId, isOfDrain, parseDrainStepId, parseFleetId } from '../../lambda/physical-ids';

/** DRS is asked about so many source servers at once. */
const AT_ONCE = 20;
/** So many source servers are named, and a command is told for so many of them. */
const SERVERS_NAMED = 20;
const COMMANDS_TOLD = 5;

/** What a drain, which is a chain of links, would wait for, if the operation did to the source servers what is planned. */
export async function planDrain(
  links: readonly PlannedChange[],
  disconnections: readonly PlannedResource[],
  clients: AwsClients,
): Promise<PlannedDrain> {
  const last = lastOf(links);
  const { stack, resource, change, read } = last;
  const nothing = { vpcId: undefined, subnetIds: [], machines: [], networkInterfaces: [], securityGroupIds: [] };
  const common = { resourceType: STAGING_AREA_DRAIN, ...resourceFields(last), links: links.length, ...nothing } as const;
  const settled = settledOutcome(last, isOfDrain(resource.physicalId));
  if (settled) {
    return { ...common, ...settled };
  }
  try {
    const link = readStep({ stack: stack.identity, properties: read() });
    const servers = serversOf(disconnections);
    const found = await lookAround(link, last, servers, clients);
    const circumstances = {
      region: stack.identity.region,
      links: links.length,
      ending: endedBy(servers),
      unread: unreadHere(disconnections, stack.identity),
    };
    return {
      ...common,
      ...byChange(change, drainOutcome(link, found, circumstances)),
      vpcId: link.vpcId,
      subnetIds: link.subnetIds,
      machines: found.machines.map(planMachine),
      networkInterfaces: found.interfaces.map(planInterface),
      securityGroupIds: found.securityGroupIds,
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

/** What is there now, as far as it can be told. */
interface Found extends Leftovers {
  readonly securityGroupIds: readonly string[];
  /** Source servers that replicate into the subnets, and no disconnection that is planned tells of. */
  readonly others: readonly string[];
  /** Why something can't be told. */
  readonly untold: readonly Outcome[];
}

/** Each question is asked for itself: what blocks the drain is told, whatever can't be. */
async function lookAround(
  { subnetIds, vpcId, deletesSecurityGroups }: DrainStep,
  last: PlannedChange,
  servers: readonly PlannedServer[],
  clients: AwsClients,
): Promise<Found> {
  const untold: Outcome[] = [];
  const ec2 = clients.ec2(last.stack.identity);
  const machines = await orNoted(ec2.machinesIn(subnetIds), untold);
  // After the machines: one that is gone when it is asked for leaves its network interface to be seen.
  const interfaces = machines && (await orNoted(ec2.interfacesIn(subnetIds), untold));
  const groups = deletesSecurityGroups ? await orNoted(ec2.defaultGroupsIn(vpcId), untold) : [];
  const others = await orNoted(othersReplicatingInto(subnetIds, last, servers, clients, untold), untold);
  return {
    ...leftoversOf(machines ?? [], interfaces ?? []),
    securityGroupIds: (groups ?? []).map(({ GroupId = UNKNOWN }) => GroupId),
    others: others ?? [],
    untold,
  };
}

interface Circumstances {
  readonly region: string;
  readonly links: number;
  /** Machines of recovery instances that the operation terminates. */
  readonly ending: ReadonlySet<string>;
  /** The disconnections of which it can't be told which servers they are for. */
  readonly unread: readonly string[];
}

function drainOutcome(
  link: DrainStep,
  { machines, interfaces, securityGroupIds, others, untold: [untold] }: Found,
  { region, links, ending, unread }: Circumstances,
): Outcome {
  const staying = machines.filter((machine) => !isTemporary(machine) && !ending.has(machine.InstanceId ?? UNKNOWN));
  if (staying.length > 0) {
    return outcomeOf('blocked', explainStaying(staying, link, region));
  }
  if (others.length > 0 && unread.length === 0) {
    return outcomeOf('blocked', explainOthers(others, link, region));
  }
  if (others.length > 0) {
    return outcomeOf('unknown', explainUnread(others, unread, link));
  }
  if (untold) {
    return untold;
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
  return join([
    say`Source servers go on replicating into the staging area of ${vpcId}, so the drain fails, and its subnets can't be deleted:`,
    say`${named(others)}. Disconnect those that nobody needs: ${join(commands, ', ')}.`,
  ]);
}

/** No commands: they may be servers that are disconnected anyway, or that somebody needs. */
function explainUnread(others: readonly string[], unread: readonly string[], { vpcId }: DrainStep): Message {
  return join([
    say`Whether source servers go on replicating into the staging area of ${vpcId} can't be told,`,
    say`since it can't be told which ones ${join(unread, ' and ')} disconnects: ${named(others)}.`,
  ]);
}

function named(servers: readonly string[]): Message {
  const more = servers.length > SERVERS_NAMED ? say` and ${servers.length - SERVERS_NAMED} more` : '';
  return say`${join(servers.slice(0, SERVERS_NAMED), ', ')}${more}`;
}

function byChange({ kind }: Change, outcome: Outcome): Outcome {
  const { verdict, reason } = outcome;
  return kind === 'cleaned up' && verdict === 'blocked' ? outcomeOf(verdict, join([reason, DRAIN_FORGOTTEN])) : outcome;
}

function endedBy(servers: readonly PlannedServer[]): Set<string> {
  const instances = servers.flatMap(({ recoveryInstances }) => recoveryInstances);
  return new Set(instances.filter(({ then }) => then === 'terminated').map(({ ec2InstanceId }) => ec2InstanceId));
}

/** What is in the way of a server is said of the server itself, and what can't be told of it: the drain is planned as if it were mended. */
const TOLD_ELSEWHERE: readonly PlanVerdict[] = ['disconnect', 'blocked', 'unknown'];

/** Disconnections in the account and the Region of the drain, or wherever, that tell no servers, and may be for some all the same. */
function unreadHere(disconnections: readonly PlannedResource[], { accountId, region }: StackIdentity): string[] {
  const isUnread = (planned: PlannedResource) =>
    isBlocking(planned) &&
    (planned.resourceType === FLEET_DISCONNECTION
      ? planned.selection === undefined
      : planned.resourceType === SOURCE_SERVER_DISCONNECTION && planned.sourceServer === undefined);
  const isHere = (id: FleetId | undefined) => id === undefined || (id.accountId === accountId && id.region === region);
  return disconnections
    .filter((planned) => isUnread(planned) && isHere(parseFleetId(planned.physicalId)))
    .map(({ logicalId }) => logicalId);
}

/** As the function asks before it gives the network free: DRS may know a server before EC2 has a machine for it. */
async function othersReplicatingInto(
  subnetIds: readonly string[],
  { stack: { identity } }: PlannedChange,
  servers: readonly PlannedServer[],
  clients: AwsClients,
  untold: Outcome[],
): Promise<string[]> {
  const isTold = ({ verdict, accountId, region }: PlannedServer) =>
    TOLD_ELSEWHERE.includes(verdict) && accountId === identity.accountId && region === identity.region;
  const told = new Set(servers.filter(isTold).map(({ sourceServerId }) => sourceServerId));
  const drs = await clients.drs(identity, identity.region);
  const others = await drs.sourceServers((server) => isReplicatingHere(server) && !told.has(server.sourceServerID ?? ''));
  const found: string[] = [];
  await inParallel(AT_ONCE, others, async ({ sourceServerID = '' }) => {
    if (subnetIds.includes((await orNoted(drs.stagingSubnetOf(sourceServerID), untold)) ?? '')) {
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
