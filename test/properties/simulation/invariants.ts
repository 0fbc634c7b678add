import type { CustomResourceRequest } from '../../../emulator/cloudformation/custom-resource';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { DrsChange } from '../../../emulator/drs/operation';
import type { Invocation } from './invocation';
import type { Cause, Ledger } from './ledger';
import { type Exchange, onExchange } from './network';
import { bystander, servers } from './templates';
import type { World } from './world';

/** What the handler may ask for. Only the last one changes anything. */
const OPERATIONS = ['DescribeStacks', 'ListStackResources', 'DescribeSourceServers', 'DescribeRecoveryInstances', 'DisconnectSourceServer'];

/** What is not told apart: see `isLate`. */
export const LATE = 'a Delete that was not genuine came again, and disconnected';

const LONGEST_LINE = 220;

/** Watches everything that happens, and notes what must not. */
export class Invariants {
  readonly violations: string[] = [];
  /** Everything that happened, line by line, for whoever has to understand a violation. */
  readonly story: string[] = [];
  /** What there was to see: statuses of stacks, outcomes of requests, and what the handler decided in view of what was true. */
  readonly sights = new Set<string>();
  /** By request ID. */
  private readonly causes = new Map<string, Cause & { readonly turns: number }>();
  private readonly answered = new Set<string>();

  constructor(
    private readonly ledger: Ledger,
    private readonly cloudFormation: { readonly tellsOfFailedCreates: boolean },
  ) {}

  watch(world: World) {
    world.cloudFormation.onEvent((event) => {
      this.ledger.record(event);
      this.tell(`${event.stackName} ${event.logicalId} ${event.status} ${event.physicalId.split('/').at(-1)} ${event.reason ?? ''}`);
      if (event.physicalId === event.stackId) {
        this.sights.add(event.status);
      }
    });
    world.drs.onChange((change) => this.changed(change, world));
    onExchange((exchange) => this.exchanged(exchange, world));
  }

  /** Called when CloudFormation sends a request, and knows why. */
  sent(event: CustomResourceEvent) {
    if (event.RequestType === 'Delete') {
      const stack = this.ledger.of(event.StackId);
      this.causes.set(event.RequestId, { ...stack.causeOf(event), turns: stack.turns });
    }
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
    const { sourceServerID } = servers[bystander];
    this.demand(replicates(world, sourceServerID), 'I6', `${sourceServerID}, which nobody declares, was touched`);
  }

  private tell(what: string) {
    this.story.push(`${new Date().toISOString().slice(11, 23)} ${what}`.slice(0, LONGEST_LINE));
  }

  private demand(holds: boolean, invariant: string, otherwise: string) {
    if (!holds) {
      this.violations.push(`${invariant}: ${otherwise}`);
    }
  }

  private changed({ operation, sourceServerID, callerArn }: DrsChange, world: World) {
    const invocation = world.lambda.invocations.find(({ id }) => callerArn.endsWith(`/${id}`));
    if (!invocation) {
      // The operator did it.
      return;
    }
    const { event } = invocation;
    const { RequestType, RequestId, StackId, PhysicalResourceId = '' } = event;
    const told = `${operation} of ${sourceServerID} for ${nameOf(event)}`;
    this.demand(PhysicalResourceId.endsWith(`/${sourceServerID}`), 'I6', told);
    const cause = this.causes.get(RequestId);
    // Where CloudFormation tells nobody that it deletes a failed create, it looks like any other deletion.
    const unknowable = cause?.why === 'deleting a failed create' && !this.cloudFormation.tellsOfFailedCreates;
    const stack = this.ledger.of(StackId);
    // Known, and said in docs/reliability.md: a request that Lambda delivers once more in a later operation looks like one of that operation.
    const isLate = cause !== undefined && stack.turns !== cause.turns && stack.deletesGenuinely;
    this.demand(
      RequestType === 'Delete' && (cause?.genuine || unknowable || isLate) === true,
      'I2',
      `${told}, which was sent because: ${cause?.why}`,
    );
    if (isLate && !cause.genuine) {
      this.sights.add(LATE);
    }
    this.demand(!stack.declares(StackId, PhysicalResourceId), 'I2', `${told}, which is still declared there (${stack.phase})`);
    this.demand(!stack.retained.has(PhysicalResourceId), 'I2', `${told}, which its user has retained`);
    this.demand(stack.phase !== 'at rest', 'I5', `${told}, although the stack is at rest`);
  }

  private exchanged({ operation, body, invocation, status }: Exchange, world: World) {
    if (!invocation) {
      return;
    }
    const { id, event } = invocation;
    this.tell(`  ${id} of ${nameOf(event)}: ${operation} ${status ?? 'broken'} ${operation === 'PutResponse' ? summaryOf(body) : ''}`);
    if (operation === 'PutResponse') {
      this.responded(body, event, world);
    } else {
      this.demand(OPERATIONS.includes(operation), 'I6', `${operation} was called for ${nameOf(event)}`);
    }
    if (operation === 'DisconnectSourceServer') {
      const { sourceServerID } = JSON.parse(body) as { sourceServerID: string };
      this.demand(
        (event.PhysicalResourceId ?? '').endsWith(`/${sourceServerID}`),
        'I6',
        `${operation} ${sourceServerID} for ${nameOf(event)}`,
      );
    }
  }

  private responded(body: string, event: CustomResourceEvent, world: World) {
    this.checkResponse(body, event);
    const request = world.cloudFormation.customResourceRequests.find((candidate) => candidate.event.RequestId === event.RequestId);
    if (request?.outcome === 'accepted' && !this.answered.has(event.RequestId)) {
      this.answered.add(event.RequestId);
      this.accepted(request, world);
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
    const expected = isKept ? PhysicalResourceId : arnOf(event);
    const isCreated = RequestType !== 'Create' || response.Status === 'SUCCESS';
    this.demand(
      isCreated ? response.PhysicalResourceId === expected : !/^arn:/.test(response.PhysicalResourceId),
      'I4',
      `${told} has a wrong ID`,
    );
    const attributes = [response.Data?.SourceServerHostname, response.Data?.DataReplicationState];
    this.demand(isKept || response.Status === 'FAILED' || attributes.every(Boolean), 'I4', `${told} lacks an attribute`);
  }

  private accepted({ event, responses }: CustomResourceRequest, world: World) {
    const { status } = responses.find(({ verdict }) => verdict === 'accepted')!;
    if (event.RequestType === 'Delete' && status === 'SUCCESS' && this.causes.get(event.RequestId)?.genuine) {
      const sourceServerID = event.PhysicalResourceId!.split('/')[1];
      this.demand(!replicates(world, sourceServerID), 'I1', `SUCCESS to ${nameOf(event)}, but ${sourceServerID} replicates`);
    }
  }

  private checkOutcome({ event, outcome, responses }: CustomResourceRequest, invocations: readonly Invocation[]) {
    const told = `${nameOf(event)} ended as ${outcome}`;
    const accepted = responses.filter(({ verdict }) => verdict === 'accepted').length;
    this.demand(!['pending', 'refused', 'not sent'].includes(outcome), 'I3', told);
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
    const decision = /"decision":"([^"]+)"/.exec(text)?.[1] ?? (/"event":"failed"/.test(text) ? 'failed' : 'none');
    this.sights.add(`${event.RequestType}: ${decision}, ${this.causes.get(event.RequestId)?.why ?? ''}`);
    this.demand(!/X-Amz-|SessionToken|SecretAccessKey/i.test(text), 'log', `a credential is in the log of ${nameOf(event)}`);
    const isAlarming = /"event":"failed"/.test(text) && event.RequestType === 'Delete';
    this.demand(!isAlarming || /"FailedDeletions":1/.test(text), 'log', `nobody is alarmed of the failed ${nameOf(event)}`);
  }
}

function replicates(world: World, sourceServerID: string): boolean {
  const server = world.drs.sourceServer(sourceServerID);
  return server !== undefined && server.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}

function summaryOf(body: string): string {
  const { Status, Reason = '' } = JSON.parse(body) as { Status: string; Reason?: string };
  return `${Status} ${Reason}`;
}

function arnOf({ ResourceProperties }: CustomResourceEvent): string {
  return String(ResourceProperties.SourceServerArn);
}

function nameOf({ RequestType, LogicalResourceId, StackId, PhysicalResourceId = '' }: CustomResourceEvent): string {
  return `the ${RequestType} of ${StackId.split('/')[1]}/${LogicalResourceId} ${PhysicalResourceId.split('/').at(-1)}`;
}
