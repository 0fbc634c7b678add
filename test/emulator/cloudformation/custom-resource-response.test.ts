import { CustomResourceEvent, readResponse } from '../../../emulator/cloudformation/custom-resource-response';

const event: CustomResourceEvent = {
  RequestType: 'Create',
  ServiceToken: 'arn',
  ResponseURL: 'https://localhost',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Thing',
  ResourceType: 'Custom::Thing',
  ResourceProperties: {},
};
const good = { Status: 'SUCCESS', PhysicalResourceId: 'id', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Thing' };
const read = (response: unknown): unknown => readResponse(event, Buffer.from(JSON.stringify(response)));
const ofBytes = (bytes: number): object => {
  const empty = Buffer.byteLength(JSON.stringify({ ...good, Reason: '' }));
  return { ...good, Reason: 'x'.repeat(bytes - empty) };
};

describe('a response', () => {
  it.each<[string, object, object]>([
    ['with everything', { ...good, Data: { A: 'b' } }, { status: 'SUCCESS', physicalId: 'id', data: { A: 'b' } }],
    ['without Data', good, { data: {} }],
    ['with NoEcho', { ...good, NoEcho: true }, { status: 'SUCCESS' }],
    ['of a failure', { ...good, Status: 'FAILED', Reason: 'why' }, { status: 'FAILED', reason: 'why' }],
    ['of 4,096 bytes', ofBytes(4096), { status: 'SUCCESS' }],
    ['with a physical ID of 1,024 bytes', { ...good, PhysicalResourceId: 'x'.repeat(1024) }, { status: 'SUCCESS' }],
  ])('%s is accepted', (_, response, expected) => {
    expect(read(response)).toMatchObject(expected);
  });

  it.each<[string, unknown, string]>([
    ['of 4,097 bytes', ofBytes(4097), 'Response object is too long.'],
    ['of few characters but many bytes', { ...good, Reason: 'ü'.repeat(2048) }, 'Response object is too long.'],
    ['that is a list', [good], 'Response is not valid JSON'],
    ['that is text', 'SUCCESS', 'Response is not valid JSON'],
    ['without PhysicalResourceId', { ...good, PhysicalResourceId: undefined }, 'Invalid PhysicalResourceId'],
    ['with an empty PhysicalResourceId', { ...good, PhysicalResourceId: '' }, 'Invalid PhysicalResourceId'],
    ['with a PhysicalResourceId over 1,024 bytes', { ...good, PhysicalResourceId: 'x'.repeat(1025) }, 'Invalid PhysicalResourceId'],
    ['without Status', { ...good, Status: undefined }, 'Invalid response object: Value of property Status must be SUCCESS or FAILED'],
    ['with another Status', { ...good, Status: 'OK' }, 'Invalid response object: Value of property Status must be SUCCESS or FAILED'],
    ['of a failure without Reason', { ...good, Status: 'FAILED' }, 'Invalid response object: Reason is missing'],
    ['with a Reason that is no text', { ...good, Reason: {} }, 'Invalid response object: Value of property Reason must be of type String'],
    ['with Data that is no object', { ...good, Data: 'x' }, 'Invalid response object: Value of property Data must be an object'],
    ['without StackId', { ...good, StackId: undefined }, 'Invalid response object: StackId is missing'],
    ['with another StackId', { ...good, StackId: 'x' }, 'Invalid response object: StackId is not that of the request'],
    ['without RequestId', { ...good, RequestId: undefined }, 'Invalid response object: RequestId is missing'],
    ['with another RequestId', { ...good, RequestId: 'x' }, 'Invalid response object: RequestId is not that of the request'],
    ['without LogicalResourceId', { ...good, LogicalResourceId: undefined }, 'Invalid response object: LogicalResourceId is missing'],
    [
      'with another LogicalResourceId',
      { ...good, LogicalResourceId: 'x' },
      'Invalid response object: LogicalResourceId is not that of the request',
    ],
  ])('%s is refused', (_, response, why) => {
    expect(() => read(response)).toThrow(why);
  });

  it('that is not JSON is refused', () => {
    expect(() => readResponse(event, Buffer.from('{"Status":'))).toThrow('Response is not valid JSON');
  });
});
