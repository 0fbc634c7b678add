import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { FLEET_DISCONNECTION, REGION as DECLARABLE_REGION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import * as fleets from '../../../lambda/fleet/handler';
import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import { clientConfiguration } from '../../../lambda/aws/client-configuration';
import { parseStackId } from '../../../lambda/aws/stack-id';
import * as response from '../../../lambda/protocol/response';
import { REGION as ASKED_REGION } from '../../../lambda/aws/region';
import {
  ACCOUNT,
  cloudFormation,
  drs,
  ec2,
  FUNCTION_ARN,
  handle,
  LOGICAL_ID,
  OTHER_ID,
  REGION,
  reset,
  server,
  SERVER_ARN,
  SERVER_ID,
  STACK,
  STACK_ID,
  stackHas,
  stackIdOf,
  stackIs,
  sts,
} from '../harness';

// Whoever may invoke the function writes the request. The rows are those of "Which requests are served" in docs/rules.md.

const TYPES = [SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION, STAGING_AREA_DRAIN, 'Custom::DRSSomethingNew'];
const KINDS = ['Create', 'Update', 'Delete'] as const;
const NOT_CREATED = `cdk-drs:not-created:${LOGICAL_ID}`;

const asked = (): unknown[] => [...drs.calls(), ...cloudFormation.calls(), ...sts.calls(), ...ec2.calls()];
const sentTo = () => jest.mocked(response.deliver).mock.calls.map(([url]) => url.href);
const warnings = (log: readonly Record<string, unknown>[]) => log.filter(({ level }) => level === 'warning');

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  stackHas();
  drs.on(DescribeSourceServersCommand).resolves({ items: [server('CONTINUOUS')] });
  drs.on(DisconnectSourceServerCommand).resolves(server('DISCONNECTED'));
});

describe('where the answer goes', () => {
  const URLS: [partition: string, url: string, then: 'served' | 'refused' | 'not answered'][] = [
    ['aws', 'https://cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com/k?X-Amz-Signature=s', 'served'],
    ['aws', 'https://responses.s3-us-west-2.amazonaws.com/k', 'served'],
    ['aws', 'https://responses.s3.eu-central-1.amazonaws.com./k', 'served'],
    ['aws', 'https://RESPONSES.S3.EU-CENTRAL-1.AMAZONAWS.COM/k', 'served'],
    ['aws', 'https://responses.s3.cn-north-1.amazonaws.com.cn/k', 'refused'],
    ['aws', 'https://evil.example/k', 'refused'],
    ['aws', 'https://amazonaws.com.evil.example/k', 'refused'],
    ['aws', 'https://evilamazonaws.com/k', 'refused'],
    ['aws', 'https://amazonaws.com/k', 'refused'],
    ['aws', 'https://s3.amazonaws.com@evil.example/k', 'not answered'],
    ['aws', 'https://%E0%A4@responses.s3.amazonaws.com/k', 'not answered'],
    ['aws', 'https://user:secret@responses.s3.amazonaws.com/k', 'not answered'],
    ['aws', 'https://responses.s3.amazonaws.com:8443/k', 'not answered'],
    ['aws', 'https://responses.s3.amazonaws.com:0/k', 'not answered'],
    ['aws', 'https://responses.s3.amazonaws.com:443/k', 'served'],
    ['aws', 'https://.amazonaws.com/k', 'not answered'],
    ['aws', 'https://responses..amazonaws.com/k', 'not answered'],
    ['aws', `https://${'x'.repeat(64)}.amazonaws.com/k`, 'not answered'],
    ['aws', `https://${'x.'.repeat(125)}amazonaws.com/k`, 'not answered'],
    ['aws', 'https://s3.localhost../k', 'not answered'],
    ['aws', 'https://127.0.0.1../k', 'not answered'],
    ['aws', 'https://evil.example/s3.amazonaws.com', 'refused'],
    ['aws', 'https://evil.example#.amazonaws.com', 'refused'],
    ['aws-cn', 'https://responses.s3.cn-north-1.amazonaws.com.cn/k', 'served'],
    ['aws-cn', 'https://responses.s3.amazonaws.com/k', 'refused'],
    ['aws-us-gov', 'https://responses.s3.us-gov-west-1.amazonaws.com/k', 'served'],
    ['aws-eusc', 'https://responses.s3.eusc-de-east-1.amazonaws.eu/k', 'served'],
    ['aws-iso', 'https://responses.s3.us-iso-east-1.c2s.ic.gov/k', 'served'],
    ['aws-iso-b', 'https://responses.s3.us-isob-east-1.sc2s.sgov.gov/k', 'served'],
    ['aws-iso-e', 'https://responses.s3.eu-isoe-west-1.cloud.adc-e.uk/k', 'served'],
    ['aws-iso-f', 'https://responses.s3.us-isof-east-1.csp.hci.ic.gov/k', 'served'],
    ['aws-new', 'https://responses.s3.new-east-1.cloud.example/k', 'served'],
    ['aws-new', 'https://127.0.0.1/k', 'not answered'],
    ['aws', 'http://responses.s3.eu-central-1.amazonaws.com/k', 'not answered'],
    ['aws', 'ftp://responses.s3.eu-central-1.amazonaws.com/k', 'not answered'],
    ['aws', 'file:///etc/passwd', 'not answered'],
    ['aws', 'https://127.0.0.1/k', 'not answered'],
    ['aws', 'https://169.254.169.254/latest/meta-data', 'not answered'],
    ['aws', 'https://2130706433/k', 'not answered'],
    ['aws', 'https://0x7f.1/k', 'not answered'],
    ['aws', 'https://[::1]/k', 'not answered'],
    ['aws', 'https://[::ffff:169.254.169.254]/k', 'not answered'],
    ['aws', 'https://localhost/k', 'not answered'],
    ['aws', 'https://s3.localhost./k', 'not answered'],
    ['aws', 'https://printer/k', 'not answered'],
    ['aws', 'https://db.corp.internal/k', 'not answered'],
    ['aws', 'https://printer.local/k', 'not answered'],
    ['aws', 'https://[evil.example/?X-Amz-Signature=secret', 'not answered'],
    ['aws', 'responses.s3.eu-central-1.amazonaws.com/k', 'not answered'],
    ['aws', '', 'not answered'],
  ];

  const REGIONS: Readonly<Record<string, string>> = {
    'aws-cn': 'cn-north-1',
    'aws-us-gov': 'us-gov-west-1',
    'aws-eusc': 'eusc-de-east-1',
    'aws-iso': 'us-iso-east-1',
    'aws-iso-b': 'us-isob-east-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-east-1',
    'aws-new': 'new-east-1',
  };
  const inPartition = (arn: string, partition: string) =>
    arn.replace(':aws:', `:${partition}:`).replace(REGION, REGIONS[partition] ?? REGION);
  const own = (partition: string) => inPartition(FUNCTION_ARN, partition);
  const stackOf = (partition: string) => inPartition(STACK_ID, partition);
  /** A Delete of a disconnection, genuine where the URL will do. */
  const deletion = (partition: string, ResponseURL: unknown) => {
    const StackId = stackOf(partition);
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves({ Stacks: [{ StackId, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS', CreationTime: new Date() }] });
    const physicalId = inPartition(SERVER_ARN, partition);
    return { type: 'Delete' as const, physicalId, functionArn: own(partition), ownStackId: StackId, forged: { ResponseURL, StackId } };
  };

  test.each(URLS)('partition %s, %s: %s', async (partition, url, then) => {
    const handled = await handle(deletion(partition, url)).catch((error: unknown) => error as Error);
    expect(drs.commandCalls(DisconnectSourceServerCommand)).toHaveLength(then === 'served' ? 1 : 0);
    expect(sentTo()).toEqual(then === 'not answered' ? [] : [new URL(url).href]);
    if (handled instanceof Error) {
      expect(then).toBe('not answered');
      expect(handled.message).toMatch(/^The request was refused, and not answered: /);
      expect(handled.message + String(handled.stack)).not.toMatch(/Signature|secret|meta-data/);
    } else {
      expect(handled.response.Status).toBe(then === 'served' ? 'SUCCESS' : 'FAILED');
      expect(warnings(handled.log)).toHaveLength(partition === 'aws-new' ? 1 : 0);
    }
    expect(then === 'served' || asked().length === 0).toBe(true);
  });

  test.each([undefined, null, 7, {}, ['https://responses.s3.eu-central-1.amazonaws.com/k']])(
    '%j is no URL: nothing is asked, nothing is changed',
    async (url) => {
      await expect(handle(deletion('aws', url))).rejects.toThrow('it has no response URL');
      expect(asked()).toEqual([]);
    },
  );

  test.each([null, 'text', 7, [], undefined])('a request that is %j: nothing is asked', async (event) => {
    const { handler } = await import('../../../lambda');
    await expect(handler(event as never, { getRemainingTimeInMillis: () => 1_000 } as never)).rejects.toThrow('it has no response URL');
    expect(asked()).toEqual([]);
  });

  test("an embedded AWS is served on its own host, where the function's environment says that it is", async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
    try {
      const { response } = await handle(deletion('aws', 'https://127.0.0.1:4567/k'));
      expect(response.Status).toBe('SUCCESS');
      await expect(handle(deletion('aws', 'https://127.0.0.2:4567/k'))).rejects.toThrow('not an https URL of a public host');
      await expect(handle(deletion('aws', 'http://127.0.0.1:4567/k'))).rejects.toThrow('not an https URL of a public host');
    } finally {
      delete process.env.AWS_ENDPOINT_URL;
    }
  });
});

describe('who asks', () => {
  const UUID = '00000000-0000-4000-8000-000000000000';
  const STACK_IDS: [what: string, id: unknown][] = [
    ['a host for a Region', `arn:aws:cloudformation:evil.example/:${ACCOUNT}:stack/n/u`],
    ['a host after a name', `arn:aws:cloudformation:x@evil.example/:${ACCOUNT}:stack/n/u`],
    ['a host before a fragment', `arn:aws:cloudformation:evil.example#:${ACCOUNT}:stack/n/u`],
    ['a host before a query', `arn:aws:cloudformation:evil.example?x=:${ACCOUNT}:stack/n/u`],
    ['another Region', STACK_ID.replace(REGION, 'eu-west-1')],
    ['another account', STACK_ID.replace(ACCOUNT, '444455556666')],
    ['another partition', STACK_ID.replace(':aws:', ':aws-cn:')],
    ['another service', STACK_ID.replace(':cloudformation:', ':drs:')],
    ['a change set', STACK_ID.replace(':stack/', ':changeSet/')],
    ['more after it', `${STACK_ID}/x`],
    ['a line break after it', `${STACK_ID}\n`],
    ['a name with a space', STACK_ID.replace('LandingZone', 'Landing Zone')],
    ['no UUID', STACK_ID.replace(`/${UUID}`, '')],
    ['nothing', ''],
    ['no text', 7],
    ['a list', [STACK_ID]],
    ['100 kB', `${STACK_ID}${'x'.repeat(100_000)}`],
  ];

  test.each(STACK_IDS)('a StackId with %s: FAILED, nothing is asked, nothing is changed', async (_what, StackId) => {
    const { response, log } = await handle({ type: 'Delete', forged: { StackId } });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining(`its StackId is not the ARN of a stack in account ${ACCOUNT}`),
    });
    expect(asked()).toEqual([]);
    expect(log.map(({ event }) => event)).toEqual(['failed', 'answered']);
  });

  test.each(STACK_IDS.filter(([what]) => !what.startsWith('another ') || what === 'another service'))(
    'a StackId with %s is that of no stack',
    (_what, id) => expect(parseStackId(id)).toBeUndefined(),
  );

  const MALFORMED: [field: string, values: unknown[]][] = [
    ['RequestType', ['', 'Drop', 'constructor', '__proto__', 'delete', undefined, null, 7, ['Delete']]],
    ['RequestId', ['', undefined, 7, {}, 'x'.repeat(256)]],
    ['LogicalResourceId', ['', undefined, 7, {}, 'x'.repeat(256)]],
    ['ResourceType', ['', undefined, 7, {}, 'x'.repeat(256)]],
    ['PhysicalResourceId', [`arn:${'x'.repeat(1_021)}`, 'x'.repeat(100_000)]],
  ];

  test.each(MALFORMED.flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    'a %s that is %j: FAILED, nothing is asked, nothing is changed',
    async (field, value) => {
      const { response, bytes } = await handle({ type: 'Delete', forged: { [field]: value } });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`its ${field} is`) });
      expect(bytes).toBeLessThanOrEqual(4096);
      expect(asked()).toEqual([]);
    },
  );

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'the resource type %s is one that nobody knows',
    async (resourceType) => {
      const { response, calls } = await handle({ type: 'Delete', resourceType });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`knows no resource type ${resourceType}`) });
      expect(calls).toEqual([]);
    },
  );

  test('a function whose own ARN is not told serves nobody', async () => {
    const { response } = await handle({ type: 'Delete', functionArn: '' });
    expect(response.Status).toBe('FAILED');
    expect(asked()).toEqual([]);
  });

  test('the name of a stack that is nested deeply may be longer than one that a user gives', async () => {
    const StackId = stackIdOf(`LandingZone-${'OuterNestedStack-'.repeat(15)}1ABCDEF`);
    const Stacks = [{ StackId, StackName: 'Nested', StackStatus: 'DELETE_IN_PROGRESS' as const, CreationTime: new Date() }];
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks });
    const { response } = await handle({ type: 'Delete', ownStackId: StackId, forged: { StackId } });
    expect(response.Status).toBe('SUCCESS');
  });

  test('an ARN with a version or an alias is the same function', async () => {
    expect((await handle({ type: 'Delete', functionArn: `${FUNCTION_ARN}:live` })).response.Status).toBe('SUCCESS');
  });
});

test.each(['x', '"', '\0', '🛟'])('IDs of %j that are too long are refused, by a response that is not', async (character) => {
  const long = character.repeat(5_000);
  const forged = { RequestId: long, LogicalResourceId: long, PhysicalResourceId: long, StackId: long, ResourceType: long };
  const { response } = await handle({ type: 'Delete', forged });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('its PhysicalResourceId is too long') });
  expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThanOrEqual(4096);
  expect(asked()).toEqual([]);
});

describe('for which stack', () => {
  const foreign = stackIdOf('Foreign');
  const kinds = KINDS.flatMap((type) => TYPES.map((resourceType) => [type, resourceType] as const));

  test.each(kinds)(
    'a %s of %s of another stack, which is being deleted: FAILED, nothing is asked, nothing is changed',
    async (type, resourceType) => {
      const { response, log } = await handle({ type, resourceType, forged: { StackId: foreign } });
      expect(response).toMatchObject({
        Status: 'FAILED',
        StackId: foreign,
        Reason: expect.stringContaining('serves the stack LandingZone only'),
      });
      expect(asked()).toEqual([]);
      expect(log.filter((line) => '_aws' in line)).toEqual(
        type === 'Delete'
          ? [
              expect.objectContaining({
                _aws: expect.objectContaining({ CloudWatchMetrics: [expect.objectContaining({ Dimensions: [[]] })] }),
              }),
            ]
          : [],
      );
    },
  );

  test.each([[null], ['']])('an environment that names no stack (%j), as an older version left it, serves nobody', async (ownStackId) => {
    const { response } = await handle({ type: 'Delete', ownStackId });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('does not know its stack') });
    expect(asked()).toEqual([]);
  });

  test('a stack of the same name that was made anew is another one', async () => {
    const { response } = await handle({ type: 'Delete', forged: { StackId: STACK_ID.replace(/0$/, '1') } });
    expect(response.Status).toBe('FAILED');
    expect(asked()).toEqual([]);
  });

  test('the reason of a Delete has ways out that work in DELETE_FAILED', async () => {
    const { response } = await handle({ type: 'Delete', forged: { StackId: foreign } });
    expect(response.Reason).toContain(`\`aws drs disconnect-source-server --source-server-id ${SERVER_ID} --region ${REGION}\``);
    expect(response.Reason).toContain(
      `\`aws cloudformation delete-stack --stack-name Foreign --retain-resources ${LOGICAL_ID} --region ${REGION}\``,
    );
    expect(response.Reason).not.toMatch(/deploy/);
  });

  test('… for the Region of the server', async () => {
    const physicalId = SERVER_ARN.replace(REGION, 'eu-west-1');
    const { response } = await handle({ type: 'Delete', physicalId, forged: { StackId: foreign } });
    expect(response.Reason).toContain(`--source-server-id ${SERVER_ID} --region eu-west-1\``);
  });

  test.each(['Create', 'Update'] as const)('the reason of a %s says whose function to use', async (type) => {
    const { response } = await handle({ type, forged: { StackId: foreign } });
    expect(response.Reason).toContain('Use a TeardownFunction of the stack Foreign.');
    expect(response.Reason).toContain('variable STACK_ID is missing or old, deploy Foreign once');
  });

  test.each(['Create', 'Update'] as const)('the reason of a %s says how to move back what was moved here', async (type) => {
    const { response } = await handle({ type, forged: { StackId: foreign } });
    expect(response.Reason).toContain(
      `If a stack refactoring moved ${LOGICAL_ID} here, put its construct back into the stack LandingZone and run \`npx cdk refactor --unstable=refactor\`.`,
    );
  });

  test.each([NOT_CREATED, 'Foreign-Disconnection-1ABCDEFGHIJK', `${NOT_CREATED} `])(
    'a Delete of %j of another stack: SUCCESS, so that a refused create rolls back',
    async (physicalId) => {
      const { response } = await handle({ type: 'Delete', physicalId, forged: { StackId: foreign } });
      expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
      expect(asked()).toEqual([]);
    },
  );
});

describe('a physical ID that begins like one of ours and can not be read', () => {
  const DRAIN = { Drain: 'drain', Link: '0', VpcId: 'vpc-1', SubnetIds: ['subnet-1'] };
  const UNREADABLE: [physicalId: string | undefined, resourceType: string][] = [
    ['arn:aws:ec2:eu-central-1:111122223333:instance/i-1', SOURCE_SERVER_DISCONNECTION],
    [`${SERVER_ARN}/more`, SOURCE_SERVER_DISCONNECTION],
    [`${SERVER_ARN} `, SOURCE_SERVER_DISCONNECTION],
    [` ${SERVER_ARN}`, SOURCE_SERVER_DISCONNECTION],
    [`\n${SERVER_ARN}`, SOURCE_SERVER_DISCONNECTION],
    ['drs:server:2:of-a-newer-version', SOURCE_SERVER_DISCONNECTION],
    [undefined, SOURCE_SERVER_DISCONNECTION],
    ['drs:fleet:1:2:3', FLEET_DISCONNECTION],
    ['drs:fleets:2', FLEET_DISCONNECTION],
    [' drs:fleet:111122223333:eu-central-1:0123456789abcdef', FLEET_DISCONNECTION],
    [SERVER_ARN, FLEET_DISCONNECTION],
    [SERVER_ARN.replace(REGION, 'evil'), SOURCE_SERVER_DISCONNECTION],
    ['drs:fleet:111122223333:evil:0123456789abcdef', FLEET_DISCONNECTION],
    ['drs:staging:2', STAGING_AREA_DRAIN],
    [` drs:drain:${ACCOUNT}:${REGION}:vpc-1:drain:0`, STAGING_AREA_DRAIN],
  ];

  test.each(UNREADABLE)('%j of %s: a genuine deletion FAILED, with a way out that needs no update', async (physicalId, resourceType) => {
    const { response } = await handle({ type: 'Delete', resourceType, properties: DRAIN, forged: { PhysicalResourceId: physicalId } });
    const why = physicalId === undefined ? 'The request has no physical ID' : "can't read the physical ID";
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(why) });
    expect(response.Reason).toContain(`--retain-resources ${LOGICAL_ID}`);
    expect(response.Reason).not.toMatch(/deploy/i);
    expect(response.Reason).not.toContain('delete the stack again');
    expect(response.Reason).toMatch(/`aws (drs|ec2) [^`]+ --region eu-central-1`/);
    expect([drs.calls(), ec2.calls()]).toEqual([[], []]);
  });

  test.each(UNREADABLE)('%j of %s: kept in a rollback', async (physicalId, resourceType) => {
    stackIs('ROLLBACK_IN_PROGRESS');
    const { response } = await handle({ type: 'Delete', resourceType, forged: { PhysicalResourceId: physicalId } });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId ?? NOT_CREATED });
    expect([drs.calls(), ec2.calls()]).toEqual([[], []]);
  });
});

describe('properties that can not be read', () => {
  const BAD: [what: string, properties: object][] = [
    ['none', { ResourceProperties: undefined, OldResourceProperties: undefined }],
    ['a text', { ResourceProperties: 'text', OldResourceProperties: 'text' }],
    ['a list', { ResourceProperties: [], OldResourceProperties: [] }],
    ['null', { ResourceProperties: null, OldResourceProperties: null }],
  ];
  const physicalIds = new Map([
    [SOURCE_SERVER_DISCONNECTION, SERVER_ARN],
    [FLEET_DISCONNECTION, `drs:fleet:${ACCOUNT}:${REGION}:0123456789abcdef`],
    [STAGING_AREA_DRAIN, `drs:drain:${ACCOUNT}:${REGION}:vpc-1:drain:0`],
    ['Custom::DRSSomethingNew', 'drs:new:1'],
  ]);
  const rows = TYPES.flatMap((resourceType) => BAD.map(([what, forged]) => [resourceType, what, forged] as const));

  test.each(rows)('%s, %s: Create, Update and a genuine Delete are FAILED, nothing is changed', async (resourceType, _what, forged) => {
    const physicalId = physicalIds.get(resourceType);
    for (const type of KINDS) {
      stackIs(type === 'Delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
      const { response } = await handle({ type, resourceType, physicalId, forged });
      expect(response.Status).toBe('FAILED');
      expect(response.Reason).toMatch(/no properties that can be read|knows no resource type/);
      expect(response.Reason?.includes("Deleting again won't change that.")).toBe(type === 'Delete');
      expect(response.Reason).not.toContain('delete the stack again');
    }
    expect([drs.calls(), ec2.calls()]).toEqual([[], []]);
  });

  test('those before an Update: FAILED, nothing is asked of DRS', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    const physicalId = SERVER_ARN.replace(SERVER_ID, OTHER_ID);
    const { response } = await handle({ type: 'Update', physicalId, forged: { OldResourceProperties: undefined } });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('no properties that can be read') });
    expect(drs.calls()).toEqual([]);
  });

  test.each(rows)('%s, %s: an Update and a Delete of a rollback succeed', async (resourceType, _what, forged) => {
    const physicalId = physicalIds.get(resourceType);
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    for (const type of ['Update', 'Delete'] as const) {
      const { response } = await handle({ type, resourceType, physicalId, forged });
      expect(response).toMatchObject({ Status: 'SUCCESS' });
    }
    expect(drs.commandCalls(DisconnectSourceServerCommand)).toEqual([]);
  });

  test.each(rows)('%s, %s: the Delete of a create that failed succeeds', async (resourceType, _what, forged) => {
    const { response } = await handle({ type: 'Delete', resourceType, physicalId: NOT_CREATED, forged });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NOT_CREATED });
    expect(asked()).toEqual([]);
  });
});

test('a handler that can not be loaded is a failure, and answered', async () => {
  jest.spyOn(fleets, 'fleetDisconnection').mockImplementation(() => {
    throw new Error('the file is broken');
  });
  const { response } = await handle({ type: 'Create', resourceType: FLEET_DISCONNECTION });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the file is broken') });
});

describe('every endpoint is made from a checked Region', () => {
  test.each([
    'evil.example/',
    'x@evil.example/',
    'evil.example#',
    'evil.example?x=',
    'eu-central-1.evil.example',
    'eu-central-1\n',
    '',
    'EU-CENTRAL-1',
  ])('%j is asked nothing', (region) => expect(() => clientConfiguration(STACK, region)).toThrow('is not a Region of the partition'));

  test.each(['evil-1/', 'x', 'eu-central-1.evil', '--1'])('a server of the Region %j is asked nothing', async (region) => {
    const { response } = await handle({ type: 'Delete', physicalId: SERVER_ARN.replace(REGION, region) });
    expect(response.Status).toBe('FAILED');
    expect(drs.calls()).toEqual([]);
  });

  test.each([
    ['aws', 'cn-north-1'],
    ['aws', 'us-gov-west-1'],
    ['aws', 'us-iso-east-1'],
    ['aws', 'us-isob-east-1'],
    ['aws', 'eu-isoe-west-1'],
    ['aws', 'us-isof-south-1'],
    ['aws', 'eusc-de-east-1'],
    ['aws-cn', 'eu-central-1'],
    ['aws-us-gov', 'us-east-1'],
    ['aws-iso', 'us-isob-east-1'],
    ['aws-eusc', 'eu-central-1'],
  ])('partition %s: nothing is asked in %s, where another partition is', (partition, region) => {
    expect(() => clientConfiguration({ ...STACK, partition }, region)).toThrow('is not a Region of the partition');
  });

  test.each([
    ['aws', 'us-east-1'],
    ['aws', 'mx-central-1'],
    ['aws-cn', 'cn-northwest-1'],
    ['aws-us-gov', 'us-gov-east-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-new', 'new-east-1'],
  ])('partition %s: %s is one of its Regions', (partition, region) => {
    expect(clientConfiguration({ ...STACK, partition }, region).region).toBe(region);
  });

  test.each(['Create', 'Update', 'Delete'] as const)(
    'a %s of a server in a Region of another partition: nothing is asked there',
    async (type) => {
      const arn = SERVER_ARN.replace(REGION, 'cn-north-1');
      const { response } = await handle({ type, arn, physicalId: type === 'Delete' ? arn : SERVER_ARN });
      expect(response.Status).toBe('FAILED');
      expect(drs.calls()).toEqual([]);
    },
  );

  test('what may be declared may be asked', () => {
    expect(ASKED_REGION).toEqual(DECLARABLE_REGION);
  });
});
