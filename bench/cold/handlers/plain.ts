import { request } from 'node:https';
import { DisconnectSourceServerCommand, DrsClient } from '@aws-sdk/client-drs';
import type { CloudFormationCustomResourceDeleteEvent } from 'aws-lambda';

// What most people would write.

const drs = new DrsClient({});

export async function handler(event: CloudFormationCustomResourceDeleteEvent): Promise<void> {
  const { PhysicalResourceId, StackId, RequestId, LogicalResourceId } = event;
  const ids = { PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  try {
    await drs.send(new DisconnectSourceServerCommand({ sourceServerID: String(event.ResourceProperties.SourceServerId) }));
    await respond(event.ResponseURL, { Status: 'SUCCESS', ...ids });
  } catch (error) {
    await respond(event.ResponseURL, { Status: 'FAILED', Reason: String(error), ...ids });
  }
}

function respond(url: string, response: object): Promise<void> {
  const body = JSON.stringify(response);
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method: 'PUT', headers }, (answer) => answer.resume().on('end', resolve))
      .on('error', reject)
      .end(body);
  });
}
