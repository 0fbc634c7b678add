import { LambdaHarness, asset, fakeIam, provider, request, required, role, stack, startLambda } from './harness';

let harness: LambdaHarness;
afterEach(() => harness.lambda.stop());

const inline = { ZipFile: 'exports.handler = async () => {};' };

test.each([
  ['no role', { Role: undefined }, 'required key [Role] not found'],
  ['a role that is no ARN', { Role: 'teardown' }, 'teardown is not the ARN of a role'],
  ['a role that does not exist', { Role: `${role}-gone` }, `cannot be assumed by Lambda. (${role}-gone)`],
  ['a role that trusts another service', { Role: role.replace('teardown', 'of-somebody-else') }, 'cannot be assumed by Lambda'],
  ['no handler', { Handler: undefined }, 'Runtime and Handler are mandatory'],
  ['a runtime that cannot run here', { Runtime: 'python3.13' }, 'not python3.13'],
  ['no code', { Code: {} }, 'provide a source for function code'],
  ['an asset that is not in S3', { Code: { S3Bucket: 'assets', S3Key: 'missing.zip' } }, 's3://assets/missing.zip'],
  ['an asset that is no zip', { Code: { S3Bucket: 'assets', S3Key: 'text' } }, 'Could not unzip uploaded file'],
  ['a timeout over 15 minutes', { Timeout: 901 }, '901 is not between 1 and 900'],
  [
    'a reserved variable',
    { Environment: { Variables: { AWS_REGION: 'x', STAGE: 'y' } } },
    'Reserved keys used in this request: AWS_REGION',
  ],
])('a function with %s is refused', async (_, properties, reason) => {
  harness = startLambda({ s3: { getObject: (_bucket, key) => (key === 'text' ? Buffer.from('text') : undefined) } });
  const functions = provider(harness.lambda, 'AWS::Lambda::Function');

  await expect(functions.create(request({ ...required, Code: inline, ...properties }))).rejects.toThrow(reason);
});

test('a refused update leaves the function as it was', async () => {
  harness = startLambda();
  const arn = await harness.create('kept', `exports.handler = async () => console.log('still here');`);
  const functions = provider(harness.lambda, 'AWS::Lambda::Function');
  const properties = { ...required, FunctionName: 'kept', Code: { S3Bucket: 'assets', S3Key: 'missing.zip' } };

  await expect(functions.update({ ...request(properties), physicalId: 'kept', oldProperties: properties })).rejects.toThrow('NoSuchKey');
  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
  expect(harness.messages('kept')).toContain('still here');
});

test('a function is named after its stack and logical ID; a changed name is a replacement', async () => {
  harness = startLambda({ s3: { getObject: () => asset('exports.handler = async () => {};') } });
  const functions = provider(harness.lambda, 'AWS::Lambda::Function');
  const properties = { ...required, Code: { S3Bucket: 'assets', S3Key: 'x.zip' } };

  const created = await functions.create(request(properties));
  expect(created.physicalId).toMatch(/^Test-Function-[A-Z0-9]{12}$/);
  expect(created.attributes.Arn).toBe(`arn:aws:lambda:eu-central-1:111122223333:function:${created.physicalId}`);

  const named = { ...properties, FunctionName: 'named' };
  const replaced = await functions.update({ ...request(named), physicalId: created.physicalId, oldProperties: properties });
  expect(replaced.physicalId).toBe('named');
  await expect(harness.lambda.invoke(created.attributes.Arn as string, {}).settled).resolves.toBe('success');
  await expect(functions.create(request(named))).rejects.toThrow('Function already exist: named');
});

test('a log group has its name as physical ID, keeps its retention, and exists once', async () => {
  harness = startLambda();
  const groups = provider(harness.lambda, 'AWS::Logs::LogGroup');
  const arn = 'arn:aws:logs:eu-central-1:111122223333:log-group:/x';
  const properties = { LogGroupName: '/x', RetentionInDays: 90 };

  expect(await groups.create(request(properties))).toEqual({ physicalId: '/x', attributes: { Arn: `${arn}:*` } });
  expect(harness.lambda.logs.group(arn)?.retentionInDays).toBe(90);
  await expect(groups.create(request(properties))).rejects.toThrow('already exists: /x');

  await groups.update({ ...request({ LogGroupName: '/x', RetentionInDays: 7 }), physicalId: '/x', oldProperties: properties });
  expect(harness.lambda.logs.group(arn)?.retentionInDays).toBe(7);
  await groups.delete({ ...request(properties), physicalId: '/x' });
  expect(harness.lambda.logs.group(arn)).toBeUndefined();
  expect((await groups.create(request({}))).physicalId).toMatch(/^Test-Function-[A-Z0-9]{12}$/);
});

describe('who may not write logs, writes none', () => {
  const run = async (denied: string[], properties: Record<string, unknown> = {}): Promise<string[]> => {
    harness = startLambda({ denied });
    const arn = await harness.create('logging', `exports.handler = async () => console.log('written');`, properties);
    await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
    return [...new Set(harness.lambda.logs.all().map(({ logGroup }) => logGroup))];
  };

  test.each(['logs:CreateLogStream', 'logs:PutLogEvents'])('without %s', async (action) => {
    expect(await run([action])).toEqual([]);
  });

  test('without logs:CreateLogGroup, a group that exists is written to', async () => {
    expect(await run(['logs:CreateLogGroup'])).toEqual(['/test/logging']);
  });

  test('without logs:CreateLogGroup, a group that does not exist is not made', async () => {
    expect(await run(['logs:CreateLogGroup'], { LoggingConfig: undefined })).toEqual([]);
  });

  test('with it, the default group is made', async () => {
    expect(await run([], { LoggingConfig: undefined })).toEqual(['/aws/lambda/logging']);
    expect(harness.lambda.logs.group(`arn:aws:logs:${stack.region}:${stack.accountId}:log-group:/aws/lambda/logging`)).toBeDefined();
  });
});

test('a role whose credentials cannot be issued is a function error', async () => {
  const iam = {
    ...fakeIam(),
    issueCredentials: () => {
      throw new Error(`${role} is gone`);
    },
  };
  harness = startLambda({ iam });
  const arn = await harness.create('orphan', 'exports.handler = async () => {};');

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('failed');
  expect(harness.deliveries).toEqual([]);
});
