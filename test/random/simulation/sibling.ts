import type { Clock } from '../../../emulator/control/clock';
import type { CreatedResource, ResourceProvider, ResourceRequest } from '../../../emulator/resource-provider';

export type Verb = 'create' | 'update' | 'delete';

/** How a resource that is none of ours takes what is asked of it. */
export interface SiblingBehaviour {
  readonly seconds?: Partial<Readonly<Record<Verb, number>>>;
  readonly fails?: readonly Verb[];
}

/** Test::Sibling: stands for whatever else is in the stack, and may be slow or fail. */
export class Siblings implements ResourceProvider {
  /** From now on nothing is slow and nothing fails. */
  areWell = false;

  constructor(private readonly clock: Clock) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    await this.carryOut('create', request);
    return { physicalId: `sibling-${request.logicalId}`, attributes: {} };
  }

  async update(request: ResourceRequest & { readonly physicalId: string }): Promise<CreatedResource> {
    await this.carryOut('update', request);
    return { physicalId: request.physicalId, attributes: {} };
  }

  async delete(request: ResourceRequest): Promise<void> {
    await this.carryOut('delete', request);
  }

  private async carryOut(verb: Verb, { properties }: ResourceRequest) {
    const { seconds = {}, fails = [] } = JSON.parse(String(properties.Behaviour)) as SiblingBehaviour;
    if (!this.areWell) {
      await this.clock.sleep((seconds[verb] ?? 0) * 1000);
      if (fails.includes(verb)) {
        throw new Error(`the sibling can't ${verb}, as asked`);
      }
    }
  }
}
