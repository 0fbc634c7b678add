import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { Unknowns } from '../../../emulator/settings';
import { servers } from '../simulation/fixtures';
import { Invariants } from '../simulation/invariants';
import { runningInvocation } from '../simulation/invocation';
import { Ledger } from '../simulation/ledger';
import { perform } from '../simulation/perform';
import type { Action, StackName } from '../simulation/steps';
import type { StackSpec } from '../simulation/templates';
import { World } from '../simulation/world';
import { type Genuine, KEPT, type Kept } from './deletions';

/** Whatever lingers or spreads is over by then, in milliseconds. */
const LATER = 3_600_000;
/** So often a deletion may fail before it must succeed. */
const MOST_FAILURES = 2;

/** Plays a deletion that is meant, and something that must disconnect nobody, in stacks of their own; returns what went wrong. */
export async function playRow(settings: Partial<Unknowns>, deletion: Genuine, other: Kept): Promise<string[]> {
  const ledger = new Ledger();
  const invariants = new Invariants(ledger);
  const world = await World.start(settings, 1, (event) => invariants.sent(event as CustomResourceEvent));
  invariants.watch(world);
  const row = new Row(world, ledger);
  try {
    await row.playOther(other);
    await row.playGenuine(deletion, settings);
    return [...row.faults, ...invariants.violations];
  } finally {
    world.stop();
  }
}

/** Judges by what DRS has of each server, and by who changed it; what a function logs or answers counts for nothing. */
class Row {
  readonly faults: string[] = [];
  /** The servers that a function has changed something of. */
  private readonly changed = new Set<string>();
  private failedDeletions = 0;

  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {
    world.drs.onChange(({ sourceServerID }) => void (runningInvocation() && this.changed.add(sourceServerID)));
    world.cloudFormation.onEvent(({ type, status }) => {
      this.failedDeletions += type.startsWith('Custom::') && status === 'DELETE_FAILED' ? 1 : 0;
    });
  }

  async playOther({ stands, steps, ends }: Kept) {
    if (stands) {
      await this.bringToStand('B', stands);
    }
    for (const step of steps) {
      await this.perform(step, step.then);
    }
    // It is not the newest any more, once it is deleted.
    const [{ status }] = this.ledger.all();
    this.demand(status === ends, `the stack B ended in ${status}, not in ${ends}`);
    const { sourceServerID } = servers[KEPT];
    this.demand(
      this.stateOf(KEPT) === 'CONTINUOUS' && !this.changed.has(sourceServerID),
      `${sourceServerID}, which is to be kept, was touched`,
    );
  }

  async playGenuine(deletion: Genuine, settings: Partial<Unknowns>) {
    const { spec, express, before = [], next, servers: meant, failsWith, heldForEver } = deletion;
    this.changed.clear();
    await this.bringToStand('A', spec, express);
    for (const action of before) {
      await this.perform(action, 600);
    }
    this.demand(this.changed.size === 0, 'a function changed something before the deletion');
    this.failedDeletions = 0;
    await this.perform(next ? { do: 'deploy', stack: 'A', spec: next, express } : { do: 'delete', stack: 'A', express });
    this.demand(failsWith?.(settings) === true || this.failedDeletions === 0, `${this.failedDeletions} deletions failed`);
    this.demand(this.areGone(deletion) || this.failedDeletions > 0, 'nothing failed, and not every server is disconnected');
    for (let failures = 0; this.ledger.get('A').status === 'DELETE_FAILED' && failures < MOST_FAILURES; failures++) {
      await this.mend(deletion, settings);
    }
    this.demand(this.areGone(deletion) || heldForEver?.(settings) === true, 'not every server is disconnected in the end');
    for (const { server } of [...spec.disconnections, ...(spec.nested?.disconnections ?? [])]) {
      const isRight = meant.includes(server) || this.stateOf(server) === 'CONTINUOUS';
      this.demand(isRight, `${servers[server].sourceServerID}, which is still declared, was disconnected`);
    }
  }

  /** A disconnect may take the record along. */
  private areGone({ servers: meant, records }: Genuine): boolean {
    return meant.map((server) => this.stateOf(server)).every((state) => state === undefined || (state === 'DISCONNECTED' && !records));
  }

  /** What a failed deletion says: see to what is in the way, then delete again. Where its function is gone, do by hand what is left. */
  private async mend({ mending = [], servers: meant }: Genuine, { failedDeletion }: Partial<Unknowns>) {
    for (const action of mending) {
      await this.perform(action);
    }
    await this.world.pass(LATER);
    const isFunctionGone = failedDeletion === 'deleted-all-the-same';
    for (const server of isFunctionGone ? meant : []) {
      await this.perform({ do: 'delete by hand', server });
    }
    await this.perform({ do: 'delete', stack: 'A', how: isFunctionGone ? 'retain' : undefined });
  }

  /** What stands was deployed long ago: its policies have spread. */
  private async bringToStand(stack: StackName, spec: StackSpec, express?: true) {
    const { roles } = this.world.iam;
    const { propagation } = roles;
    roles.propagation = 0;
    await this.perform({ do: 'deploy', stack, spec, express });
    if (express && this.ledger.get(stack).status === 'CREATE_FAILED') {
      // Its function may have been pending, and isn't any more then.
      await this.world.pass(LATER);
      await this.perform({ do: 'deploy', stack, spec, express });
    }
    roles.propagation = propagation;
    const { status } = this.ledger.get(stack);
    this.demand(/^(CREATE|UPDATE)_COMPLETE$/.test(status), `the stack ${stack} is in ${status}`);
  }

  /** Then everything comes to rest, or so many seconds pass. */
  private async perform(action: Action, seconds?: number) {
    await perform(action, this.world, this.ledger);
    if (seconds === undefined) {
      this.demand(await this.world.passUntil(() => this.ledger.isAtRest), `after two days ${JSON.stringify(action)} is not at its end`);
    }
    await this.world.pass((seconds ?? 5) * 1000);
  }

  private stateOf(index: number): string | undefined {
    return this.world.drs.sourceServer(servers[index].sourceServerID)?.dataReplicationInfo?.dataReplicationState;
  }

  private demand(holds: boolean, otherwise: string) {
    if (!holds) {
      this.faults.push(otherwise);
    }
  }
}
