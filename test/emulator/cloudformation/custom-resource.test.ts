import { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { FaultKind } from '../../../emulator/control/faults';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

beforeEach(async () => {
  aws = await EmbeddedCloudFormation.start();
  stackName = newName();
});
afterEach(() => aws.stop());

const create = (properties: object = {}): Promise<string> => aws.create(stackName, { Resources: { Thing: aws.custom(properties) } });
const requestOf = (requestType: string): ReturnType<typeof aws.requestsOf>[number] => aws.requestsOf(requestType, 'Thing')[0];

/** The first request as soon as it is sent; nobody answers it. */
function firstRequest(): Promise<CustomResourceEvent> {
  return new Promise((resolve) => {
    aws.functions.respond = async (event) => {
      aws.functions.respond = undefined;
      resolve(event);
    };
  });
}

const success = { Status: 'SUCCESS', PhysicalResourceId: 'mine' };

describe('a custom resource', () => {
  it('gets a URL that looks like a presigned one of S3, and passes ServiceTimeout on as text', async () => {
    await create({ ServiceTimeout: 3600 });
    const { ResponseURL, ResourceProperties, ResourceType } = requestOf('Create').event;
    const url = new URL(ResponseURL);
    expect([url.protocol, url.hostname]).toEqual(['https:', '127.0.0.1']);
    expect([...url.searchParams.keys()]).toEqual(expect.arrayContaining(['X-Amz-Algorithm', 'X-Amz-Expires', 'X-Amz-Signature']));
    expect(ResourceProperties).toEqual({ ServiceToken: aws.functions.arn, ServiceTimeout: '3600' });
    expect(ResourceType).toBe('Custom::Thing');
  });

  it('may be an AWS::CloudFormation::CustomResource', async () => {
    const resource = { Type: 'AWS::CloudFormation::CustomResource', Properties: { ServiceToken: aws.functions.arn } };
    expect(await aws.create(stackName, { Resources: { Thing: resource } })).toBe('CREATE_COMPLETE');
    expect(requestOf('Create').event.ResourceType).toBe('AWS::CloudFormation::CustomResource');
  });

  it('gives its Data as attributes', async () => {
    const template = {
      Resources: { Thing: aws.custom({ Data: { Name: 'x', Number: 7 } }) },
      Outputs: { N: { Value: { 'Fn::GetAtt': ['Thing', 'Number'] } } },
    };
    await aws.create(stackName, template);
    expect((await aws.describe(stackName)).Outputs?.[0]?.OutputValue).toBe('7');
  });

  it('fails without a response in its ServiceTimeout, and is deleted with a made-up ID', async () => {
    const after = jest.spyOn(aws.clock, 'after');
    // At this speed a second and a bit, in which a busy machine can answer the Delete.
    expect(await create({ SilentOn: ['Create'], ServiceTimeout: 1200 })).toBe('ROLLBACK_COMPLETE');
    const { RequestId } = requestOf('Create').event;
    expect(aws.reasonOf('Thing', 'CREATE_FAILED')).toContain(
      `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${RequestId}]`,
    );
    expect(after).toHaveBeenCalledWith(1_200_000, expect.any(Function));
    expect(requestOf('Create').outcome).toBe('timed out');
    expect(requestOf('Delete').event.PhysicalResourceId).toMatch(new RegExp(`^${stackName}-Thing-[A-Z0-9]{12}$`));
  });

  it.each([0, 3601, 'soon'])('is refused a ServiceTimeout of %p', async (ServiceTimeout) => {
    expect(await create({ ServiceTimeout })).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Thing', 'CREATE_FAILED')).toBe('ServiceTimeout must be an integer between 1 and 3600.');
    expect(aws.requested).toEqual([]);
  });

  it('has an hour if it asks for no other time', async () => {
    const after = jest.spyOn(aws.clock, 'after');
    await create();
    expect(after).toHaveBeenCalledWith(3_600_000, expect.any(Function));
  });

  it('fails on a response that cannot be accepted; one that can is too late then', async () => {
    const request = firstRequest();
    const settled = create();
    const event = await request;
    expect(await aws.functions.putBody(event.ResponseURL, 'no JSON')).toBe(200);
    expect(await aws.functions.put(event, success)).toBe(200);
    expect(await settled).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Thing', 'CREATE_FAILED')).toBe('Response is not valid JSON');
    expect(requestOf('Create')).toMatchObject({
      outcome: 'refused',
      responses: [
        { verdict: 'refused', why: 'Response is not valid JSON', body: 'no JSON', bytes: 7 },
        { verdict: 'ignored', why: 'the request is over: refused' },
      ],
    });
    expect(requestOf('Delete').event.PhysicalResourceId).toMatch(/-Thing-[A-Z0-9]{12}$/);
  });

  it('has no use for a second response', async () => {
    const request = firstRequest();
    const settled = create();
    const event = await request;
    await aws.functions.put(event, success);
    expect(await aws.functions.put(event, { Status: 'FAILED', Reason: 'late', PhysicalResourceId: 'other' })).toBe(200);
    expect(await settled).toBe('CREATE_COMPLETE');
    expect(await aws.resources(stackName)).toMatchObject([{ PhysicalResourceId: 'mine' }]);
    expect(requestOf('Create').responses).toMatchObject([{ verdict: 'accepted', status: 'SUCCESS' }, { verdict: 'ignored' }]);
  });
});

describe('the response URL', () => {
  it.each<[string, (event: CustomResourceEvent) => Promise<number>, number]>([
    ['a wrong signature', ({ ResponseURL }) => aws.functions.putBody(ResponseURL.replace(/Signature=.*/, 'Signature=00'), '{}'), 403],
    ['another object', ({ ResponseURL }) => aws.functions.putBody(ResponseURL.replace('%7C', '%7Cx'), '{}'), 403],
    ['a POST', ({ ResponseURL }) => aws.functions.putBody(ResponseURL, '{}', { method: 'POST' }), 403],
    ['a web page', ({ ResponseURL }) => aws.functions.putBody(ResponseURL, '{}', { headers: { origin: 'http://evil.example' } }), 403],
    ['another Host', ({ ResponseURL }) => aws.functions.putBody(ResponseURL, '{}', { headers: { host: 'localhost:1' } }), 403],
    ['a body of unknown length', ({ ResponseURL }) => aws.functions.putBody(ResponseURL, '{}', { chunked: true }), 501],
  ])('refuses %s, and waits on', async (_, put, status) => {
    const request = firstRequest();
    const settled = create();
    const event = await request;
    expect(await put(event)).toBe(status);
    expect(requestOf('Create').responses).toEqual([]);
    await aws.functions.put(event, success);
    expect(await settled).toBe('CREATE_COMPLETE');
  });

  it.each<[FaultKind, number]>([
    ['throttle', 503],
    ['internal', 503],
    ['denied', 403],
  ])('answers the fault %s with %d, once', async (kind, status) => {
    aws.faults.add({ service: 'cloudformation-response', operation: 'PutResponse', kind });
    const request = firstRequest();
    const settled = create();
    const event = await request;
    expect(await aws.functions.put(event, success)).toBe(status);
    expect(await aws.functions.put(event, success)).toBe(200);
    expect(await settled).toBe('CREATE_COMPLETE');
  });

  it.each<[FaultKind, string[]]>([
    ['reset', ['accepted']],
    ['lost-answer', ['accepted', 'ignored']],
  ])('breaks the connection for the fault %s; the response is then %p', async (kind, verdicts) => {
    aws.faults.add({ service: 'cloudformation-response', operation: 'PutResponse', kind });
    const request = firstRequest();
    const settled = create();
    const event = await request;
    await expect(aws.functions.put(event, success)).rejects.toThrow();
    await aws.functions.put(event, success);
    expect(await settled).toBe('CREATE_COMPLETE');
    expect(requestOf('Create').responses.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it('is slow, or never answers, if asked to', async () => {
    const after = jest.spyOn(aws.clock, 'after');
    aws.faults.add({ service: 'cloudformation-response', operation: 'PutResponse', kind: 'slow', delay: 20_000 });
    aws.faults.add({ service: 'cloudformation-response', operation: 'PutResponse', kind: 'hang', nth: 2 });
    const request = firstRequest();
    const settled = create();
    const event = await request;
    const hanging = expect(Promise.all([aws.functions.put(event, success), aws.functions.put(event, success)])).rejects.toThrow();
    expect(await settled).toBe('CREATE_COMPLETE');
    expect(requestOf('Create').responses).toHaveLength(1);
    expect(after).toHaveBeenCalledWith(20_000, expect.any(Function));
    await aws.stop();
    await hanging;
    aws = await EmbeddedCloudFormation.start();
  });
});
