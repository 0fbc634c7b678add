import { partition } from '../defaults';
import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { Buckets } from './buckets';

/** AWS::S3::Bucket: its name and its objects; nothing of its configuration. */
export class BucketProvider implements ResourceProvider {
  constructor(private readonly buckets: Buckets) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const name = nameIn(request.properties) ?? physicalName(request, 63).toLowerCase();
    this.buckets.create(name, request.stack.accountId, request.stack.region);
    return created(name, request.stack.region);
  }

  async update(request: ResourceRequest & { physicalId: string; oldProperties: Record<string, unknown> }): Promise<CreatedResource> {
    const renamed = nameIn(request.properties) !== nameIn(request.oldProperties);
    return renamed ? this.create(request) : created(request.physicalId, request.stack.region);
  }

  async delete({ physicalId }: ResourceRequest & { physicalId: string }): Promise<void> {
    this.buckets.delete(physicalId);
  }
}

function nameIn(properties: Record<string, unknown>): string | undefined {
  return properties.BucketName as string | undefined;
}

function created(name: string, region: string): CreatedResource {
  const regionalDomainName = `${name}.s3.${region}.amazonaws.com`;
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:${partition}:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: regionalDomainName,
      DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website.${region}.amazonaws.com`,
    },
  };
}
