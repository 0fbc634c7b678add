import { Clock } from '../control/clock';
import { FaultErrorKind } from '../control/faults';
import { partition } from '../defaults';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { xmlElement, xmlResponse } from '../http/xml';
import { Iam } from '../iam/iam';
import { ResourceProviders } from '../resource-provider';
import { decodeAwsChunked } from './aws-chunked';
import { BucketProvider } from './bucket-provider';
import { Bucket, Buckets, StoredObject, storedObject } from './buckets';
import { listObjects } from './list-objects';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** What each operation must be allowed to do. */
const actions: Record<string, string> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  ListObjectsV2: 's3:ListBucket',
  HeadBucket: 's3:ListBucket',
  GetBucketLocation: 's3:GetBucketLocation',
  GetBucketEncryption: 's3:GetEncryptionConfiguration',
};

/** Amazon S3 with path-style addresses: what deploying assets takes. */
export class S3 implements Service {
  readonly signingName = 's3';
  readonly providers: ResourceProviders;
  private readonly buckets = new Buckets();
  private readonly clock: Clock;
  private readonly iam: Iam;

  constructor({ clock, iam }: { clock: Clock; iam: Iam }) {
    this.clock = clock;
    this.iam = iam;
    this.providers = { 'AWS::S3::Bucket': new BucketProvider(this.buckets) };
  }

  getObject(bucket: string, key: string): Buffer | undefined {
    return this.buckets.find(bucket)?.objects.get(key)?.body;
  }

  putObject(bucket: string, key: string, body: Buffer, contentType = 'application/octet-stream'): void {
    const found = this.buckets.find(bucket);
    if (!found) throw noSuchBucket();
    found.objects.set(key, storedObject(key, body, contentType, this.clock.now()));
  }

  operationOf(request: ServiceRequest): string | undefined {
    const { bucket, key } = addressOf(request);
    if (!bucket) return undefined;
    if (key) return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[request.method];
    if (request.method === 'HEAD') return 'HeadBucket';
    if (request.method !== 'GET') return undefined;
    if (request.query.has('location')) return 'GetBucketLocation';
    if (request.query.has('encryption')) return 'GetBucketEncryption';
    return request.query.get('list-type') === '2' ? 'ListObjectsV2' : undefined;
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const operation = this.operationOf(request) ?? '';
    const { bucket: name, key } = addressOf(request);
    const bucket = this.buckets.find(name);
    const owner = bucket && { 'aws:ResourceAccount': bucket.accountId };
    this.iam.authorize(request.caller, actions[operation] ?? '', `arn:${partition}:s3:::${key ? `${name}/${key}` : name}`, owner);
    if (!bucket) throw noSuchBucket();
    const expectedOwner = request.headers['x-amz-expected-bucket-owner'] ?? bucket.accountId;
    if (bucket.accountId !== request.caller.accountId || bucket.accountId !== expectedOwner)
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    return this.perform(operation, bucket, key, request);
  }

  refuse(error: AwsError): ServiceResponse {
    const code = error.code
      .replace(/^AccessDeniedException$/, 'AccessDenied')
      .replace(/^UnrecognizedClientException$/, 'InvalidAccessKeyId')
      .replace(/^InvalidSignatureException$/, 'SignatureDoesNotMatch');
    return xmlResponse(error.status, xmlElement('Error', { Code: code, Message: error.message }), error.headers);
  }

  faultError(kind: FaultErrorKind): AwsError {
    if (kind === 'throttle') return new AwsError('SlowDown', 'Please reduce your request rate.', 503);
    if (kind === 'internal') return new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
    return new AwsError('AccessDenied', 'Access Denied', 403);
  }

  private perform(operation: string, bucket: Bucket, key: string, request: ServiceRequest): ServiceResponse {
    switch (operation) {
      case 'PutObject':
        this.putObject(bucket.name, key, payloadOf(request), request.headers['content-type']);
        return { status: 200, headers: { etag: objectIn(bucket, key).eTag } };
      case 'GetObject':
        return { status: 200, headers: headersOf(objectIn(bucket, key)), body: objectIn(bucket, key).body };
      case 'HeadObject':
        return { status: 200, headers: headersOf(objectIn(bucket, key)) };
      case 'DeleteObject':
        bucket.objects.delete(key);
        return { status: 204, headers: {} };
      case 'ListObjectsV2':
        return xmlResponse(200, xmlElement('ListBucketResult', listObjects(bucket, request.query), namespace));
      case 'GetBucketLocation':
        // S3 says nothing for its first Region.
        return xmlResponse(200, xmlElement('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region, namespace));
      case 'GetBucketEncryption':
        return xmlResponse(200, xmlElement('ServerSideEncryptionConfiguration', defaultEncryption, namespace));
      default:
        return { status: 200, headers: { 'x-amz-bucket-region': bucket.region } };
    }
  }
}

const defaultEncryption = { Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false } };

function addressOf(request: ServiceRequest): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    return { bucket: '', key: '' };
  }
}

function objectIn(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  return object;
}

function headersOf(object: StoredObject): Record<string, string> {
  return {
    'content-type': object.contentType,
    'content-length': String(object.body.length),
    etag: object.eTag,
    'last-modified': new Date(object.lastModified).toUTCString(),
  };
}

function payloadOf(request: ServiceRequest): Buffer {
  const { 'content-encoding': encoding = '', 'x-amz-content-sha256': contentHash = '' } = request.headers;
  if (!encoding.includes('aws-chunked') && !contentHash.startsWith('STREAMING-')) return request.body;
  const payload = decodeAwsChunked(request.body);
  const length = request.headers['x-amz-decoded-content-length'];
  if (length !== undefined && payload.length !== Number(length)) {
    throw new AwsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header', 400);
  }
  return payload;
}

function noSuchBucket(): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
}
