import type { RecoveryInstance } from '@aws-sdk/client-drs';
import { FLEET_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import type { Demand } from './demand';
import { DrainConduct } from './drain-conduct';
import { FleetConduct } from './fleet-conduct';
import type { Invocation } from './invocation';
import { mandatesOf } from './mandate';
import type { Exchange } from './network';
import type { World } from './world';

/** What may be asked for any request. */
const LOOKS = [
  'DescribeStacks',
  'DescribeStackEvents',
  'ListStackResources',
  'AssumeRole',
  'DescribeSourceServers',
  'DescribeRecoveryInstances',
  'DescribeJobs',
];

/** What may be asked for a drain: of other services, and of DRS. */
const OF_DRAINS = [
  'DescribeStacks',
  'DescribeStackEvents',
  'ListStackResources',
  'DescribeInstances',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DeleteSecurityGroup',
];
const OF_DRAINS_AND_DRS = ['DescribeSourceServers', 'GetReplicationConfiguration'];

/** What changes something in DRS, and the policies that it needs. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  DisconnectSourceServer: ['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'],
  DeleteSourceServer: ['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'],
  DisconnectRecoveryInstance: ['DISCONNECT'],
  DeleteRecoveryInstance: ['DISCONNECT'],
  TerminateRecoveryInstances: ['TERMINATE_DRILLS'],
};

/** Asked of another service than DRS: as the function itself, in the Region of the stack. */
const NOT_OF_DRS = [...OF_DRAINS, 'AssumeRole'];

const FAILING_BACK = ['FAILBACK_IN_PROGRESS', 'FAILBACK_READY_FOR_LAUNCH', 'FAILBACK_NOT_READY_FOR_LAUNCH'];

/** A call that a run of the function made. */
interface Call extends Exchange {
  readonly invocation: Invocation;
  /** What it is called in a violation. */
  readonly told: string;
}

/** How a run of the function behaves: what it asks of AWS, as whom and where; whatever AWS makes of it. */
export class Conduct {
  readonly fleets: FleetConduct;
  readonly drains: DrainConduct;
  /** The recovery instances of each server as a run saw them when it looked last, by the server. */
  private readonly seen = new Map<Invocation, Map<string, readonly RecoveryInstance[]>>();
  /** The run that first used some credentials, by their access key: they are nobody else's. */
  private readonly users = new Map<string, Invocation>();

  constructor(
    private readonly world: World,
    private readonly demand: Demand,
  ) {
    this.fleets = new FleetConduct(world, demand);
    this.drains = new DrainConduct(world, demand);
  }

  check(call: Call) {
    const { operation, invocation, told } = call;
    const isDrain = invocation.event.ResourceType === STAGING_AREA_DRAIN;
    const mayBeAsked = isDrain
      ? [...OF_DRAINS, ...OF_DRAINS_AND_DRS].includes(operation)
      : LOOKS.includes(operation) || operation in CHANGES;
    this.demand(mayBeAsked, 'I6', told);
    if (isDrain || NOT_OF_DRS.includes(operation)) {
      this.checkFunctionsOwn(call);
    } else {
      this.checkPrincipal(call);
    }
    // "Not initialized" is an answer to a listing, too: there is nobody.
    if (call.status === 200 || (operation === 'DescribeSourceServers' && call.status === 400)) {
      this.note(call);
    }
    if (operation in CHANGES) {
      this.checkChange(call);
    }
    if (operation === 'DeleteSecurityGroup') {
      this.drains.deletesGroup(invocation, call.body, told);
    }
  }

  /** What the run knows from now on. */
  private note({ operation, body, invocation }: Call) {
    if (operation === 'DescribeRecoveryInstances') {
      const [sourceServerID] = (JSON.parse(body) as { filters: { sourceServerIDs: string[] } }).filters.sourceServerIDs;
      const seen = this.seen.get(invocation) ?? new Map<string, RecoveryInstance[]>();
      this.seen.set(invocation, seen.set(sourceServerID, this.world.recoveryInstancesOf(sourceServerID)));
    }
    if (
      operation === 'DescribeSourceServers' &&
      invocation.event.ResourceType !== STAGING_AREA_DRAIN &&
      !('filters' in (JSON.parse(body) as object))
    ) {
      this.fleets.listed(invocation);
    }
    if (operation === 'DescribeInstances' || operation === 'DescribeNetworkInterfaces') {
      this.drains.looked(invocation, operation);
    }
  }

  private checkFunctionsOwn({ operation, body, invocation, accessKeyId, region, told }: Call) {
    const { event, credentials } = invocation;
    const [, , , stackRegion, , stack] = event.StackId.split(':');
    this.demand(accessKeyId === credentials.accessKeyId && region === stackRegion, 'I8', `${told}, as another or in Region ${region}`);
    if (operation === 'AssumeRole') {
      const input = new URLSearchParams(body);
      const isNamed = mandatesOf(event).some(({ roleArn }) => roleArn === input.get('RoleArn'));
      const carriesStack = input.get('RoleSessionName')?.includes(stack.split('/')[1]) === true;
      this.demand(isNamed && carriesStack, 'I8', `${told}: ${body}`);
    }
  }

  /** The session of the role that the properties name, or of the function's own; in the account and the Region of the server, or of the fleet. */
  private checkPrincipal({ invocation, accessKeyId = '', region, told }: Call) {
    const { event, credentials } = invocation;
    const caller = this.world.iam.callerOf(accessKeyId);
    const stack = event.StackId.split('/')[1];
    const isRight = mandatesOf(event).some(({ accountId, region: where, roleArn }) => {
      const isHim =
        roleArn === undefined ? accessKeyId === credentials.accessKeyId : caller?.arn === sessionOf(roleArn, `cdk-drs-${stack}`);
      return isHim && caller?.accountId === accountId && region === where;
    });
    this.demand(isRight, 'I8', `${told}, as ${caller?.arn} in Region ${region}`);
    const user = this.users.get(accessKeyId) ?? invocation;
    this.users.set(accessKeyId, user);
    this.demand(user === invocation, 'I8', `${told}, with credentials of another request`);
  }

  private checkChange(call: Call) {
    const { operation, body, told } = call;
    const { RequestType, ResourceType, PhysicalResourceId = '', ResourceProperties } = call.invocation.event;
    const { RecoveryInstancePolicy = 'FAIL' } = ResourceProperties;
    this.demand(RequestType === 'Delete', 'I2', told);
    this.demand(
      CHANGES[operation].includes(String(RecoveryInstancePolicy)),
      'I7',
      `${told}, by the policy ${String(RecoveryInstancePolicy)}`,
    );
    const input = JSON.parse(body) as { sourceServerID?: string; recoveryInstanceID?: string; recoveryInstanceIDs?: string[] };
    if (input.sourceServerID === undefined) {
      this.checkInstances(call, input.recoveryInstanceIDs ?? [input.recoveryInstanceID ?? '']);
      return;
    }
    if (ResourceType === FLEET_DISCONNECTION) {
      this.fleets.takesOn(call, input.sourceServerID);
    } else {
      this.demand(PhysicalResourceId.endsWith(`/${input.sourceServerID}`), 'I6', `${told}: ${input.sourceServerID}`);
    }
    this.checkServer(call, input.sourceServerID);
  }

  private checkServer({ operation, invocation, told }: Call, sourceServerID: string) {
    const found = this.world.drs.sourceServer(sourceServerID);
    const isWanted = invocation.event.ResourceProperties.DeleteSourceServer === 'true';
    const isExtended = found?.stagingArea?.status === 'EXTENDED';
    if (operation === 'DeleteSourceServer') {
      this.demand(isWanted, 'I7', `${told}, which nobody wants`);
      const isThrough = !found || found.dataReplicationInfo?.dataReplicationState === 'DISCONNECTED';
      this.demand(isThrough || isExtended, 'I7', `${told}, although it is ${found?.dataReplicationInfo?.dataReplicationState}`);
    } else {
      this.demand(!(isWanted && isExtended), 'I7', `${told}, of which only the record is to go`);
    }
  }

  /** By what the run knew: a failback may begin between its look and its call, and then DRS refuses. */
  private checkInstances({ operation, invocation, told }: Call, ids: readonly string[]) {
    const ofServers = [...(this.seen.get(invocation)?.values() ?? [])];
    const known = ofServers.find((instances) => instances.some(({ recoveryInstanceID }) => recoveryInstanceID === ids[0])) ?? [];
    const meant = known.filter(({ recoveryInstanceID = '' }) => ids.includes(recoveryInstanceID));
    this.demand(meant.length === ids.length, 'I6', `${told}: ${ids.join(', ')}, which it has not seen at its server`);
    this.demand(!known.some(isFailingBack), 'I7', `${told}, during a failback`);
    if (operation === 'DeleteRecoveryInstance') {
      this.demand(meant.every(isDisconnected), 'I7', `${told}, which is not disconnected`);
    }
    if (operation === 'TerminateRecoveryInstances') {
      const holding = known.filter((instance) => !isDisconnected(instance) && !isGone(instance));
      this.demand(!meant.some(isGone), 'I7', `${told}, whose machine is gone`);
      const areDrills = [...meant, ...holding].every(({ isDrill }) => isDrill === true);
      this.demand(areDrills, 'I7', `${told}, with a recovery that is or may be real`);
    }
  }
}

function sessionOf(roleArn: unknown, sessionName: string): string {
  return `${String(roleArn).replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`;
}

function isDisconnected({ dataReplicationInfo }: RecoveryInstance): boolean {
  return dataReplicationInfo?.dataReplicationState === 'DISCONNECTED';
}

/** One that is not found may be found again: whoever waits for that has seen it twice. */
export function isGone({ ec2InstanceState }: RecoveryInstance): boolean {
  return ec2InstanceState === 'TERMINATED' || ec2InstanceState === 'NOT_FOUND';
}

export function isFailingBack({ failback }: RecoveryInstance): boolean {
  return FAILING_BACK.includes(String(failback?.state));
}
