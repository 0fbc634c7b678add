import { randomUUID } from 'node:crypto';
import { Clock } from '../control/clock';
import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { CustomResourceEvent, CustomResourceResponse, readResponse } from './custom-resource-response';
import { reasonOf, ResourceFailure } from './errors';
import { withScalarsAsStrings } from './properties';
import { FunctionIsPending } from './express';
import { ResponseEndpoint } from './response-endpoint';
import { Json } from './template';

/** A PUT to a response URL. */
export interface ReceivedResponse {
  readonly time: number;
  readonly body: string;
  readonly bytes: number;
  /** Accepted ends the request; refused fails the resource; ignored came after the request's end. */
  readonly verdict: 'accepted' | 'refused' | 'ignored';
  /** Why it was refused or ignored. */
  readonly why?: string;
  /** The Status of an accepted one. */
  readonly status?: 'SUCCESS' | 'FAILED';
}

/** A request that was sent, with all that came of it. */
export interface CustomResourceRequest {
  readonly time: number;
  readonly event: CustomResourceEvent;
  readonly responses: ReceivedResponse[];
  outcome: 'pending' | 'accepted' | 'refused' | 'timed out' | 'cancelled' | 'not sent';
}

type UpdateRequest = ResourceRequest & { readonly physicalId: string; readonly oldProperties: Json };
type DeleteRequest = ResourceRequest & { readonly physicalId: string };

/** Also the longest. */
const defaultServiceTimeout = 3600;
const longestPhysicalName = 255;
/** After so many seconds. */
const TRIED_AGAIN = 2;

/** Custom::* and AWS::CloudFormation::CustomResource: the protocol with the function behind the service token. */
export class CustomResources implements ResourceProvider {
  /** Every request ever sent, oldest first. */
  readonly requests: CustomResourceRequest[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly clock: Clock,
    private readonly endpoint: ResponseEndpoint,
    private readonly invoke: (functionArn: string, payload: unknown) => unknown,
    private readonly waitsForPending: boolean,
  ) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    // Whatever happens, the resource needs an ID for its Delete: a made-up one until there is an accepted response.
    checkServiceTimeout(request.properties);
    return created(await this.send('Create', request, {}, physicalName(request, longestPhysicalName)));
  }

  async update(request: UpdateRequest): Promise<CreatedResource> {
    const { physicalId, properties, oldProperties } = request;
    if (properties.ServiceToken !== oldProperties.ServiceToken) {
      throw new ResourceFailure('Modifying service token is not allowed.', undefined, false);
    }
    checkServiceTimeout(properties);
    const old = withScalarsAsStrings(oldProperties) as Json;
    return created(await this.send('Update', request, { PhysicalResourceId: physicalId, OldResourceProperties: old }, physicalId));
  }

  async delete(request: DeleteRequest): Promise<void> {
    await this.send('Delete', request, { PhysicalResourceId: request.physicalId }, request.physicalId);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async send(
    requestType: CustomResourceEvent['RequestType'],
    request: ResourceRequest,
    more: Partial<CustomResourceEvent>,
    physicalId: string,
  ): Promise<CustomResourceResponse> {
    const response = await this.exchange(this.event(requestType, request, more), request, physicalId);
    if (response.status === 'SUCCESS') return response;
    const { event } = response;
    const reason = `Received response status [FAILED] from custom resource. Message returned: ${response.reason} (RequestId: ${event.RequestId})`;
    throw new ResourceFailure(reason, response.physicalId);
  }

  /** Sends the request and waits for what ends it: a response, the service timeout, or a cancellation. */
  private exchange(
    withoutUrl: Omit<CustomResourceEvent, 'ResponseURL'>,
    { signal, properties }: ResourceRequest,
    physicalId: string,
  ): Promise<CustomResourceResponse & { readonly event: CustomResourceEvent }> {
    return new Promise((resolve, reject) => {
      const { StackId, LogicalResourceId, RequestId } = withoutUrl;
      const url = this.endpoint.expect([StackId, LogicalResourceId, RequestId], (body) => receive(body));
      const event: CustomResourceEvent = { ...withoutUrl, ResponseURL: url };
      const sent: CustomResourceRequest = { time: this.clock.now(), event, responses: [], outcome: 'pending' };
      this.requests.push(sent);

      const end = (outcome: CustomResourceRequest['outcome']): void => {
        sent.outcome = outcome;
        clearTimeout(timer);
        this.timers.delete(timer);
        signal.removeEventListener('abort', cancelled);
      };
      const fail = (outcome: CustomResourceRequest['outcome'], reason: string): void => {
        end(outcome);
        reject(outcome === 'not sent' ? new ResourceFailure(reason, undefined, false) : new ResourceFailure(reason, physicalId));
      };
      const receive = (body: Buffer): void => {
        const received = { time: this.clock.now(), body: body.toString('utf8'), bytes: body.length };
        if (sent.outcome !== 'pending') {
          sent.responses.push({ ...received, verdict: 'ignored', why: `the request is over: ${sent.outcome}` });
          return;
        }
        try {
          const response = readResponse(event, body);
          sent.responses.push({ ...received, verdict: 'accepted', status: response.status });
          end('accepted');
          resolve({ ...response, event });
        } catch (error) {
          sent.responses.push({ ...received, verdict: 'refused', why: reasonOf(error) });
          fail('refused', reasonOf(error));
        }
      };
      const cancelled = (): void => fail('cancelled', 'Resource creation cancelled');
      const timedOut = (): void =>
        fail(
          'timed out',
          `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${RequestId}]. ` +
            'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.',
        );
      const timer = this.clock.after(serviceTimeout(properties) * 1000, timedOut);
      this.timers.add(timer);
      signal.addEventListener('abort', cancelled, { once: true });
      this.invokeOnce(
        event,
        () => sent.outcome === 'pending',
        (error) => fail('not sent', reasonOf(error)),
      );
    });
  }

  /** In express mode the function may be pending: it is tried again then, unless that is set otherwise. */
  private invokeOnce(event: CustomResourceEvent, isWanted: () => boolean, fail: (error: unknown) => void): void {
    try {
      this.invoke(event.ServiceToken, event);
    } catch (error) {
      if (!(error instanceof FunctionIsPending && this.waitsForPending)) return fail(error);
      const timer = this.clock.after(TRIED_AGAIN * 1000, () => {
        this.timers.delete(timer);
        if (isWanted()) this.invokeOnce(event, isWanted, fail);
      });
      this.timers.add(timer);
    }
  }

  private event(
    RequestType: CustomResourceEvent['RequestType'],
    { stack, logicalId, resourceType, properties }: ResourceRequest,
    more: Partial<CustomResourceEvent>,
  ): Omit<CustomResourceEvent, 'ResponseURL'> {
    return {
      RequestType,
      ServiceToken: String(properties.ServiceToken),
      StackId: stack.stackId,
      RequestId: randomUUID(),
      LogicalResourceId: logicalId,
      ResourceType: resourceType,
      ResourceProperties: withScalarsAsStrings(properties) as Json,
      ...more,
    };
  }
}

function checkServiceTimeout(properties: Json): void {
  const timeout = serviceTimeout(properties);
  if (Number.isInteger(timeout) && timeout >= 1 && timeout <= defaultServiceTimeout) return;
  throw new ResourceFailure(`ServiceTimeout must be an integer between 1 and ${defaultServiceTimeout}.`, undefined, false);
}

function serviceTimeout({ ServiceTimeout }: Json): number {
  return ServiceTimeout === undefined ? defaultServiceTimeout : Number(ServiceTimeout);
}

function created({ physicalId, data }: CustomResourceResponse): CreatedResource {
  return { physicalId, attributes: data };
}
