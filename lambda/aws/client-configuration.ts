import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Failure } from './errors';
import { say } from './message';
import { isRegionOf } from './region';
import type { StackIdentity } from './stack-id';
import './sdk-partitions';

/** What a session of a role is worth: for an hour, which is longer than a function runs. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Connections carry no credentials, so all clients share them: left open by each of hundreds of requests, a warm function would run out of sockets. */
const requestHandler = new NodeHttpHandler();

/** How every client of AWS is made, anew for each request: nothing of one request's Region or role reaches the next. */
export function clientConfiguration(stack: StackIdentity, region: string, credentials?: Credentials) {
  // The Region decides over the host that gets the signed request, whatever the SDK makes of it.
  if (!isRegionOf(region, stack.partition)) {
    throw new Failure(say`'${region}' is not a Region of the partition ${stack.partition}, so nothing was asked there.`, {
      kind: 'permanent',
    });
  }
  return {
    region,
    requestHandler,
    // Absent, not undefined: then they are the function's own.
    ...(credentials && { credentials }),
    // Retries are ours, since only we know the deadline.
    maxAttempts: 1,
    // CloudTrail then tells which stack it was.
    customUserAgent: [['cdk-drs'], ['stack', stack.name]] as [string, string?][],
  };
}
