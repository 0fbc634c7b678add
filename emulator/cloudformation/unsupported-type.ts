import { partition } from '../defaults';
import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { ResourceInstance } from './model';
import { Stack } from './stack';

const longestPhysicalName = 255;

/** Resource types that are not supported: accepted as they are, with a made-up physical ID. */
export class UnsupportedTypes implements ResourceProvider {
  private readonly named = new Set(['AWS::CDK::Metadata']);

  constructor(private readonly onUnsupportedType: (type: string) => void) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const { resourceType } = request;
    if (!this.named.has(resourceType)) this.onUnsupportedType(resourceType);
    this.named.add(resourceType);
    return { physicalId: physicalName(request, longestPhysicalName), attributes: {} };
  }

  async update({ physicalId }: { readonly physicalId: string }): Promise<CreatedResource> {
    return { physicalId, attributes: {} };
  }

  async delete(): Promise<void> {
    // There is nothing to delete.
  }
}

/** A plausible value for any attribute. */
export function madeUpAttribute({ definition, physicalId = '' }: ResourceInstance, name: string, { accountId, region }: Stack): string {
  const service = definition.type.split('::')[1]?.toLowerCase() ?? 'unknown';
  return /arn$/i.test(name)
    ? `arn:${partition}:${service}:${region}:${accountId}:${physicalId}`
    : `${physicalId}-${name.replaceAll('.', '-')}`;
}
