import { request } from 'node:https';
import { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';

export type Responder = (event: CustomResourceEvent) => Promise<void>;

/** Stands for Lambda: functions that answer as the test, or the properties of the resource, say. */
export class FakeFunctions {
  readonly arn = 'arn:aws:lambda:eu-central-1:111122223333:function:fake';
  /** Instead of the default answer. */
  respond?: Responder;

  constructor(private readonly certificate: string) {}

  invoke(functionArn: string, payload: unknown): void {
    if (functionArn !== this.arn) throw new Error(`Lambda function ARN not found: ${functionArn}`);
    const event = payload as CustomResourceEvent;
    void (this.respond ?? ((received: CustomResourceEvent) => this.answer(received)))(event);
  }

  /**
   * Id is the physical ID, Data the attributes; `FailOn` and `SilentOn` name request types, and what happens then is FAILED or nothing.
   */
  async answer(event: CustomResourceEvent): Promise<void> {
    const {
      Id,
      Data,
      FailOn = [],
      SilentOn = [],
    } = event.ResourceProperties as { Id?: string; Data?: object; FailOn?: string[]; SilentOn?: string[] };
    if (SilentOn.includes(event.RequestType)) return;
    const PhysicalResourceId =
      event.RequestType === 'Delete' ? event.PhysicalResourceId : (Id ?? event.PhysicalResourceId ?? `id-of-${event.LogicalResourceId}`);
    const failed = FailOn.includes(event.RequestType);
    await this.put(event, { Status: failed ? 'FAILED' : 'SUCCESS', ...(failed && { Reason: 'as asked' }), PhysicalResourceId, Data });
  }

  /** PUTs a response with the request's IDs, unless the response has others. Resolves with the HTTP status. */
  put(event: CustomResourceEvent, response: object): Promise<number> {
    const { StackId, RequestId, LogicalResourceId } = event;
    return this.putBody(event.ResponseURL, JSON.stringify({ StackId, RequestId, LogicalResourceId, ...response }));
  }

  putBody(
    url: string,
    body: string,
    options: { method?: string; chunked?: boolean; headers?: Record<string, string> } = {},
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const length = options.chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': Buffer.byteLength(body) };
      const headers = { ...length, ...options.headers };
      request(url, { method: options.method ?? 'PUT', ca: this.certificate, headers, agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end(body);
    });
  }
}
