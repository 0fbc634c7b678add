import type { CustomResourceRequest } from '../../../emulator/cloudformation/custom-resource';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import type { DrsChange } from '../../../emulator/drs/model';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { Conduct, isFailingBack, isGone } from './conduct';
import type { Demand } from './demand';
import { FORGED_SERVER, isForged, isRegion } from './forgery';
import { bystander, type ServerSeed, servers, staging } from './fixtures';
import { type Invocation, runningInvocation } from './invocation';
import type { Ledger } from './ledger';
import { idOf } from './mandate';
import { Meaning } from './meaning';
import { type Exchange, HOST, onExchange } from './network';
import type { World } from './world';

const LONGEST_LINE = 220;

/** What only a deletion that is meant may do in EC2: others don't even wait. */
const WAITS = [
  'DescribeInstances',
  'DescribeNetworkInterfaces',
  'GetReplicationConfiguration',
  'DescribeSecurityGroups',
  'DeleteSecurityGroup',
];

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  [SOURCE_SERVER_DISCONNECTION]: ['SourceServerHostname', 'DataReplicationState'],
  [FLEET_DISCONNECTION]: ['MatchingSourceServerCount'],
};

/** Watches everything that happens, and notes what must not. */
export class Invariants {
  /** A request is not sent if its function is pending, or was deleted although the deletion of what depends on it had failed: where these are set. */
  mayLackFunction = false;
  readonly violations: string[] = [];
  /** Everything that happened, line by line, for whoever has to understand a violation. */
  readonly story: string[] = [];
  /** What there was to see: statuses of stacks, outcomes of requests, and what the handler decided in view of what was true. */
  readonly sights = new Set<string>();
  private readonly answered = new Set<string>();
  private readonly meaning: Meaning;
  private conduct!: Conduct;

  constructor(private readonly ledger: Ledger) {
    const demand: Demand = (...demanded) => this.demand(...demanded);
    this.meaning = new Meaning(ledger, demand, (sight) => this.sights.add(sight));
  }

  watch(world: World) {
    world.cloudFormation.onEvent((event) => {
      this.ledger.record(event);
      this.tell(`${event.stackName} ${event.logicalId} ${event.status} ${event.physicalId.split('/').at(-1)} ${event.reason ?? ''}`);
      if (event.physicalId === event.stackId) {
        this.sights.add(event.status);
      }
    });
    world.drs.onChange((change) => this.changed(change, world));
    this.conduct = new Conduct(world, (...demanded) => this.demand(...demanded));
    onExchange((exchange) => this.exchanged(exchange, world));
  }

  /** Called when CloudFormation sends a request. */
  sent(event: CustomResourceEvent) {
    this.meaning.sent(event);
  }

  /** Once everything is at rest. */
  atTheEnd(world: World) {
    for (const request of world.cloudFormation.customResourceRequests) {
      const invocations = world.lambda.invocations.filter(({ event }) => event.RequestId === request.event.RequestId);
      this.checkOutcome(request, invocations);
    }
    for (const invocation of world.lambda.invocations) {
      this.checkAnswers(invocation);
    }
    for (const { sourceServerID } of [servers[bystander], servers[staging]]) {
      this.demand(replicates(world, sourceServerID), 'I6', `${sourceServerID}, which nobody declares, was touched`);
    }
    const [drill] = world.recoveryInstancesOf(servers[bystander].sourceServerID);
    this.demand(drill?.ec2InstanceState === 'RUNNING', 'I6', 'the drill of a server that nobody declares was touched');
  }

  private tell(what: string) {
    this.story.push(`${new Date().toISOString().slice(11, 23)} ${what}`.slice(0, LONGEST_LINE));
  }

  private demand(holds: boolean, invariant: string, otherwise: string) {
    if (!holds) {
      this.violations.push(`${invariant}: ${otherwise}`);
    }
  }

  private changed({ operation, sourceServerID, recoveryInstanceID = '', callerArn }: DrsChange, world: World) {
    const invocation = runningInvocation();
    const who = invocation ? nameOf(invocation.event) : 'the operator';
    this.tell(`  ${operation} of ${sourceServerID} ${recoveryInstanceID} by ${callerArn.split('/').slice(1).join('/')} for ${who}`);
    if (!invocation) {
      return;
    }
    const { event } = invocation;
    const told = `${operation} of ${sourceServerID} ${recoveryInstanceID} for ${nameOf(event)}`;
    if (isForged(event)) {
      this.changedByForger(told, invocation, world);
      return;
    }
    this.meaning.check(told, invocation, this.answered.has(event.RequestId));
    const server = servers.find((one) => one.sourceServerID === sourceServerID);
    this.demand(event.ResourceType === FLEET_DISCONNECTION || server?.arn === event.PhysicalResourceId, 'I6', told);
    this.sights.add(`${operation} ${server ? whereabouts(server) : ''}${kindOf(event)}`.trim());
    if (operation === 'TerminateRecoveryInstances') {
      const terminated = world.recoveryInstancesOf(sourceServerID).find((instance) => instance.recoveryInstanceID === recoveryInstanceID);
      this.demand(terminated?.isDrill === true, 'I7', `${told}, which is no drill`);
    }
  }

  private exchanged(exchange: Exchange, world: World) {
    const { operation, body, invocation, status } = exchange;
    if (!invocation) {
      return;
    }
    const { id, event } = invocation;
    this.tell(`  ${id} of ${nameOf(event)}: ${operation} ${status ?? 'broken'} ${operation === 'PutResponse' ? summaryOf(body) : ''}`);
    this.sights.add(`${operation}: ${status ?? 'broken'}`);
    if (operation === 'DescribeStacks' && status === 200) {
      this.meaning.looked(invocation);
    }
    if (operation === 'PutResponse') {
      this.responded(exchange, invocation, world);
      return;
    }
    const told = `${operation} was called for ${nameOf(event)}`;
    this.demand(exchange.host === HOST, 'I11', `${told}, at ${exchange.host}`);
    this.demand(!exchange.isLate, 'I12', `${told}, after its response`);
    if (isForged(event)) {
      this.askedByForger(told, exchange, invocation);
      return;
    }
    this.conduct.check({ ...exchange, invocation, told });
    if (WAITS.includes(operation)) {
      this.meaning.check(told, invocation, this.answered.has(event.RequestId));
    }
  }

  /** Nothing is asked for whom the function doesn't serve, and nobody but AWS. */
  private askedByForger(told: string, { region }: Exchange, { event, ownStackId }: Invocation) {
    this.demand(event.StackId === ownStackId, 'I11', `${told}, forged, by the function of another stack`);
    this.demand(isRegion(region), 'I11', `${told}, forged, in ${region}`);
  }

  /** A forger can bring forward what his stack is about to do anyway, and nothing else. */
  private changedByForger(told: string, { event, ownStackId }: Invocation, world: World) {
    const stack = this.ledger.of(ownStackId);
    const isGenuine = event.RequestType === 'Delete' && event.StackId === ownStackId && stack.deletesGenuinely;
    this.demand(isGenuine && !stack.declares(event), 'I11', `${told}, forged, while its stack is ${stack.phase}`);
    const isOfStack = world.cloudFormation.customResourceRequests.some(
      ({ event: real }) => real.StackId === ownStackId && [idOf(real), real.PhysicalResourceId].includes(event.PhysicalResourceId),
    );
    this.sights.add(isOfStack ? 'a forged request brought a deletion forward' : FORGED_SERVER);
  }

  private responded({ body, host }: Exchange, invocation: Invocation, world: World) {
    const { event } = invocation;
    if (isForged(event)) {
      const { Status } = JSON.parse(body) as { Status: string };
      this.demand(host === HOST || Status === 'FAILED', 'I11', `${host} was told ${Status} for the forged ${nameOf(event)}`);
      this.sights.add(`a forged request: ${Status}`);
      return;
    }
    this.checkResponse(body, event);
    const request = world.cloudFormation.customResourceRequests.find((candidate) => candidate.event.RequestId === event.RequestId);
    if (request?.outcome === 'accepted' && !this.answered.has(event.RequestId)) {
      this.answered.add(event.RequestId);
      this.accepted(request, invocation, world);
    }
  }

  /** Every response, accepted or not. */
  private checkResponse(body: string, event: CustomResourceEvent) {
    const told = `the response to ${nameOf(event)}: ${body.slice(0, 300)}`;
    const response = JSON.parse(body) as Record<string, string> & { Data?: Record<string, string> };
    const { RequestType, PhysicalResourceId } = event;
    this.demand(Buffer.byteLength(body) <= 4096, 'I4', `${told} is too long`);
    for (const id of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
      this.demand(response[id] === event[id], 'I4', `${told} has another ${id}`);
    }
    const isKept = RequestType === 'Delete' || (RequestType === 'Update' && response.Status === 'FAILED');
    const expected = isKept ? PhysicalResourceId : idOf(event);
    const isCreated = RequestType !== 'Create' || response.Status === 'SUCCESS';
    this.demand(
      isCreated ? response.PhysicalResourceId === expected : !/^(arn|drs):/.test(response.PhysicalResourceId),
      'I4',
      `${told} has a wrong ID`,
    );
    const hasAttributes = (ATTRIBUTES[event.ResourceType] ?? []).every((name) => response.Data?.[name]);
    this.demand(isKept || response.Status === 'FAILED' || hasAttributes, 'I4', `${told} lacks an attribute`);
  }

  private accepted({ event, responses }: CustomResourceRequest, invocation: Invocation, world: World) {
    const { RequestType, PhysicalResourceId } = event;
    const { status } = responses.find(({ verdict }) => verdict === 'accepted')!;
    if (RequestType !== 'Delete' || !this.meaning.causeOf(event)?.genuine) {
      return;
    }
    this.sights.add(`Delete${kindOf(event)}: ${status}`);
    const server = servers.find(({ arn }) => arn === PhysicalResourceId);
    if (server) {
      this.checkServer(event, status!, server, world);
    } else if (status === 'SUCCESS') {
      const { fleets, drains } = this.conduct;
      (event.ResourceType === FLEET_DISCONNECTION ? fleets : drains).succeeded(invocation, `SUCCESS to ${nameOf(event)}`);
    }
  }

  private checkServer(event: CustomResourceEvent, status: string, server: ServerSeed, world: World) {
    const { ResourceProperties } = event;
    const { sourceServerID } = server;
    const told = `SUCCESS to ${nameOf(event)}, but ${sourceServerID}`;
    if (status === 'SUCCESS') {
      this.demand(!replicates(world, sourceServerID), 'I1', `${told} replicates`);
      const isGone = world.drs.sourceServer(sourceServerID) === undefined;
      this.demand(isGone || server.kind !== 'extended', 'I1', `${told} replicates in its staging account`);
      this.demand(isGone || ResourceProperties.DeleteSourceServer !== 'true', 'I1', `${told} still has a record`);
    }
    const { RecoveryInstancePolicy = 'FAIL' } = ResourceProperties;
    this.sights.add(`${status} with ${hold(world, server)} under ${String(RecoveryInstancePolicy)}`);
  }

  private checkOutcome({ event, outcome, responses }: CustomResourceRequest, invocations: readonly Invocation[]) {
    const told = `${nameOf(event)} ended as ${outcome}`;
    const accepted = responses.filter(({ verdict }) => verdict === 'accepted').length;
    this.demand(!['pending', 'refused', ...(this.mayLackFunction ? [] : ['not sent'])].includes(outcome), 'I3', told);
    this.demand(accepted === (outcome === 'accepted' ? 1 : 0), 'I3', `${told}, with ${accepted} accepted responses`);
    this.sights.add(`${event.RequestType}: ${outcome}`);
    const unharmed = invocations.filter((invocation) => invocation.outcome === 'error' && !invocation.isHarmed);
    this.demand(unharmed.length === 0, 'I3', `${nameOf(event)}: a run of the function has failed, although nothing had happened to it`);
  }

  private checkAnswers({ event, outcome, heard, log }: Invocation) {
    const delivered = heard.filter((status) => status >= 200 && status < 300).length;
    this.demand(delivered <= 1, 'I3', `${nameOf(event)} was answered ${delivered} times in one run`);
    this.demand(outcome !== 'success' || delivered === 1, 'I3', `${nameOf(event)} was not answered in a run that succeeded`);
    const text = log.join('');
    const decisions = Array.from(text.matchAll(/"decision":"([^"]+)"/g), ([, decision]) => decision);
    const seen = [...new Set([...decisions, ...(/"event":"failed"/.test(text) ? ['failed'] : [])])];
    const what = event.RequestType + kindOf(event);
    seen.forEach((one) => this.sights.add(`${what}: ${one}, ${this.meaning.causeOf(event)?.why ?? ''}`));
    this.sights.add(`${what}: ${seen.join(', then ')}`);
    if (/can't be assumed/.test(text)) {
      this.sights.add(`${event.RequestType}: the role can't be assumed`);
    }
    this.demand(!/X-Amz-|SessionToken|SecretAccessKey/i.test(text), 'log', `a credential is in the log of ${nameOf(event)}`);
    const isAlarming = /"event":"failed"/.test(text) && event.RequestType === 'Delete';
    this.demand(!isAlarming || /"FailedDeletions":1/.test(text), 'log', `nobody is alarmed of the failed ${nameOf(event)}`);
  }
}

function replicates(world: World, sourceServerID: string): boolean {
  const server = world.drs.sourceServer(sourceServerID);
  return server !== undefined && server.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}

/** What is worst of what a server has. */
function hold(world: World, server: ServerSeed): string {
  const instances = world
    .recoveryInstancesOf(server.sourceServerID)
    .filter((instance) => instance.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED' && !isGone(instance));
  if (instances.some(isFailingBack)) {
    return 'a failback';
  }
  const kinds: string[] = instances.map(({ isDrill }) =>
    isDrill === undefined ? 'a recovery of unknown kind' : isDrill ? 'a drill' : 'a real recovery',
  );
  return ['a real recovery', 'a recovery of unknown kind', 'a drill'].find((kind) => kinds.includes(kind)) ?? 'nothing';
}

function whereabouts({ kind, accountId, region }: ServerSeed): string {
  const isElsewhere = [
    kind === 'extended' && 'extended',
    accountId !== defaultAccountId && 'abroad',
    region !== defaultRegion && 'in another Region',
  ];
  return isElsewhere.filter(Boolean).join(', ');
}

function summaryOf(body: string): string {
  const { Status, Reason = '' } = JSON.parse(body) as { Status: string; Reason?: string };
  return `${Status} ${Reason}`;
}

/** How sights tell a request from one of a single server. */
function kindOf({ ResourceType }: CustomResourceEvent): string {
  return { [FLEET_DISCONNECTION]: ' of a fleet', [STAGING_AREA_DRAIN]: ' of a drain' }[ResourceType] ?? '';
}

function nameOf({ RequestType, LogicalResourceId, StackId, PhysicalResourceId = '' }: CustomResourceEvent): string {
  return `the ${RequestType} of ${StackId.split('/')[1]}/${LogicalResourceId} ${PhysicalResourceId.split('/').at(-1)}`;
}
