import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Call } from '../../../emulator/control/calls';
import { EmbeddedAws } from '../../../emulator';
import { Credentials } from '../../../emulator/iam/model';
import { resource, Services } from '../services';
import { Answer, send, sendSigned, signedHeaders, Target } from './signed-request';

type Wire = Parameters<typeof send>[1];

let services: Services;
beforeEach(async () => {
  services = await Services.start();
});
afterEach(() => services.stop());

const operator = () => services.iam.operatorCredentials('111122223333');

/** A request for DRS's servers, signed by hand by the operator unless told. */
const request = (target: Partial<Target> = {}) =>
  sendSigned(services.gateway.endpoint, { service: 'drs', credentials: operator(), path: '/DescribeSourceServers', ...target });

/** The error of an answer in one of the protocols of JSON. */
const errorOf = ({ headers, body }: Answer) => headers['x-amzn-errortype'] ?? (JSON.parse(body) as { __type?: string }).__type;

test.each<[string, () => Promise<Answer>, number, string]>([
  ['no signature', () => send(services.gateway.endpoint, {}), 403, 'MissingAuthenticationToken'],
  [
    'an unknown access key',
    () => request({ credentials: { ...operator(), accessKeyId: 'AKIAUNKNOWN' } }),
    403,
    'UnrecognizedClientException',
  ],
  ['another secret', () => request({ credentials: { ...operator(), secretAccessKey: 'guessed' } }), 403, 'InvalidSignatureException'],
  ['a service that is not served', () => request({ service: 'sqs' }), 403, 'InvalidSignatureException'],
  ['the scope of another service', () => request({ service: 'ssm' }), 404, 'UnknownOperationException'],
  ['no such operation', () => request({ path: '/StartRecovery' }), 404, 'UnknownOperationException'],
  ['another method', () => request({ method: 'PUT' }), 404, 'UnknownOperationException'],
  ['a body that is not JSON', () => request({ body: '{' }), 400, 'ValidationException'],
  ['a body that is no object', () => request({ body: '[]' }), 400, 'ValidationException'],
])('refuses %s', async (_name, ask, status, error) => {
  const response = await ask();
  expect([response.status, errorOf(response)]).toEqual([status, error]);
  expect(services.calls.all()).toMatchObject([{ status, error }]);
});

// What was signed is what is done: whoever could see a request can't make another one of it.
test.each<[string, (signed: Required<Wire>) => Wire]>([
  ['path', ({ path }) => ({ path: path.replace('Describe', 'Disconnect') })],
  ['query', ({ path }) => ({ path: `${path}?x=1` })],
  ['method', () => ({ method: 'PUT' })],
  ['body', () => ({ body: '{"maxResults":5}' })],
  ['session token', ({ headers }) => ({ headers: { ...headers, 'x-amz-security-token': 'another' } })],
  ['Region', ({ headers }) => ({ headers: { ...headers, authorization: headers.authorization.replace('eu-central-1', 'eu-west-1') } })],
  ['signature', ({ headers }) => ({ headers: { ...headers, authorization: headers.authorization.slice(0, -1) } })],
])('refuses a request whose %s was changed after it was signed', async (_what, change) => {
  const credentials = await services.roleWith({ Effect: 'Allow', Action: 'drs:*', Resource: '*' });
  const path = '/DescribeSourceServers';
  const headers = signedHeaders(services.gateway.endpoint, { service: 'drs', credentials, path });
  const signed = { method: 'POST', path, headers, body: '' };
  expect(await send(services.gateway.endpoint, signed)).toMatchObject({ status: 200 });
  expect(await send(services.gateway.endpoint, { ...signed, ...change(signed) })).toMatchObject({ status: 403 });
});

// Functions run as the developer: a web page that they visit must not get here, under whatever name.
describe('a web page', () => {
  const port = () => new URL(services.gateway.endpoint).port;

  test.each<[string, () => Partial<Target>]>([
    ['under a name of its own, as by DNS rebinding', () => ({ headers: { host: `evil.example:${port()}` } })],
    ['under a name of its own that begins like ours', () => ({ headers: { host: `127.0.0.1.evil.example:${port()}` } })],
    ['under a bucket of its own', () => ({ headers: { host: `evil.localhost:${port()}` } })],
    ['at another port', () => ({ headers: { host: '127.0.0.1:1' } })],
    ['of another origin', () => ({ headers: { origin: 'http://evil.example' } })],
    ['of an origin that is hidden', () => ({ headers: { origin: 'null' } })],
    ['of our own origin', () => ({ headers: { origin: services.gateway.endpoint } })],
    ['that asks without an origin', () => ({ method: 'GET', headers: { 'sec-fetch-site': 'cross-site' } })],
    [
      'that asks whether it may ask',
      () => ({ method: 'OPTIONS', headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' } }),
    ],
  ])('%s is refused, even if it knew the key', async (_what, page) => {
    const answer = await request(page());
    expect([answer.status, errorOf(answer)]).toEqual([403, 'AccessDeniedException']);
    expect(answer.body).toMatch(/The embedded AWS (is 127\.0\.0\.1:\d+ or localhost:\d+|serves no web pages)/);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(services.calls.all()).toEqual([]);
  });

  test('is not what calls us localhost', async () => {
    expect(await request({ headers: { host: `localhost:${port()}` } })).toMatchObject({ status: 200 });
  });
});

test('refuses another body than the one whose hash was signed', async () => {
  const path = '/DescribeSourceServers';
  const headers = { 'x-amz-content-sha256': createHash('sha256').update('').digest('hex') };
  const signed = { path, headers: signedHeaders(services.gateway.endpoint, { service: 'drs', credentials: operator(), path, headers }) };
  expect(await send(services.gateway.endpoint, signed)).toMatchObject({ status: 200 });
  expect(await send(services.gateway.endpoint, { ...signed, body: '{"maxResults":5}' })).toMatchObject({ status: 403 });
});

test('has other keys at each start, in each account', async () => {
  const other = await Services.start();
  await other.stop();
  const keys = [services, other].flatMap(({ iam }) => ['111122223333', '444455556666'].map((account) => iam.operatorCredentials(account)));
  expect(new Set(keys.flatMap(Object.values)).size).toBe(8);
  expect(operator()).toBe(keys[0]);
});

// The error that each service of AWS gives, by its protocol.
test.each([
  ['cloudformation', 'InvalidClientTokenId', 'SignatureDoesNotMatch'],
  ['drs', 'UnrecognizedClientException', 'InvalidSignatureException'],
  ['ec2', 'AuthFailure', 'AuthFailure'],
  ['logs', 'UnrecognizedClientException', 'InvalidSignatureException'],
  ['s3', 'InvalidAccessKeyId', 'SignatureDoesNotMatch'],
  ['ssm', 'UnrecognizedClientException', 'InvalidSignatureException'],
  ['sts', 'InvalidClientTokenId', 'SignatureDoesNotMatch'],
])('%s says %s to an unknown key, and %s to another secret', async (service, unknownKey, otherSecret) => {
  const aws = await EmbeddedAws.start();
  const credentials = aws.iam.operatorCredentials('111122223333');
  const ask = async (wrong: Partial<Credentials>) => {
    const answer = await sendSigned(aws.endpoint, { service, credentials: { ...credentials, ...wrong } });
    const [, code] = /<Code>(\w+)<\/Code>/.exec(answer.body) ?? [];
    return code ?? errorOf(answer);
  };
  const codes = [await ask({ accessKeyId: 'AKIAUNKNOWN' }), await ask({ secretAccessKey: 'guessed' })];
  await aws.stop();
  expect(codes).toEqual([unknownKey, otherSecret]);
});

test('refuses temporary credentials without, or with another, session token', async () => {
  const credentials = await services.roleWith({ Effect: 'Allow', Action: 'drs:*', Resource: '*' });
  const send = (sessionToken: string | undefined) =>
    services.drsClient({ credentials: { ...credentials, sessionToken } as typeof credentials }).send(new DescribeSourceServersCommand({}));
  await expect(send(undefined)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  await expect(send('another')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  await expect(send(credentials.sessionToken)).resolves.toMatchObject({ items: [] });
});

test('records who called what, where, and how it ended', async () => {
  const heard: Call[] = [];
  const stopListening = services.calls.onCall((call) => heard.push(call));
  const client = services.drsClient({ region: 'eu-west-1' });
  await client.send(new DescribeSourceServersCommand({ maxResults: 5 }));
  stopListening();
  const input = { sourceServerID: 's-0123456789abcdef0' };
  await client.send(new DisconnectSourceServerCommand(input)).catch(() => undefined);

  const common = { service: 'drs', accountId: '111122223333', region: 'eu-west-1', callerArn: 'arn:aws:iam::111122223333:user/operator' };
  expect(heard).toEqual([
    {
      ...common,
      operation: 'DescribeSourceServers',
      status: 200,
      input: { maxResults: 5 },
      time: services.clock.now(),
      userAgent: expect.stringContaining('aws-sdk-js'),
    },
  ]);
  expect(services.calls.of('DisconnectSourceServer')).toMatchObject([
    { ...common, input, status: 404, error: 'ResourceNotFoundException' },
  ]);
});

test('cuts off a body that grows beyond every asset', async () => {
  const { hostname, port } = new URL(services.gateway.endpoint);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /DescribeSourceServers HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: 1000000000\r\n\r\n`);
  const chunk = Buffer.alloc(1024 * 1024);
  const feed = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', feed).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  feed();
  await closed;
  expect(services.calls.all()).toEqual([]);
});

test('stops in spite of an open connection', async () => {
  const { hostname, port } = new URL(services.gateway.endpoint);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await services.gateway.stop();
  await closed;
});

describe('STS', () => {
  const whoAmI = async (who: Parameters<Services['stsClient']>[0]) =>
    (await services.stsClient(who).send(new GetCallerIdentityCommand({}))).Arn;
  const assume = async (roleArn: string, who: Parameters<Services['stsClient']>[0] = {}) => {
    const { Credentials } = await services.stsClient(who).send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'me' }));
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
  };

  test('knows the operator and a session of a role', async () => {
    expect(await whoAmI({ accountId: '444455556666' })).toBe('arn:aws:iam::444455556666:user/operator');
    const credentials = await services.roleWith();
    expect(await whoAmI({ credentials })).toMatch(/^arn:aws:sts::111122223333:assumed-role\/Stack-Role-[A-Z2-7]{12}\/session$/);
  });

  test("an operator in one of CDK's bootstrap roles stays an operator", async () => {
    const credentials = await assume('arn:aws:iam::444455556666:role/cdk-hnb659fds-deploy-role-444455556666-eu-central-1');
    expect(await whoAmI({ credentials })).toContain(':assumed-role/cdk-hnb659fds-deploy-role-444455556666-eu-central-1/me');
    await expect(services.drsClient({ credentials }).send(new DescribeSourceServersCommand({}))).resolves.toMatchObject({ items: [] });
  });

  test('refuses what is no ARN of a role', async () => {
    await expect(assume('arn:aws:iam::111122223333:user/somebody')).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('writes its errors in its own protocol', async () => {
    const credentials = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };
    await expect(whoAmI({ credentials })).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    services.faults.add({ service: 'sts', operation: 'GetCallerIdentity', kind: 'throttle' });
    await expect(whoAmI({})).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
  });
});

describe('SSM', () => {
  const get = (operation: string, input: object) =>
    request({ service: 'ssm', path: '/', headers: { 'x-amz-target': `AmazonSSM.${operation}` }, body: JSON.stringify(input) }).then(
      ({ body }) => JSON.parse(body) as unknown,
    );

  test('has the version of any bootstrap, and no other parameter', async () => {
    const name = '/cdk-bootstrap/hnb659fds/version';
    expect(await get('GetParameter', { Name: name })).toMatchObject({ Parameter: { Name: name, Value: '1000' } });
    expect(await get('GetParameter', { Name: '/other' })).toMatchObject({ __type: 'ParameterNotFound' });
    expect(await get('GetParameters', { Names: [name, '/other'] })).toMatchObject({
      Parameters: [{ Name: name }],
      InvalidParameters: ['/other'],
    });
    expect(await get('GetParameter', {})).toMatchObject({ __type: 'ValidationException' });
  });

  test('has the parameters that stacks declare, the version of a bootstrap among them', async () => {
    const provider = services.ssm.providers['AWS::SSM::Parameter'];
    const Name = '/cdk-bootstrap/hnb659fds/version';
    const declared = resource('CdkBootstrapVersion', { Name, Type: 'String', Value: '30' });
    expect(await provider.create(declared)).toMatchObject({ physicalId: Name, attributes: { Value: '30' } });
    expect(await get('GetParameter', { Name })).toMatchObject({ Parameter: { Name, Type: 'String', Value: '30' } });
    await expect(provider.create(declared)).rejects.toThrow('The parameter already exists.');
    const updated = { ...resource('CdkBootstrapVersion', { Name, Value: '31' }), physicalId: Name, oldProperties: { Name } };
    await provider.update(updated);
    expect(await get('GetParameter', { Name })).toMatchObject({ Parameter: { Value: '31' } });
    await provider.delete(updated);
    expect(await get('GetParameter', { Name })).toMatchObject({ Parameter: { Value: '1000' } });
  });
});
