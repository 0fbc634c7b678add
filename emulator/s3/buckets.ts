import { createHash } from 'node:crypto';
import { AwsError } from '../http/service';

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly eTag: string;
  /** Emulated milliseconds since 1970. */
  readonly lastModified: number;
}

export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
}

/** Every bucket, in memory. */
export class Buckets {
  private readonly buckets = new Map<string, Bucket>();
  /** The names of those that nobody created. */
  private readonly presumed = new Set<string>();

  create(name: string, accountId: string, region: string): Bucket {
    const existing = this.buckets.get(name);
    if (existing && this.presumed.delete(name)) return existing;
    if (existing) throw new AwsError('BucketAlreadyExists', `${name} already exists`, 409);
    const bucket = { name, accountId, region, objects: new Map<string, StoredObject>() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  delete(name: string): void {
    if (this.buckets.get(name)?.objects.size) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    }
    this.buckets.delete(name);
  }

  /** The asset bucket of CDK's bootstrap is there in every account and Region, until a bootstrap makes it its own. */
  find(name: string): Bucket | undefined {
    const existing = this.buckets.get(name);
    const [, accountId, region] = /^cdk-[a-z0-9]+-assets-(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(name) ?? [];
    if (existing || !accountId || !region) return existing;
    const bootstrapped = { name, accountId, region, objects: new Map<string, StoredObject>() };
    this.buckets.set(name, bootstrapped);
    this.presumed.add(name);
    return bootstrapped;
  }
}

export function storedObject(key: string, body: Buffer, contentType: string, lastModified: number): StoredObject {
  return { key, body, contentType, eTag: `"${createHash('md5').update(body).digest('hex')}"`, lastModified };
}
