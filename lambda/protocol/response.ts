import { request as httpsRequest } from 'node:https';
import { bytesOf, type Message } from '../aws/message';
import { sleep } from '../aws/sleep';

/** What CloudFormation accepts as the answer to a request. */
export interface Response {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: Message;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

/** CloudFormation refuses a longer response, in bytes. */
const MAXIMUM_BYTES = 4096;
/** How long one attempt may take, in milliseconds. */
const ATTEMPT = 10_000;
const LONGEST_PAUSE = 10_000;
/** The delivery comes when all else has ended. */
const NEVER = new AbortController().signal;

/** The response as JSON, with its Reason cut to what CloudFormation accepts. */
export function serialize(response: Response): string {
  const whole = JSON.stringify(response);
  const excess = Buffer.byteLength(whole) - MAXIMUM_BYTES;
  const { Reason } = response;
  return excess <= 0 || !Reason ? whole : JSON.stringify({ ...response, Reason: Reason.cut(bytesOf(Reason) - excess - bytesOf('…')) });
}

/**
 * Delivers the response, again and again until the deadline if the network or the server fails.
 * Throws if it can't be delivered, so that Lambda runs the request again: that is harmless, since every rule may be repeated.
 */
export async function deliver(url: URL, body: string, deadline: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    // At least a moment: the last attempt may begin just before the deadline.
    const attempted = await put(url, body, Math.max(1_000, Math.min(ATTEMPT, deadline - Date.now())));
    if (attempted.delivered) {
      return;
    }
    const pause = (0.5 + Math.random() / 2) * Math.min(LONGEST_PAUSE, 200 * 2 ** attempt);
    if (attempted.final || Date.now() + pause >= deadline) {
      throw new Error(`The response could not be delivered in ${attempt + 1} attempts: ${attempted.problem}`);
    }
    await sleep(pause, NEVER);
  }
}

type DeliveryAttempt = { readonly delivered: true } | { readonly delivered: false; readonly final: boolean; readonly problem: string };

function put(url: URL, body: string, timeout: number): Promise<DeliveryAttempt> {
  return new Promise((resolve) => {
    // The signature of the URL covers an empty content type. A fresh connection, since a kept one may be what failed.
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const request = httpsRequest(url, { method: 'PUT', headers, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on('error', () => undefined);
      clearTimeout(timer);
      const delivered = status >= 200 && status < 300;
      resolve(delivered ? { delivered } : { delivered, final: status < 500 && status !== 429, problem: `HTTP status ${status}` });
    });
    const fail = (problem: string) => resolve({ delivered: false, final: false, problem });
    const timer = setTimeout(() => {
      request.destroy();
      fail('no answer in time');
    }, timeout);
    request.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      // Only the code: the message may hold the URL, which is a credential.
      fail(error.code ?? error.name);
    });
    request.end(body);
  });
}
