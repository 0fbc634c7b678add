import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as official from '@aws-sdk/client-ec2';
import * as ours from '../../../lambda/drain/ec2-commands';

// The SDK's own commands are right by definition: ours send the same requests, and read the same of the answers.

let server: Server;
let client: official.EC2Client;
let sent: string[];
let answer: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      sent.push(`${request.method} ${request.url} ${body.split('&').sort().join('&')}`);
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = new official.EC2Client({
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
});

afterAll(async () => {
  client.destroy();
  await once(server.close(), 'close');
});

beforeEach(() => {
  sent = [];
});

const outcome = (command: object): Promise<unknown> =>
  client.send(command as official.DescribeInstancesCommand).catch((error: unknown) => error);

const input = {
  Filters: [
    { Name: 'subnet-id', Values: ['subnet-1', 'subnet 2&=ü'] },
    { Name: 'tag-key', Values: ['AWSElasticDisasterRecoveryManaged'] },
  ],
  NextToken: 'a/b+c=',
};

test.each([
  ['DescribeInstances', new official.DescribeInstancesCommand(input), new ours.DescribeInstancesCommand(input)],
  ['DescribeNetworkInterfaces', new official.DescribeNetworkInterfacesCommand(input), new ours.DescribeNetworkInterfacesCommand(input)],
  ['DescribeSecurityGroups', new official.DescribeSecurityGroupsCommand(input), new ours.DescribeSecurityGroupsCommand(input)],
  [
    'DeleteSecurityGroup',
    new official.DeleteSecurityGroupCommand({ GroupId: 'sg-1' }),
    new ours.DeleteSecurityGroupCommand({ GroupId: 'sg-1' }),
  ],
])('sends the same request: %s', async (operation, theirs, own) => {
  answer = { status: 500, body: '' };
  await outcome(theirs);
  await outcome(own);
  expect(sent[1]).toBe(sent[0]);
  expect(sent[0]).toContain(`Action=${operation}&`);
});

const response = (operation: string, content: string) => `<?xml version="1.0"?>
<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>${content}</${operation}Response>`;

const INSTANCES = `<reservationSet>
  <item><reservationId>r-1</reservationId><groupSet/><instancesSet>
    <item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState><subnetId>subnet-1</subnetId>
      <placement><availabilityZone>a</availabilityZone></placement>
      <tagSet><item><key>Name</key><value>AWS &amp; more</value></item><item><key>AWSElasticDisasterRecoveryManaged</key><value/></item></tagSet></item>
    <item><instanceId>i-2</instanceId><instanceState><code>48</code><name>terminated</name></instanceState></item>
  </instancesSet></item>
  <item><reservationId>r-2</reservationId><instancesSet/></item>
</reservationSet><nextToken>next</nextToken>`;
const INTERFACES = `<networkInterfaceSet>
  <item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1</subnetId><status>in-use</status>
    <attachment><attachmentId>eni-attach-1</attachmentId><instanceId>i-1</instanceId></attachment></item>
  <item><networkInterfaceId>eni-2</networkInterfaceId><subnetId>subnet-2</subnetId><status>available</status></item>
</networkInterfaceSet>`;
const GROUPS = `<securityGroupInfo>
  <item><groupId>sg-1</groupId><groupName>default</groupName><groupDescription>d</groupDescription><vpcId>vpc-1</vpcId></item>
</securityGroupInfo><nextToken>next</nextToken>`;

test.each([
  ['DescribeInstances', INSTANCES, new official.DescribeInstancesCommand({}), new ours.DescribeInstancesCommand({ Filters: [] })],
  [
    'DescribeNetworkInterfaces',
    INTERFACES,
    new official.DescribeNetworkInterfacesCommand({}),
    new ours.DescribeNetworkInterfacesCommand({ Filters: [] }),
  ],
  [
    'DescribeSecurityGroups',
    GROUPS,
    new official.DescribeSecurityGroupsCommand({}),
    new ours.DescribeSecurityGroupsCommand({ Filters: [] }),
  ],
])('reads the same of what it reads: %s', async (operation, content, theirs, own) => {
  answer = { status: 200, body: response(operation, content) };
  // As JSON, since what is undefined is absent there.
  const read = JSON.stringify({ ...((await outcome(own)) as object), $metadata: undefined });
  expect(await outcome(theirs)).toMatchObject(JSON.parse(read) as object);
  expect(read).toMatch(/"(i|eni|sg)-1".*"(subnet|vpc)-1"/);
});

test('reads the state, the names and where an interface is attached', async () => {
  answer = { status: 200, body: response('DescribeInstances', INSTANCES) };
  expect(await outcome(new ours.DescribeInstancesCommand({ Filters: [] }))).toMatchObject({
    Reservations: [
      {
        Instances: [
          { InstanceId: 'i-1', SubnetId: 'subnet-1', State: { Name: 'running' }, Tags: [{ Key: 'Name', Value: 'AWS & more' }, {}] },
          { InstanceId: 'i-2', State: { Name: 'terminated' } },
        ],
      },
      { Instances: [] },
    ],
    NextToken: 'next',
  });
  answer = { status: 200, body: response('DescribeNetworkInterfaces', INTERFACES) };
  expect(await outcome(new ours.DescribeNetworkInterfacesCommand({ Filters: [] }))).toMatchObject({
    NetworkInterfaces: [
      { NetworkInterfaceId: 'eni-1', Status: 'in-use', Attachment: { InstanceId: 'i-1' } },
      { NetworkInterfaceId: 'eni-2', Status: 'available' },
    ],
  });
});

test('does not make an empty list of none', async () => {
  answer = {
    status: 200,
    body: response('DescribeInstances', '<reservationSet><item><reservationId>r-1</reservationId></item></reservationSet>'),
  };
  expect(await outcome(new ours.DescribeInstancesCommand({ Filters: [] }))).toMatchObject({ Reservations: [{ Instances: undefined }] });
  answer.body = response('DescribeNetworkInterfaces', '');
  expect(await outcome(new ours.DescribeNetworkInterfacesCommand({ Filters: [] }))).toMatchObject({ NetworkInterfaces: undefined });
  answer.body = response('DescribeSecurityGroups', '');
  expect(await outcome(new ours.DescribeSecurityGroupsCommand({ Filters: [] }))).toMatchObject({ SecurityGroups: undefined });
});

const error = (code: string, message: string) =>
  `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`;

test.each<[string, number, string]>([
  ['in use', 400, error('DependencyViolation', 'resource sg-1 has a dependent object')],
  ['not allowed', 403, error('UnauthorizedOperation', 'You are not authorized &amp; more')],
  ['throttled', 503, error('RequestLimitExceeded', 'Request limit exceeded.')],
])('fails with the same error: %s', async (_what, status, body) => {
  answer = { status, body };
  const seen = (thrown: unknown) => {
    const { name, message, $fault, $metadata, $response } = thrown as official.EC2ServiceException;
    return { name, message, $fault, status: $metadata.httpStatusCode, response: $response?.statusCode };
  };
  const own = await outcome(new ours.DeleteSecurityGroupCommand({ GroupId: 'sg-1' }));
  expect(own).toBeInstanceOf(Error);
  expect(seen(own)).toEqual(seen(await outcome(new official.DeleteSecurityGroupCommand({ GroupId: 'sg-1' }))));
});

test.each([
  [200, '<html><body>sign in</body></html>'],
  [200, 'upstream timed out'],
  [200, ''],
  [200, response('DescribeVpcs', '')],
  [403, '<html><body>no</body></html>'],
  [503, ''],
])('%d with %j is no answer of the service: it will be asked again', async (status, body) => {
  answer = { status, body };
  const own = await outcome(new ours.DeleteSecurityGroupCommand({ GroupId: 'sg-1' }));
  // By that lambda/aws/retry.ts knows it.
  expect(own).toMatchObject({ $response: { statusCode: status } });
  expect(own).not.toHaveProperty('$fault');
});
