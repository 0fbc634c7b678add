import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Call } from '../../../emulator/control/calls';
import { resource, Services } from '../services';

let services: Services;
beforeEach(async () => {
  services = await Services.start();
});
afterEach(() => services.stop());

/** A request signed by hand: nothing but its credential scope counts here. */
function request(
  scope: { key?: string; service?: string } | undefined,
  path = '/DescribeSourceServers',
  init: RequestInit = {},
): Promise<Response> {
  const { accessKeyId } = services.iam.operatorCredentials('111122223333');
  const credential = `${scope?.key ?? accessKeyId}/20260101/eu-central-1/${scope?.service ?? 'drs'}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
  return fetch(`${services.gateway.endpoint}${path}`, {
    method: 'POST',
    ...init,
    headers: { ...(scope && { authorization }), 'content-type': 'application/json', ...init.headers },
  });
}

test.each<[string, Parameters<typeof request>, number, string]>([
  ['no signature', [undefined], 403, 'MissingAuthenticationToken'],
  ['an unknown access key', [{ key: 'AKIAUNKNOWN' }], 403, 'UnrecognizedClientException'],
  ['a service that is not served', [{ service: 'sqs' }], 403, 'InvalidSignatureException'],
  ['the scope of another service', [{ service: 'ssm' }], 404, 'UnknownOperationException'],
  ['no such operation', [{}, '/StartRecovery'], 404, 'UnknownOperationException'],
  ['another method', [{}, '/DescribeSourceServers', { method: 'PUT' }], 404, 'UnknownOperationException'],
  ['a body that is not JSON', [{}, '/DescribeSourceServers', { body: '{' }], 400, 'ValidationException'],
  ['a body that is no object', [{}, '/DescribeSourceServers', { body: '[]' }], 400, 'ValidationException'],
])('refuses %s', async (_name, parameters, status, error) => {
  const response = await request(...parameters);
  expect(response.status).toBe(status);
  const body = (await response.json()) as { __type?: string };
  expect(response.headers.get('x-amzn-errortype') ?? body.__type).toBe(error);
  expect(services.calls.all()).toMatchObject([{ status, error }]);
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
  socket.write('POST /DescribeSourceServers HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n');
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
    request({ service: 'ssm' }, '/', { headers: { 'x-amz-target': `AmazonSSM.${operation}` }, body: JSON.stringify(input) }).then(
      (response) => response.json(),
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
