const account = '111122223333';
const region = 'eu-central-1';
const sourceServer = 's-1234567890abcdef0';

export const ids = {
  account,
  region,
  sourceServer,
  function: `arn:aws:lambda:${region}:${account}:function:teardown`,
  server: `arn:aws:drs:${region}:${account}:source-server/${sourceServer}`,
  stack: `arn:aws:cloudformation:${region}:${account}:stack/LandingZone/00000000-0000-4000-8000-000000000000`,
};

/** The request that CloudFormation sends to delete a resource that stands for one server, in the words of each contestant. */
export function deletion(responsePort: number, resourceType: string, properties: object) {
  return {
    RequestType: 'Delete',
    ServiceToken: ids.function,
    ResponseURL: `https://127.0.0.1:${responsePort}/response?X-Amz-Signature=secret`,
    StackId: ids.stack,
    RequestId: '5dd5d3b5-4c3f-4b0a-a1ad-0b5a3d7d3c4e',
    LogicalResourceId: 'Disconnection1A2B3C4D',
    PhysicalResourceId: ids.server,
    ResourceType: resourceType,
    ResourceProperties: { ServiceToken: 'teardown', ...properties },
  };
}
