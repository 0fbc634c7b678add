import * as path from 'node:path';
import { SOURCE_SERVER_DISCONNECTION, STACK_ID_VARIABLE } from '../../lib/contract';
import { OURS } from '../case';
import { AWS_CUSTOM_RESOURCE, PROVIDER_FRAMEWORK, ROOT } from '../paths';
import { ids } from './deletion';
import type { Code } from './function';

/** A function that disconnects the server, in its own words. */
export interface Contender {
  readonly name: string;
  readonly code: Code;
  /** The type and the properties of the resource that is deleted. */
  readonly resourceType?: string;
  readonly properties: object;
}

/** `built` is where the handlers of those that are not shipped are. */
export function contenders(built: string): Contender[] {
  const ofProvider = { USER_ON_EVENT_FUNCTION_ARN: 'on-event' };
  const call = {
    service: '@aws-sdk/client-drs',
    action: 'DisconnectSourceServerCommand',
    parameters: { sourceServerID: ids.sourceServer },
  };
  return [
    {
      name: OURS,
      code: { directory: path.join(ROOT, 'bundle'), handler: 'index.handler', environment: { [STACK_ID_VARIABLE]: ids.stack } },
      resourceType: SOURCE_SERVER_DISCONNECTION,
      properties: { SourceServerArn: ids.server },
    },
    {
      name: 'AwsCustomResource',
      code: {
        directory: AWS_CUSTOM_RESOURCE,
        handler: 'index.handler',
      },
      properties: { Delete: JSON.stringify(call), InstallLatestAwsSdk: 'false' },
    },
    {
      name: 'Provider framework and a handler',
      code: {
        directory: PROVIDER_FRAMEWORK,
        handler: 'framework.onEvent',
        environment: ofProvider,
      },
      properties: { SourceServerId: ids.sourceServer },
    },
    {
      name: 'a plain bundle',
      code: { directory: path.join(built, 'plain'), handler: 'index.handler' },
      properties: { SourceServerId: ids.sourceServer },
    },
    { name: 'the floor', code: { directory: path.join(built, 'floor'), handler: 'index.handler' }, properties: {} },
  ];
}
