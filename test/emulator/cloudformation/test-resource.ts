import { CreatedResource, ResourceProvider, ResourceRequest } from '../../../emulator/resource-provider';

type Verb = 'create' | 'update' | 'delete';

/** Test::Resource: does at once what its properties say. Id is the physical ID; FailOn names what fails, HoldOn what waits for `release`. */
export class TestResources implements ResourceProvider {
  /** `VERB PHYSICALID` in the order of their begin. */
  readonly calls: string[] = [];
  private held: (() => void)[] = [];

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const { logicalId, properties } = request;
    const physicalId = (properties.Id as string | undefined) ?? logicalId;
    await this.carryOut('create', physicalId, request);
    return { physicalId, attributes: { Echo: properties.Echo ?? 'nothing' } };
  }

  async update(request: ResourceRequest & { readonly physicalId: string }): Promise<CreatedResource> {
    const physicalId = (request.properties.Id as string | undefined) ?? request.physicalId;
    await this.carryOut('update', physicalId, request);
    return { physicalId, attributes: { Echo: request.properties.Echo ?? 'nothing' } };
  }

  async delete(request: ResourceRequest & { readonly physicalId: string }): Promise<void> {
    await this.carryOut('delete', request.physicalId, request);
  }

  /** Lets everything go on that waits. */
  release(): void {
    const waiting = this.held;
    this.held = [];
    for (const goOn of waiting) goOn();
  }

  private async carryOut(verb: Verb, physicalId: string, { properties }: ResourceRequest): Promise<void> {
    this.calls.push(`${verb} ${physicalId}`);
    const { FailOn = [], HoldOn = [] } = properties as { FailOn?: string[]; HoldOn?: string[] };
    if (HoldOn.includes(verb)) await new Promise<void>((resolve) => this.held.push(resolve));
    if (FailOn.includes(verb)) throw new Error(`${physicalId} can't ${verb}, as asked`);
  }
}
