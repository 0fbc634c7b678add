import { Clock } from '../control/clock';
import { jsonBody, jsonResponse, refuseJson11 } from '../http/json';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { Iam } from '../iam/iam';
import { logGroupArn, LogLine, LogStore } from './log-store';

const mostEvents = 10_000;

/** What FilterLogEvents may be asked for here. Every other parameter would change what is found. */
interface FilterLogEventsInput {
  readonly logGroupName: string;
  readonly logStreamNames?: readonly string[];
  /** By the wall clock, as the caller's. */
  readonly startTime?: number;
  readonly endTime?: number;
  readonly limit?: number;
  readonly nextToken?: string;
}
const supported: readonly (keyof FilterLogEventsInput)[] = ['logGroupName', 'logStreamNames', 'startTime', 'endTime', 'limit', 'nextToken'];

/** Amazon CloudWatch Logs, of which only the events are read: the CDK CLI shows those of a function that failed a deployment. */
export class Logs implements Service {
  readonly signingName = 'logs';

  constructor(private readonly parts: { clock: Clock; iam: Iam; store: LogStore }) {}

  operationOf(request: ServiceRequest): string | undefined {
    return /^Logs_20140328\.(FilterLogEvents)$/.exec(request.headers['x-amz-target'] ?? '')?.[1];
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const filter = readInput(jsonBody(request));
    const { iam, store } = this.parts;
    const { caller, region } = request;
    const group = logGroupArn({ region, accountId: caller.accountId }, filter.logGroupName);
    iam.authorize(caller, 'logs:FilterLogEvents', `${group}:*`);
    if (!store.group(group)) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.', 400);
    return jsonResponse(200, page(this.events(filter), filter));
  }

  refuse(error: AwsError): ServiceResponse {
    return refuseJson11(error);
  }

  private events({ logGroupName, logStreamNames, startTime = 0, endTime = Infinity }: FilterLogEventsInput): LogEvent[] {
    const { clock, store } = this.parts;
    const dated = store.lines(logGroupName).map((line, index) => ({ line, index, timestamp: clock.wallTime(line.time) }));
    return dated
      .filter(({ line, timestamp }) => (logStreamNames?.includes(line.stream) ?? true) && timestamp >= startTime && timestamp <= endTime)
      .map(({ line, index, timestamp }) => describe(line, timestamp, index));
  }
}

type LogEvent = ReturnType<typeof describe>;

function describe({ stream, message }: LogLine, timestamp: number, index: number) {
  return { logStreamName: stream, timestamp, message, ingestionTime: timestamp, eventId: String(index) };
}

function page(events: readonly LogEvent[], { limit = mostEvents, nextToken = '0' }: FilterLogEventsInput) {
  const end = Number(nextToken) + limit;
  return { events: events.slice(Number(nextToken), end), searchedLogStreams: [], ...(end < events.length && { nextToken: String(end) }) };
}

function readInput(input: Record<string, unknown> | undefined): FilterLogEventsInput {
  const unsupported = Object.keys(input ?? {}).find((name) => !supported.some((known) => known === name));
  if (unsupported) throw invalid(`FilterLogEvents' ${unsupported} is not modelled by the embedded AWS.`);
  if (typeof input?.logGroupName !== 'string') throw invalid('1 validation error detected: logGroupName must be a string');
  return { ...input, logGroupName: input.logGroupName };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message, 400);
}
