import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { decodeAwsChunked } from '../../../emulator/s3/aws-chunked';
import { sendSigned } from '../http/signed-request';
import { resource, Services } from '../services';

const Bucket = 'cdk-hnb659fds-assets-111122223333-eu-central-1';
let services: Services;
beforeEach(async () => {
  services = await Services.start();
});
afterEach(() => services.stop());

const put = (Key: string, Body = 'hello', more = {}) => services.s3Client().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

test('what is put can be read, by the client and in this process', async () => {
  const { ETag } = await put('a folder/ä&b.zip', 'hello', { ContentType: 'application/zip' });
  const got = await services.s3Client().send(new GetObjectCommand({ Bucket, Key: 'a folder/ä&b.zip' }));
  expect(got).toMatchObject({ ETag, ContentType: 'application/zip', ContentLength: 5, LastModified: expect.any(Date) });
  expect(await got.Body?.transformToString()).toBe('hello');
  expect(services.s3.getObject(Bucket, 'a folder/ä&b.zip')?.toString()).toBe('hello');
  const head = await services.s3Client().send(new HeadObjectCommand({ Bucket, Key: 'a folder/ä&b.zip' }));
  expect(head).toMatchObject({ ETag, ContentLength: 5 });
});

test('what is deleted is gone, and deleting it again is no error', async () => {
  await put('gone');
  const remove = () => services.s3Client().send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  await remove();
  await remove();
  expect(services.s3.getObject(Bucket, 'gone')).toBeUndefined();
});

test('an aws-chunked body is stored without its chunks', async () => {
  await put('chunked', 'hello '.repeat(50_000), { ChecksumAlgorithm: 'SHA256' });
  expect(services.s3.getObject(Bucket, 'chunked')?.toString()).toBe('hello '.repeat(50_000));
  const signed =
    '5;chunk-signature=00\r\nhello\r\n6;chunk-signature=01\r\n world\r\n0;chunk-signature=02\r\nx-amz-checksum-crc32:AA==\r\n\r\n';
  const response = await sendSigned(services.gateway.endpoint, {
    service: 's3',
    credentials: services.iam.operatorCredentials('111122223333'),
    method: 'PUT',
    path: `/${Bucket}/signed`,
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '11',
    },
    body: signed,
  });
  expect(response.status).toBe(200);
  expect(services.s3.getObject(Bucket, 'signed')?.toString()).toBe('hello world');
});

test.each(['5\r\nhel', 'hello', 'zz\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n'])('an incomplete aws-chunked body is refused: %j', (body) => {
  expect(() => decodeAwsChunked(Buffer.from(body))).toThrow('terminated unexpectedly');
});

test('lists in pages, by prefix and up to a delimiter', async () => {
  for (const key of ['b/2', 'a', 'b/1', 'c/1', 'b/3']) await put(key);
  const list = (more: object) => services.s3Client().send(new ListObjectsV2Command({ Bucket, ...more }));
  const all = await list({});
  expect(all.Contents?.map(({ Key }) => Key)).toEqual(['a', 'b/1', 'b/2', 'b/3', 'c/1']);
  const first = await list({ Prefix: 'b/', MaxKeys: 2 });
  expect(first).toMatchObject({ KeyCount: 2, IsTruncated: true, Contents: [{ Key: 'b/1', Size: 5 }, { Key: 'b/2' }] });
  const second = await list({ Prefix: 'b/', MaxKeys: 2, ContinuationToken: first.NextContinuationToken });
  expect(second).toMatchObject({ KeyCount: 1, IsTruncated: false, Contents: [{ Key: 'b/3' }] });
  expect(await list({ Delimiter: '/' })).toMatchObject({ Contents: [{ Key: 'a' }], CommonPrefixes: [{ Prefix: 'b/' }, { Prefix: 'c/' }] });
});

test('a bootstrap bucket is where its name says', async () => {
  const client = services.s3Client();
  expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({ LocationConstraint: 'eu-central-1' });
  const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }));
  expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
  await client.send(new HeadBucketCommand({ Bucket }));
});

test('a bootstrap takes over the bucket that is there without it, once', async () => {
  await put('before');
  const bootstrap = () => services.s3.providers['AWS::S3::Bucket']?.create(resource('StagingBucket', { BucketName: Bucket }));
  expect(await bootstrap()).toMatchObject({ physicalId: Bucket });
  expect(services.s3.getObject(Bucket, 'before')?.toString()).toBe('hello');
  await expect(bootstrap()).rejects.toThrow('already exists');
});

test.each<[string, (client: ReturnType<Services['s3Client']>) => Promise<unknown>, string]>([
  ['an unknown bucket', (client) => client.send(new ListObjectsV2Command({ Bucket: 'nobodys' })), 'NoSuchBucket'],
  ['an unknown bucket, asked without a body', (client) => client.send(new HeadBucketCommand({ Bucket: 'nobodys' })), 'NotFound'],
  ['an unknown key', (client) => client.send(new GetObjectCommand({ Bucket, Key: 'none' })), 'NoSuchKey'],
  ['an unknown key, asked without a body', (client) => client.send(new HeadObjectCommand({ Bucket, Key: 'none' })), 'NotFound'],
  [
    "another account's bucket",
    (client) => client.send(new GetObjectCommand({ Bucket: Bucket.replace('1111', '4444'), Key: 'a' })),
    'AccessDenied',
  ],
  [
    'another owner than expected',
    (client) => client.send(new GetBucketLocationCommand({ Bucket, ExpectedBucketOwner: '444455556666' })),
    'AccessDenied',
  ],
])('refuses %s', async (_name, send, error) => {
  await expect(send(services.s3Client())).rejects.toMatchObject({ name: error });
});

test('a role needs a permission for each object', async () => {
  await put('mine/a');
  await put('other/a');
  const credentials = await services.roleWith({ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/mine/*` });
  const get = (Key: string) => services.s3Client({ credentials }).send(new GetObjectCommand({ Bucket, Key }));
  await expect(get('mine/a')).resolves.toMatchObject({ ContentLength: 5 });
  await expect(get('other/a')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a permission can be bound to the account of the bucket', async () => {
  await put('a');
  const get = async (owner: string) => {
    const Condition = { StringEquals: { 'aws:ResourceAccount': owner } };
    const credentials = await services.roleWith({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition });
    return services.s3Client({ credentials }).send(new GetObjectCommand({ Bucket, Key: 'a' }));
  };
  await expect(get('111122223333')).resolves.toMatchObject({ ContentLength: 5 });
  await expect(get('444455556666')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('throttles as S3 does', async () => {
  services.faults.add({ service: 's3', operation: 'PutObject', kind: 'throttle' });
  await expect(put('a')).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
});

test('AWS::S3::Bucket is there from its creation to its deletion, which an object prevents', async () => {
  const provider = services.s3.providers['AWS::S3::Bucket'];
  const bucket = await provider?.create(resource('Bucket', {}));
  expect(bucket).toMatchObject({
    physicalId: expect.stringMatching(/^stack-bucket-[a-z2-7]{12}$/),
    attributes: { Arn: `arn:aws:s3:::${bucket?.physicalId}` },
  });
  const request = { ...resource('Bucket', {}), physicalId: bucket?.physicalId ?? '' };
  services.s3.putObject(request.physicalId, 'key', Buffer.from('x'));
  await expect(provider?.delete(request)).rejects.toThrow('The bucket you tried to delete is not empty');
  const empty = await provider?.create(resource('Bucket', { BucketName: 'empty' }));
  await expect(provider?.create(resource('Bucket', { BucketName: 'empty' }))).rejects.toThrow('empty already exists');
  await provider?.delete({ ...request, physicalId: empty?.physicalId ?? '' });
  expect(() => services.s3.putObject('empty', 'key', Buffer.from('x'))).toThrow('The specified bucket does not exist');
});
