import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { Demand } from './demand';
import type { Invocation } from './invocation';
import type { Cause, Ledger } from './ledger';

/** What is not told apart, and said in docs/reliability.md: a limit, which the regressions pin down. */
export const STALE = 'a Delete came twice, and one run went on after the other had answered';

/** Whether CloudFormation means what is changed: by what it knew when it sent the request, and knows now. */
export class Meaning {
  /** By request ID. */
  private readonly causes = new Map<string, Cause>();
  /** How often the status of its stack had turned when a run looked last. */
  private readonly looks = new Map<Invocation, number>();

  constructor(
    private readonly ledger: Ledger,
    private readonly demand: Demand,
    private readonly see: (sight: string) => void,
  ) {}

  /** Called when CloudFormation sends a request, and knows why. */
  sent(event: CustomResourceEvent) {
    if (event.RequestType === 'Delete') {
      this.causes.set(event.RequestId, this.ledger.of(event.StackId).causeOf(event));
    }
  }

  /** Called when a run reads the status of its stack. */
  looked(invocation: Invocation) {
    this.looks.set(invocation, this.ledger.of(invocation.event.StackId).turns);
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
    const isStale = isAnswered && look !== undefined && look !== stack.turns;
    const isMeant = cause !== undefined && stack.means(cause);
    this.demand(RequestType === 'Delete' && isMeant, 'I2', `${told}, which was sent because: ${cause?.why}`);
    this.demand(!stack.retained.has(PhysicalResourceId), 'I2', `${told}, which its user has retained`);
    const isDeclared = stack.declares(event);
    this.demand(isStale || !isDeclared, 'I2', `${told}, which is still declared there (${stack.phase})`);
    this.demand(isStale || stack.phase !== 'at rest', 'I5', `${told}, although the stack is at rest`);
    if (isStale && (isDeclared || stack.phase === 'at rest')) {
      this.see(STALE);
    }
  }
}
