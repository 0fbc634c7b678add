import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { fleetId, type Tags } from './fixtures';

/** Where a run may call DRS, and as whom: as the function itself, if there is no role. */
export interface Mandate {
  readonly accountId: string;
  readonly region: string;
  readonly roleArn?: unknown;
}

/** An update of a single disconnection looks at its old server, too. */
export function mandatesOf(event: CustomResourceEvent): Mandate[] {
  const { RequestType, ResourceType, PhysicalResourceId, ResourceProperties, OldResourceProperties = {} } = event;
  if (ResourceType === FLEET_DISCONNECTION) {
    return [fleetMandate(event)];
  }
  if (ResourceType !== SOURCE_SERVER_DISCONNECTION) {
    return [];
  }
  const requested = RequestType === 'Delete' ? PhysicalResourceId : ResourceProperties.SourceServerArn;
  return [
    serverMandate(requested, ResourceProperties.AssumeRoleArn),
    ...(RequestType === 'Update' ? [serverMandate(PhysicalResourceId, OldResourceProperties.AssumeRoleArn)] : []),
  ];
}

export function fleetMandate({ StackId, ResourceProperties }: CustomResourceEvent): Mandate {
  const { Region, AssumeRoleArn } = ResourceProperties;
  return { accountId: accountIn(AssumeRoleArn ?? StackId), region: String(Region), roleArn: AssumeRoleArn };
}

/** The tags that a fleet asks for; all servers are meant where there are none. */
export function tagsOf({ ResourceProperties }: CustomResourceEvent): Tags | undefined {
  return ResourceProperties.Tags as Tags | undefined;
}

/** The physical ID that stands for what the properties name. */
export function idOf(event: CustomResourceEvent): string {
  const { ResourceType, StackId, ResourceProperties } = event;
  if (ResourceType === SOURCE_SERVER_DISCONNECTION) {
    return String(ResourceProperties.SourceServerArn);
  }
  if (ResourceType === FLEET_DISCONNECTION) {
    const { accountId, region } = fleetMandate(event);
    return fleetId(accountId, region, tagsOf(event));
  }
  const [, , , region, accountId] = StackId.split(':');
  return ['drs:drain', accountId, region, ResourceProperties.VpcId, ResourceProperties.Drain, ResourceProperties.Link].join(':');
}

function serverMandate(arn: unknown, roleArn: unknown): Mandate {
  const [, , , region = '', accountId = ''] = String(arn).split(':');
  return { accountId, region, roleArn };
}

export function accountIn(arn: unknown): string {
  return String(arn).split(':')[4];
}

export function regionIn(arn: unknown): string {
  return String(arn).split(':')[3];
}
