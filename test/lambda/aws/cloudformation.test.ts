import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as official from '@aws-sdk/client-cloudformation';
import * as ours from '../../../lambda/aws/cloudformation';
import { parseXml } from '../../../lambda/aws/xml';

// The SDK's own commands are right by definition: ours send the same requests, and read the same of the answers.

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/LandingZone/00000000-0000-4000-8000-000000000000';

interface Sent {
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let endpoint: string;
let sent: Sent[];
let answer: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      sent.push({ url: `${request.method} ${request.url}`, headers: request.headers, body });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await once(server.close(), 'close');
});

beforeEach(() => {
  sent = [];
});

const configuration = (more: object = {}) => ({
  region: 'eu-central-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
  endpoint,
  ...more,
});

/** What becomes of both commands, the official one first. */
async function outcomes(...commands: readonly object[]): Promise<unknown[]> {
  const client = new official.CloudFormationClient(configuration());
  const results: unknown[] = [];
  for (const command of commands) {
    results.push(await client.send(command as official.DescribeStacksCommand).catch((error: unknown) => error));
  }
  client.destroy();
  return results;
}

/** The headers that are the same for the same request: not its ID, nor the time and what is made of it. */
function lasting({ url, body, headers }: Sent) {
  const { authorization, ...others } = headers;
  delete others['amz-sdk-invocation-id'];
  delete others['x-amz-date'];
  return { url, body, headers: others, signed: authorization?.replace(/\/\d{8}\/|Signature=.*/g, '') };
}

const withSpecialCharacters = "arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/a b+c&d=e%f~g!'()*ü/1";

test.each<[string, object, object]>([
  ['DescribeStacks', new official.DescribeStacksCommand({ StackName: STACK_ID }), new ours.DescribeStacksCommand({ StackName: STACK_ID })],
  [
    'ListStackResources',
    new official.ListStackResourcesCommand({ StackName: STACK_ID, NextToken: undefined }),
    new ours.ListStackResourcesCommand({ StackName: STACK_ID, NextToken: undefined }),
  ],
  [
    'ListStackResources, a further page, and every character that is escaped',
    new official.ListStackResourcesCommand({ StackName: withSpecialCharacters, NextToken: 'a/b+c=' }),
    new ours.ListStackResourcesCommand({ StackName: withSpecialCharacters, NextToken: 'a/b+c=' }),
  ],
])('sends the same request: %s', async (_what, theirs, own) => {
  answer = { status: 500, body: '' };
  await outcomes(theirs, own);
  const [first, second] = sent.map(lasting);
  expect(second).toEqual(first);
  expect(first.signed).toMatch(/^AWS4-HMAC-SHA256 Credential=key.*SignedHeaders=.*content-type/);
});

test.each<[string, object, string]>([
  ['a Region', { region: 'eu-west-1' }, 'cloudformation.eu-west-1.amazonaws.com'],
  ['GovCloud', { region: 'us-gov-west-1' }, 'cloudformation.us-gov-west-1.amazonaws.com'],
  ['FIPS', { region: 'us-east-1', useFipsEndpoint: true }, 'cloudformation-fips.us-east-1.amazonaws.com'],
  ['FIPS in GovCloud', { region: 'us-gov-west-1', useFipsEndpoint: true }, 'cloudformation.us-gov-west-1.amazonaws.com'],
  ['dual-stack', { region: 'eu-west-1', useDualstackEndpoint: true }, 'cloudformation.eu-west-1.api.aws'],
  ['another partition', { region: 'cn-north-1' }, 'cloudformation.cn-north-1.amazonaws.com.cn'],
])('goes to the same endpoint: %s', async (_what, more, hostname) => {
  const requested: string[] = [];
  const requestHandler = {
    handle: (request: { protocol: string; hostname: string; path: string }) => {
      requested.push(`${request.protocol}//${request.hostname}${request.path}`);
      return Promise.reject(new Error('enough is known'));
    },
  };
  const client = new official.CloudFormationClient(configuration({ ...more, endpoint: undefined, requestHandler }));
  await client.send(new official.DescribeStacksCommand({ StackName: STACK_ID })).catch(() => undefined);
  await client.send(new ours.DescribeStacksCommand({ StackName: STACK_ID })).catch(() => undefined);
  expect(requested).toEqual([`https://${hostname}/`, `https://${hostname}/`]);
});

test.each([
  ['AWS_ENDPOINT_URL', ''],
  ['AWS_ENDPOINT_URL_CLOUDFORMATION', ''],
  ['AWS_ENDPOINT_URL', '/with/a/path'],
])('goes where %s says%s', async (variable, path) => {
  process.env[variable] = endpoint + path;
  answer = { status: 500, body: '' };
  const client = new official.CloudFormationClient(configuration({ endpoint: undefined }));
  await client.send(new ours.DescribeStacksCommand({ StackName: STACK_ID })).catch(() => undefined);
  delete process.env[variable];
  expect(sent.map(({ url }) => url)).toEqual([`POST ${path}/`]);
});

const DESCRIBED = `<?xml version="1.0"?>
<!-- a comment -->
<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult>
    <Stacks>
      <member>
        <StackId>${STACK_ID}</StackId>
        <StackName>LandingZone</StackName>
        <StackStatus>DELETE_IN_PROGRESS</StackStatus>
        <StackStatusReason>it&apos;s &lt;b&gt; &quot;&amp;amp;&quot; &#xD;&#10; &unknown; ü </StackStatusReason>
        <ParentId>${STACK_ID}/parent</ParentId>
        <Description/>
        <Parameters><member><ParameterKey>StackStatus</ParameterKey><ParameterValue>&lt;StackStatus&gt;</ParameterValue></member></Parameters>
        <CreationTime>2026-11-23T03:00:00Z</CreationTime>
      </member>
      <member>
        <StackName>Other</StackName>
        <StackStatus>CREATE_COMPLETE</StackStatus>
        <CreationTime>2026-11-23T03:00:00Z</CreationTime>
      </member>
    </Stacks>
  </DescribeStacksResult>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</DescribeStacksResponse>
`;
const NONE = '<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>';

test.each([
  ['several', DESCRIBED, 2],
  ['none', NONE, 0],
])('reads the same of stacks: %s', async (_what, body, count) => {
  answer = { status: 200, body };
  const [theirs, own] = (await outcomes(
    new official.DescribeStacksCommand({ StackName: STACK_ID }),
    new ours.DescribeStacksCommand({ StackName: STACK_ID }),
  )) as [official.DescribeStacksCommandOutput, { Stacks: ours.Stack[] }];
  const picked = theirs.Stacks?.map(({ StackId, StackName, StackStatus, StackStatusReason, ParentId, CreationTime }) => ({
    StackId,
    StackName,
    StackStatus,
    StackStatusReason,
    ParentId,
    CreationTime,
    LastOperations: undefined,
  }));
  expect(own.Stacks).toEqual(picked);
  expect(own.Stacks).toHaveLength(count);
});

test('reads the same of resources', async () => {
  const members = ['One', 'Two'].map(
    (id) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>drs:${id}</PhysicalResourceId><ResourceType>Custom::${id}</ResourceType>` +
      '<ResourceStatus>DELETE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-23T03:00:00.123Z</LastUpdatedTimestamp></member>',
  );
  const result = `<StackResourceSummaries>${members.join('')}</StackResourceSummaries><NextToken>a&amp;b</NextToken>`;
  answer = {
    status: 200,
    body: `<ListStackResourcesResponse><ListStackResourcesResult>${result}</ListStackResourcesResult></ListStackResourcesResponse>`,
  };
  const [theirs, own] = (await outcomes(
    new official.ListStackResourcesCommand({ StackName: STACK_ID }),
    new ours.ListStackResourcesCommand({ StackName: STACK_ID }),
  )) as [official.ListStackResourcesCommandOutput, official.ListStackResourcesCommandOutput];
  expect(own.StackResourceSummaries).toEqual(theirs.StackResourceSummaries);
  expect(own.StackResourceSummaries).toHaveLength(2);
  expect(own.NextToken).toBe(theirs.NextToken);
});

test('reads the same of events', async () => {
  const members = ['One', 'Two'].map(
    (id) =>
      `<member><StackId>${STACK_ID}</StackId><EventId>${id}</EventId><StackName>LandingZone</StackName><LogicalResourceId>${id}</LogicalResourceId>` +
      `<PhysicalResourceId>drs:${id}</PhysicalResourceId><ResourceType>Custom::${id}</ResourceType><Timestamp>2026-11-23T03:00:00.123Z</Timestamp>` +
      '<ResourceStatus>DELETE_FAILED</ResourceStatus><ResourceStatusReason>it&apos;s in use</ResourceStatusReason></member>',
  );
  const result = `<StackEvents>${members.join('')}</StackEvents><NextToken>a&amp;b</NextToken>`;
  answer = {
    status: 200,
    body: `<DescribeStackEventsResponse><DescribeStackEventsResult>${result}</DescribeStackEventsResult></DescribeStackEventsResponse>`,
  };
  const [theirs, own] = (await outcomes(
    new official.DescribeStackEventsCommand({ StackName: STACK_ID }),
    new ours.DescribeStackEventsCommand({ StackName: STACK_ID }),
  )) as [official.DescribeStackEventsCommandOutput, official.DescribeStackEventsCommandOutput];
  const picked = theirs.StackEvents?.map(
    ({ LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason }) => ({
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType,
      ResourceStatus,
      ResourceStatusReason,
    }),
  );
  expect(own.StackEvents).toEqual(picked);
  expect(own.StackEvents).toHaveLength(2);
  expect(own.NextToken).toBe(theirs.NextToken);
});

test('does not make an empty list of none', async () => {
  answer = {
    status: 200,
    body: '<Response><DescribeStacksResult/><ListStackResourcesResult><NextToken>a</NextToken></ListStackResourcesResult></Response>',
  };
  const [stacks, resources] = [
    new ours.DescribeStacksCommand({ StackName: STACK_ID }),
    new ours.ListStackResourcesCommand({ StackName: STACK_ID }),
  ];
  expect((await outcomes(stacks, resources)) as object[]).toMatchObject([
    { Stacks: undefined },
    { StackResourceSummaries: undefined, NextToken: 'a' },
  ]);
  answer.body =
    '<Response><DescribeStacksResult><Stacks/></DescribeStacksResult><ListStackResourcesResult><StackResourceSummaries/></ListStackResourcesResult></Response>';
  expect((await outcomes(stacks, resources)) as object[]).toMatchObject([{ Stacks: [] }, { StackResourceSummaries: [] }]);
});

test('reads every character by its number', () => {
  expect(parseXml('<a>&#xe4;&#xE4;&#228;&#x1F600;</a>').text).toBe('äää😀');
});

const error = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

test.each<[string, number, string]>([
  ['throttled', 400, error('Throttling', 'Rate exceeded')],
  ['not allowed', 403, error('AccessDenied', 'User: arn:aws:sts::1:x is not authorized &amp; more')],
  ['no such stack', 400, error('ValidationError', 'Stack with id X does not exist')],
  ['out of order', 503, error('ServiceUnavailable', 'Service is unable to handle request.')],
  ['out of order, without a word', 503, ''],
  ['a proxy', 403, '<html><body>no</body></html>'],
])('fails with the same error: %s', async (_what, status, body) => {
  answer = { status, body };
  const [theirs, own] = await outcomes(
    new official.DescribeStacksCommand({ StackName: STACK_ID }),
    new ours.DescribeStacksCommand({ StackName: STACK_ID }),
  );
  const seen = (thrown: unknown) => {
    const { name, message, $fault, $metadata, $response } = thrown as official.CloudFormationServiceException;
    return { name, message, $fault, status: $metadata.httpStatusCode, response: $response?.statusCode };
  };
  expect(own).toBeInstanceOf(Error);
  expect(seen(own)).toEqual(seen(theirs));
});

test.each([
  ['cut off in the middle', DESCRIBED.slice(0, DESCRIBED.indexOf('<Description'))],
  ['cut off in a tag', DESCRIBED.slice(0, DESCRIBED.indexOf('StackStatus>'))],
  ['cut off at its end', DESCRIBED.slice(0, DESCRIBED.lastIndexOf('</DescribeStacksResponse'))],
  ['closed in the wrong order', DESCRIBED.replace('</StackName>', '</StackId>')],
  ['two documents', NONE + NONE],
  ['of something else', '<html><body>sign in</body></html>'],
  ['no XML', 'upstream timed out'],
  ['empty', ''],
])('an answer that is %s is none of the service: it will be asked again', async (_what, body) => {
  answer = { status: 200, body };
  const [own] = await outcomes(new ours.DescribeStacksCommand({ StackName: STACK_ID }));
  expect(own).toBeInstanceOf(Error);
  // By that lambda/aws/retry.ts knows it.
  expect(own).toMatchObject({ $response: { statusCode: 200 } });
  expect(own).not.toHaveProperty('$fault');
});
