import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { Demand } from './demand';
import type { Invocation } from './invocation';
import type { Cause, Ledger, RootStack } from './ledger';

/** What is not told apart, and said in docs/reliability.md: limits, which the regressions pin down. */
export const LATE = 'a Delete that was not genuine came again, and disconnected';
export const STALE = 'a Delete came twice, and one run went on after the other had answered';

/** What a stack was about at some time. */
type View = Pick<RootStack, 'turns' | 'deletesGenuinely'>;

/** Whether CloudFormation means what is changed: by what it knew when it sent the request, and knows now. */
export class Meaning {
  /** By request ID. */
  private readonly causes = new Map<string, Cause & { readonly turns: number }>();
  /** How a run found its stack when it looked last. */
  private readonly looks = new Map<Invocation, View>();

  constructor(
    private readonly ledger: Ledger,
    private readonly demand: Demand,
    private readonly see: (sight: string) => void,
  ) {}

  /** Called when CloudFormation sends a request, and knows why. */
  sent(event: CustomResourceEvent) {
    if (event.RequestType === 'Delete') {
      const stack = this.ledger.of(event.StackId);
      this.causes.set(event.RequestId, { ...stack.causeOf(event), turns: stack.turns });
    }
  }

  /** Called when a run reads the status of its stack. */
  looked(invocation: Invocation) {
    const { turns, deletesGenuinely } = this.ledger.of(invocation.event.StackId);
    this.looks.set(invocation, { turns, deletesGenuinely });
  }

  causeOf({ RequestId }: CustomResourceEvent): Cause | undefined {
    return this.causes.get(RequestId);
  }

  /** Called when a run changes something, or waits; `isAnswered` tells whether its request has been answered before. */
  check(told: string, invocation: Invocation, isAnswered: boolean) {
    const { event } = invocation;
    const { RequestType, RequestId, StackId, PhysicalResourceId = '' } = event;
    const cause = this.causes.get(RequestId);
    const stack = this.ledger.of(StackId);
    const look = this.looks.get(invocation);
    const isStale = isAnswered && look !== undefined && look.turns !== stack.turns;
    const isLate = isLateIn(isStale ? look : stack, cause);
    this.demand(RequestType === 'Delete' && (cause?.genuine || isLate) === true, 'I2', `${told}, which was sent because: ${cause?.why}`);
    this.demand(!stack.retained.has(PhysicalResourceId), 'I2', `${told}, which its user has retained`);
    const isDeclared = stack.declares(event);
    this.demand(isStale || !isDeclared, 'I2', `${told}, which is still declared there (${stack.phase})`);
    this.demand(isStale || stack.phase !== 'at rest', 'I5', `${told}, although the stack is at rest`);
    if (isLate && !cause?.genuine) {
      this.see(LATE);
    }
    if (isStale && (isDeclared || stack.phase === 'at rest')) {
      this.see(STALE);
    }
  }
}

/** A request that Lambda delivers once more in a later operation looks like one of that operation. */
function isLateIn({ turns, deletesGenuinely }: View, cause?: { readonly turns: number }): boolean {
  return cause !== undefined && turns !== cause.turns && deletesGenuinely;
}
