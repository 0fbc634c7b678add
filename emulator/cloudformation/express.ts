import { Clock } from '../control/clock';
import { EngineProvider } from './engine';
import { Stack } from './stack';

/** For so long a new function is pending, in seconds: Lambda refuses to invoke it. Only express mode doesn't wait for that. */
const PENDING = 10;

const COMPLETE = 'Resource operation completed using Express Mode. It may continue becoming available in the background.';

export function isExpress({ root }: Stack): boolean {
  return root.options.mode === 'EXPRESS';
}

/** What is said of a resource that is complete: in express mode, that it may not be ready. Custom resources and nested stacks are awaited. */
export function reasonOfCompletion(stack: Stack, type: string): string | undefined {
  return isExpress(stack) && !/^(Custom::|AWS::CloudFormation::)/.test(type) ? COMPLETE : undefined;
}

/** Thrown for the invocation of a function that is still pending. */
export class FunctionIsPending extends Error {
  constructor(functionArn: string) {
    super(`The operation cannot be performed at this time. The function is currently in the following state: Pending (${functionArn})`);
  }
}

/** The functions that stacks in express mode have made a moment ago. */
export class PendingFunctions {
  private readonly until = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly stackOf: (stackId: string) => Stack,
  ) {}

  /** A provider of functions, which are pending at first where nobody waits for them. */
  by(provider: EngineProvider): EngineProvider {
    return {
      create: async (request) => {
        const created = await provider.create(request);
        if (isExpress(this.stackOf(request.stack.stackId)))
          this.until.set(String(created.attributes.Arn), this.clock.now() + PENDING * 1000);
        return created;
      },
      update: (request) => provider.update(request),
      delete: (request) => provider.delete(request),
    };
  }

  /** Throws while Lambda refuses to invoke it. */
  check(functionArn: string): void {
    if ((this.until.get(functionArn) ?? 0) > this.clock.now()) throw new FunctionIsPending(functionArn);
  }
}
