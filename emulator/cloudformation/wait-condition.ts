import { Clock } from '../control/clock';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { ResourceFailure } from './errors';

/** AWS::CloudFormation::WaitCondition. Nobody can signal its handle here, so it always times out: an honest way to fail a deployment. */
export class WaitConditions implements ResourceProvider {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly clock: Clock) {}

  create({ properties, signal }: ResourceRequest): Promise<CreatedResource> {
    return new Promise((_, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        this.timers.delete(timer);
        signal.removeEventListener('abort', cancelled);
        reject(new ResourceFailure(reason));
      };
      const cancelled = (): void => fail('Resource creation cancelled');
      const expecting = (properties.Count as string | undefined) ?? '1';
      const timer = this.clock.after(Number(properties.Timeout ?? 0) * 1000, () =>
        fail(`WaitCondition timed out. Received 0 conditions when expecting ${expecting}`),
      );
      this.timers.add(timer);
      signal.addEventListener('abort', cancelled, { once: true });
    });
  }

  async update(): Promise<CreatedResource> {
    throw new ResourceFailure('Update to resource type AWS::CloudFormation::WaitCondition is not supported.', undefined, false);
  }

  async delete(): Promise<void> {
    // There is nothing to delete.
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}

/** AWS::CloudFormation::WaitConditionHandle: a Ref to it is a URL. */
export class WaitConditionHandles implements ResourceProvider {
  constructor(private readonly url: () => string) {}

  async create(): Promise<CreatedResource> {
    return { physicalId: this.url(), attributes: {} };
  }

  async update({ physicalId }: { readonly physicalId: string }): Promise<CreatedResource> {
    return { physicalId, attributes: {} };
  }

  async delete(): Promise<void> {
    // There is nothing to delete.
  }
}
