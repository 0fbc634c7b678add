import { DisconnectSourceServerCommand, DrsClient } from '@aws-sdk/client-drs';
import type { CloudFormationCustomResourceDeleteEvent } from 'aws-lambda';

// What a user of the Provider framework writes; the framework's own function invokes it, and answers CloudFormation.

const drs = new DrsClient({});

export async function handler(event: CloudFormationCustomResourceDeleteEvent): Promise<object> {
  await drs.send(new DisconnectSourceServerCommand({ sourceServerID: String(event.ResourceProperties.SourceServerId) }));
  return {};
}
