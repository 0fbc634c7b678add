/** The stack that a resource belongs to. */
export interface StackIdentity {
  readonly stackId: string;
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
}

/** What CloudFormation asks the provider of a resource type; intrinsics are resolved already. */
export interface ResourceRequest {
  readonly stack: StackIdentity;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly properties: Record<string, unknown>;
  /** Aborted when CloudFormation cancels the creation. */
  readonly signal: AbortSignal;
}

export interface CreatedResource {
  readonly physicalId: string;
  /** What Fn::GetAtt can read; nested names are spelled with dots. */
  readonly attributes: Record<string, unknown>;
}

/** A resource type. A thrown error's message is the reason of CREATE_FAILED, UPDATE_FAILED or DELETE_FAILED. */
export interface ResourceProvider {
  create(request: ResourceRequest): Promise<CreatedResource>;
  /** A changed physical ID is a replacement: CloudFormation deletes the old one in its clean-up. */
  update(
    request: ResourceRequest & { readonly physicalId: string; readonly oldProperties: Record<string, unknown> },
  ): Promise<CreatedResource>;
  delete(request: ResourceRequest & { readonly physicalId: string }): Promise<void>;
}

/** Providers by resource type. */
export type ResourceProviders = Readonly<Record<string, ResourceProvider>>;
