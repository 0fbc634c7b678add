import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { StackEvent } from '../../../emulator/cloudformation/model';
import { defaultAccountId } from '../../../emulator/defaults';
import { fleetId, roles, selections, servers } from './fixtures';
import type { StackName } from './steps';
import { type FleetSpec, NESTED, type StackSpec } from './templates';

/** What CloudFormation does with a stack, as it knows itself and the handler has to find out. */
type Phase =
  'at rest' | 'creating' | 'updating' | 'cleaning up' | 'rolling back' | 'deleting for its user' | 'deleting what was never complete';

/** Why CloudFormation sent a Delete. */
export interface Cause {
  readonly genuine: boolean;
  readonly why: string;
  /** In which operation of the stack, counted. */
  readonly operation: number;
}

/** A stack that is nobody's child, with the children it has. */
export class RootStack {
  stackId?: string;
  status = 'REVIEW_IN_PROGRESS';
  phase: Phase = 'at rest';
  /** What it is being brought to, or was last. */
  target?: StackSpec;
  /** What it was when it was last complete. */
  stable?: StackSpec;
  userDeletes = false;
  /** Whether it was ever created completely, or updated. */
  wasComplete = false;
  /** How often its status has turned. */
  turns = 0;
  /** How many operations of it have begun, rollbacks not counted. */
  operation = 0;
  /** The stack ID of the nested stack that was created last; one before it is another stack, which is on its way out. */
  nestedId?: string;
  /** The IDs of nested stacks that were ever complete. */
  readonly completeNested = new Set<string>();
  /** The physical IDs of what its user has let go of. */
  readonly retained = new Set<string>();
  /** The physical IDs of fleets since they were created or updated last, by stack and logical ID. */
  readonly fleetIds = new Map<string, string>();
  /** By logical ID. */
  readonly resources = new Map<string, { readonly status: string; readonly physicalId: string }>();

  constructor(readonly name: StackName) {}

  get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  /** Whether a stack of it declares by now, or may have to again, what a resource stands for. */
  declares({ StackId: stackId, LogicalResourceId: name, PhysicalResourceId: physicalId = '' }: CustomResourceEvent): boolean {
    const counting = { 'cleaning up': [this.target], 'deleting for its user': [], 'deleting what was never complete': [] }[
      this.phase as string
    ];
    const specs = counting ?? [this.target, this.stable];
    if (isNested(stackId)) {
      return stackId === this.nestedId && specs.some((spec) => isDeclaredIn(spec?.nested, name, physicalId));
    }
    return specs.some((spec) => isDeclaredIn(spec, name, physicalId));
  }

  /** Why a Delete is sent now. */
  causeOf(event: CustomResourceEvent): Cause {
    return { ...this.meaningOf(event), operation: this.operation };
  }

  /** Whether it is meant by now: a nested stack may clean up while its root still updates, and the root may still roll back. */
  means({ genuine, why, operation }: Cause): boolean {
    return genuine || (why === 'updating' && operation === this.operation && this.phase === 'cleaning up');
  }

  private meaningOf(event: CustomResourceEvent): Omit<Cause, 'operation'> {
    if (!/^(arn|drs):/.test(event.PhysicalResourceId ?? '')) {
      return { genuine: false, why: 'it was never created' };
    }
    if (this.phase === 'cleaning up' && this.declares(event)) {
      return { genuine: false, why: 'still declared' };
    }
    if (this.phase === 'cleaning up' && isNested(event.StackId) && !this.completeNested.has(event.StackId)) {
      return { genuine: false, why: 'its nested stack was never complete' };
    }
    const fleet = this.fleetIds.get(`${event.StackId} ${event.LogicalResourceId}`);
    if (this.phase === 'cleaning up' && fleet !== undefined && fleet !== event.PhysicalResourceId) {
      return { genuine: false, why: 'its selection was changed' };
    }
    return { genuine: this.deletesGenuinely, why: this.phase };
  }

  happened({ logicalId, physicalId, status }: StackEvent) {
    this.resources.set(logicalId, { status, physicalId });
  }

  /** Whether a Delete that looks like one of what it does now is meant. */
  get deletesGenuinely(): boolean {
    return this.phase === 'cleaning up' || this.phase === 'deleting for its user';
  }

  turned(status: string) {
    this.turns++;
    this.operation += /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(status) ? 1 : 0;
    this.status = status;
    this.wasComplete ||= COMPLETE.test(status);
    this.phase = this.phaseIn(status);
    if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
      this.stable = this.target;
    }
    if (status.startsWith('UPDATE_ROLLBACK_COMPLETE')) {
      this.target = this.stable;
    }
  }

  private phaseIn(status: string): Phase {
    switch (status) {
      case 'CREATE_IN_PROGRESS':
        return 'creating';
      case 'UPDATE_IN_PROGRESS':
        return 'updating';
      case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
        return 'cleaning up';
      case 'DELETE_IN_PROGRESS':
        return this.userDeletes && this.wasComplete ? 'deleting for its user' : 'deleting what was never complete';
      default:
        return status.endsWith('_IN_PROGRESS') ? 'rolling back' : 'at rest';
    }
  }
}

/** All root stacks: what their users wanted, and what CloudFormation does about it. */
export class Ledger {
  private readonly newest = new Map<StackName, RootStack>();
  private readonly byId = new Map<string, RootStack>();

  /** The newest of the name; a new one if there is none, or it is gone. */
  get(name: StackName): RootStack {
    const existing = this.newest.get(name);
    if (existing && !existing.isDeleted) {
      return existing;
    }
    const stack = new RootStack(name);
    this.newest.set(name, stack);
    return stack;
  }

  /** All that were ever begun. */
  all(): RootStack[] {
    return [...new Set(this.byId.values())];
  }

  of(stackId: string): RootStack {
    return this.byId.get(stackId)!;
  }

  get isAtRest(): boolean {
    return this.all().every(({ phase }) => phase === 'at rest');
  }

  record(event: StackEvent) {
    const stack = this.byId.get(event.stackId) ?? this.get(event.stackName.split('-')[0] as StackName);
    this.byId.set(event.stackId, stack);
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(event.status) && event.physicalId.startsWith('drs:fleet:')) {
      stack.fleetIds.set(`${event.stackId} ${event.logicalId}`, event.physicalId);
    }
    if (isNested(event.stackId)) {
      if (event.physicalId === event.stackId && COMPLETE.test(event.status)) {
        stack.completeNested.add(event.stackId);
      }
      stack.nestedId = event.status === 'CREATE_IN_PROGRESS' ? event.stackId : stack.nestedId;
      return;
    }
    stack.stackId = event.stackId;
    if (event.physicalId === event.stackId) {
      stack.turned(event.status);
    } else {
      stack.happened(event);
    }
  }
}

/** An update that began or failed says nothing: it may follow a create that failed. */
const COMPLETE = /^(CREATE_COMPLETE|UPDATE_(COMPLETE|ROLLBACK).*)$/;

/** A server by its ARN; a fleet under its name or with its selection; a drain with whatever links. */
function isDeclaredIn(spec: StackSpec | undefined, name: string, physicalId: string): boolean {
  const { disconnections = [], fleets = [], drain = 0 } = spec ?? {};
  return (
    disconnections.some(({ server }) => servers[server].arn === physicalId) ||
    (physicalId.startsWith('drs:fleet:') && fleets.some((fleet) => fleet.name === name || idOf(fleet) === physicalId)) ||
    (physicalId.startsWith('drs:drain:') && drain > 0)
  );
}

function idOf({ selection, role }: FleetSpec): string {
  const { region, tags } = selections[selection];
  return fleetId(role === undefined ? defaultAccountId : roles[role].accountId, region, tags);
}

function isNested(stackId: string): boolean {
  return stackId.includes(`-${NESTED}-`);
}
