import type { RecoveryInstance } from '@aws-sdk/client-drs';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { servers } from './estate';
import type { Invocation } from './invocation';
import type { Exchange } from './network';
import type { World } from './world';

/** What may be asked for any request. */
const LOOKS = ['DescribeStacks', 'ListStackResources', 'AssumeRole', 'DescribeSourceServers', 'DescribeRecoveryInstances', 'DescribeJobs'];

/** What changes something, and the policies that it needs. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  DisconnectSourceServer: ['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'],
  DeleteSourceServer: ['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'],
  DisconnectRecoveryInstance: ['DISCONNECT'],
  DeleteRecoveryInstance: ['DISCONNECT'],
  TerminateRecoveryInstances: ['TERMINATE_DRILLS'],
};

/** Asked of another service than DRS: as the function itself, in the Region of the stack. */
const NOT_OF_DRS = ['DescribeStacks', 'ListStackResources', 'AssumeRole'];

const FAILING_BACK = ['FAILBACK_IN_PROGRESS', 'FAILBACK_READY_FOR_LAUNCH', 'FAILBACK_NOT_READY_FOR_LAUNCH'];

/** Notes the violation of an invariant unless something holds. */
export type Demand = (holds: boolean, invariant: string, otherwise: string) => void;

/** A call that a run of the function made. */
interface Call extends Exchange {
  readonly invocation: Invocation;
  /** What it is called in a violation. */
  readonly told: string;
}

/** How a run of the function behaves: what it asks of AWS, as whom and where; whatever AWS makes of it. */
export class Conduct {
  /** The recovery instances of its server as a run saw them when it looked last. */
  private readonly seen = new Map<Invocation, readonly RecoveryInstance[]>();
  /** The run that first used some credentials, by their access key: they are nobody else's. */
  private readonly users = new Map<string, Invocation>();

  constructor(
    private readonly world: World,
    private readonly demand: Demand,
  ) {}

  check(call: Call) {
    const { operation, told } = call;
    this.demand(LOOKS.includes(operation) || operation in CHANGES, 'I6', told);
    if (NOT_OF_DRS.includes(operation)) {
      this.checkFunctionsOwn(call);
    } else {
      this.checkPrincipal(call);
    }
    if (operation === 'DescribeRecoveryInstances' && call.status === 200) {
      this.seen.set(call.invocation, this.instancesOf(call.invocation.event));
    }
    if (operation in CHANGES) {
      this.checkChange(call);
    }
  }

  private checkFunctionsOwn({ operation, body, invocation, accessKeyId, region, told }: Call) {
    const { event, credentials } = invocation;
    const [, , , stackRegion, , stack] = event.StackId.split(':');
    this.demand(accessKeyId === credentials.accessKeyId && region === stackRegion, 'I8', `${told}, as another or in Region ${region}`);
    if (operation === 'AssumeRole') {
      const input = new URLSearchParams(body);
      const isNamed = mandates(event).some(({ roleArn }) => roleArn === input.get('RoleArn'));
      const carriesStack = input.get('RoleSessionName')?.includes(stack.split('/')[1]) === true;
      this.demand(isNamed && carriesStack, 'I8', `${told}: ${body}`);
    }
  }

  /** The session of the role that the properties name, or of the function's own; in the account and the Region of the ARN. */
  private checkPrincipal({ invocation, accessKeyId = '', region, told }: Call) {
    const { event, credentials } = invocation;
    const caller = this.world.iam.callerOf(accessKeyId);
    const stack = event.StackId.split('/')[1];
    const isRight = mandates(event).some(({ arn, roleArn }) => {
      const [, , , arnRegion, arnAccount] = arn.split(':');
      const isHim =
        roleArn === undefined ? accessKeyId === credentials.accessKeyId : caller?.arn === sessionOf(roleArn, `cdk-drs-${stack}`);
      return isHim && caller?.accountId === arnAccount && region === arnRegion;
    });
    this.demand(isRight, 'I8', `${told}, as ${caller?.arn} in Region ${region}`);
    const user = this.users.get(accessKeyId) ?? invocation;
    this.users.set(accessKeyId, user);
    this.demand(user === invocation, 'I8', `${told}, with credentials of another request`);
  }

  private checkChange(call: Call) {
    const { operation, body, told } = call;
    const { RequestType, PhysicalResourceId = '', ResourceProperties } = call.invocation.event;
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
    } else {
      this.demand(PhysicalResourceId.endsWith(`/${input.sourceServerID}`), 'I6', `${told}: ${input.sourceServerID}`);
      this.checkServer(call, input.sourceServerID);
    }
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
    const known = this.seen.get(invocation) ?? [];
    const meant = known.filter(({ recoveryInstanceID = '' }) => ids.includes(recoveryInstanceID));
    this.demand(meant.length === ids.length, 'I6', `${told}: ${ids.join(', ')}, which it has not seen at its server`);
    this.demand(!known.some(isFailingBack), 'I7', `${told}, during a failback`);
    if (operation === 'DeleteRecoveryInstance') {
      this.demand(meant.every(isDisconnected), 'I7', `${told}, which is not disconnected`);
    }
    if (operation === 'TerminateRecoveryInstances') {
      const holding = known.filter((instance) => !isDisconnected(instance));
      const areDrills = [...meant, ...holding].every(({ isDrill }) => isDrill === true);
      this.demand(areDrills, 'I7', `${told}, with a recovery that is or may be real`);
    }
  }

  private instancesOf({ PhysicalResourceId }: CustomResourceEvent): RecoveryInstance[] {
    const server = servers.find(({ arn }) => arn === PhysicalResourceId);
    return server ? this.world.recoveryInstancesOf(server.sourceServerID) : [];
  }
}

/** On behalf of whom a run may call DRS: of the server, by the properties that name it. An update looks at its old one, too. */
function mandates(event: CustomResourceEvent): { readonly arn: string; readonly roleArn?: unknown }[] {
  const { RequestType, PhysicalResourceId = '', ResourceProperties, OldResourceProperties = {} } = event;
  const old = { arn: PhysicalResourceId, roleArn: OldResourceProperties.AssumeRoleArn };
  const requested = {
    arn: RequestType === 'Delete' ? PhysicalResourceId : String(ResourceProperties.SourceServerArn),
    roleArn: ResourceProperties.AssumeRoleArn,
  };
  return RequestType === 'Update' ? [requested, old] : [requested];
}

function sessionOf(roleArn: unknown, sessionName: string): string {
  return `${String(roleArn).replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`;
}

function isDisconnected({ dataReplicationInfo }: RecoveryInstance): boolean {
  return dataReplicationInfo?.dataReplicationState === 'DISCONNECTED';
}

export function isFailingBack({ failback }: RecoveryInstance): boolean {
  return FAILING_BACK.includes(String(failback?.state));
}
