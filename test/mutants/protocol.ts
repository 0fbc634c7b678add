import { mutate, type Mutants } from './mutant';

const handler = mutate('index.ts');
const lifecycle = mutate('protocol/respond.ts');
const sleeping = mutate('aws/sleep.ts');
const request = mutate('protocol/request.ts');
const response = mutate('protocol/response.ts');
const logging = mutate('protocol/log.ts');
const client = mutate('aws/client-configuration.ts');
const cloudFormation = mutate('aws/cloudformation.ts');
const xml = mutate('aws/xml.ts');
const retry = mutate('aws/retry.ts');
const rules = mutate('source-server/handler.ts');
const sourceServer = mutate('source-server/source-server.ts');
const failure = mutate('aws/errors.ts');

const DELIVER = 'await deliver(event.ResponseURL, serialize(response), deadline);';

/** The rules of the protocol with CloudFormation, which no table has. */
export const PROTOCOL_RULES = [
  'exactly one response for each request',
  'a response has the IDs of its request',
  'a response fits 4,096 bytes, and its Reason is cut first',
  'the response goes to an https URL only',
  'the response is sent as its signed URL wants it',
  'the PUT is repeated on 5xx and network faults',
  'what can not be delivered throws, so that Lambda runs the request again',
  'every request is answered before the function ends',
  'no response URL in the log or in an error',
  'the log is one line of JSON for each decision',
  'Retry-After is honoured',
  'the physical ID is the ARN, a failure keeps the one it came with',
  'each failed deletion is counted, and nothing else',
  'CloudFormation is asked and understood as by its own client',
  'the resource type decides the rules',
  'every call is made anew, by our retries, and tells for which stack',
] as const;

export const protocol: Record<(typeof PROTOCOL_RULES)[number], Mutants[string]> = {
  'exactly one response for each request': [
    lifecycle('answers twice', DELIVER, `${DELIVER}\n  ${DELIVER}`),
    lifecycle('does not answer a failure', DELIVER, `if (response.Status === 'SUCCESS') {\n    ${DELIVER}\n  }`),
  ],
  'a response has the IDs of its request': [
    lifecycle('sends the name of the stack', 'StackId: request.stack.id', 'StackId: request.stack.name'),
    lifecycle('sends a request ID of its own', 'RequestId: request.requestId', `RequestId: 'mutant'`),
    lifecycle(
      'sends the physical ID as the logical one',
      'LogicalResourceId: request.logicalId',
      `LogicalResourceId: request.physicalId ?? ''`,
    ),
    lifecycle(
      'leaves out the IDs of a failure',
      'NOT_CREATED + request.logicalId, ...ids }',
      `NOT_CREATED + request.logicalId, StackId: '', RequestId: '', LogicalResourceId: '' }`,
    ),
  ],
  'a response fits 4,096 bytes, and its Reason is cut first': [
    response('may be a byte too long', 'MAXIMUM_BYTES = 4096', 'MAXIMUM_BYTES = 4097'),
    response('counts characters, not bytes', 'Buffer.byteLength(whole) <=', 'whole.length <='),
    response('counts characters, not bytes, of what it cuts', 'Buffer.byteLength(cut(fits + step)) <=', 'cut(fits + step).length <='),
    response('is not cut', 'Buffer.byteLength(whole) <= MAXIMUM_BYTES', 'Buffer.byteLength(whole) > 0'),
    response('keeps the end of a Reason, not its beginning', 'characters.slice(0, length)', 'characters.slice(-length)'),
    response('cuts far more than it must', 'step >= 1; step /= 2', 'step >= 512; step /= 2'),
    failure(
      'lets what others wrote leave no room for our own words',
      `cut(message.replace(/[\\p{Cc}\\p{Cs}]+/gu, ' '), LONGEST_MESSAGE)`,
      'message',
    ),
    failure('shows control characters, of six bytes each', `.replace(/[\\p{Cc}\\p{Cs}]+/gu, ' ')`, ''),
    failure('leaves half a command', "isInCommand ? kept.slice(0, kept.lastIndexOf('`')) : kept", 'kept'),
    sourceServer('takes a hostname of any length', 'Array.from(hostname).slice(0, LONGEST_HOSTNAME)', 'Array.from(hostname)'),
  ],
  'the response goes to an https URL only': [
    response('sends it anywhere', `!responseUrl.startsWith('https:')`, `!responseUrl.startsWith('http')`),
  ],
  'the response is sent as its signed URL wants it': [
    response('sends a content type', `'content-type': ''`, `'content-type': 'application/json'`),
    response('counts characters, not bytes', `'content-length': Buffer.byteLength(body)`, `'content-length': body.length`),
    response('does not PUT', `method: 'PUT'`, `method: 'POST'`),
    response('sends blanks', 'request.end(body);', `request.end(' '.repeat(body.length));`),
  ],
  'the PUT is repeated on 5xx and network faults': [
    response('gives up on a 5xx', 'status < 500 && status !== 429', 'status !== 429'),
    response('gives up on a 429', 'status < 500 && status !== 429', 'status < 500'),
    response(
      'gives up on a network fault',
      'resolve({ delivered: false, final: false, problem })',
      'resolve({ delivered: false, final: true, problem })',
    ),
    response('repeats what was refused for good', 'final: status < 500 && status !== 429', 'final: false'),
    response(
      'waits for an answer for ever',
      "const timer = setTimeout(() => {\n      request.destroy();\n      fail('no answer in time');\n    }, timeout);",
      'const timer = setTimeout(() => undefined, timeout);',
    ),
  ],
  'what can not be delivered throws, so that Lambda runs the request again': [
    response('takes a refusal for a delivery', 'status >= 200 && status < 300', 'status >= 200 && status < 500'),
    response(
      'gives up silently',
      'throw new Error(`The response could not be delivered in ${attempt + 1} attempts: ${outcome.problem}`);',
      'return;',
    ),
    lifecycle(
      'goes on without a delivery',
      DELIVER,
      `await deliver(event.ResponseURL, serialize(response), deadline).catch(() => undefined);`,
    ),
    response(
      'takes a URL that it may not use for a delivery',
      `throw new Error('The response was not sent: the response URL is not an https URL.');`,
      'return;',
    ),
  ],
  'every request is answered before the function ends': [
    rules('a Create takes as long as it likes', 'Create: 120_000', 'Create: 890_000'),
    rules('an Update takes as long as it likes', 'Update: 120_000', 'Update: 890_000'),
    rules('a Delete takes as long as it likes', 'Delete: 240_000', 'Delete: 890_000'),
    rules('a Delete gives up after two minutes', 'Delete: 240_000', 'Delete: 120_000'),
    rules(
      'every request takes as long as it likes, if only it may terminate drills',
      `type === 'Delete' && properties.RecoveryInstancePolicy`,
      'properties.RecoveryInstancePolicy',
    ),
    handler('a request of an unknown type takes as long as it likes', 'limit: () => 240_000', 'limit: () => Infinity'),
    request('does not look at the time that is left', 'Math.min(request.deadline, now + limit(request))', 'now + limit(request)'),
    request('leaves no time for the delivery', 'RESERVE = 30_000', 'RESERVE = 0'),
    lifecycle('waits for a rule that never ends', 'GRACE = 5_000', 'GRACE = 600_000'),
    lifecycle('delivers beyond its own end', 'Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN)', 'DELIVERY'),
    lifecycle(
      'delivers for all of the time that is left',
      'Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN)',
      'context.getRemainingTimeInMillis() - MARGIN',
    ),
    rules('leaves no time for the policy of a role to spread', '? LIMITS[type] : LIMITS.Delete', '? LIMITS[type] : LIMITS[type]'),
    rules('a request without a role takes as long as one with a role', '? LIMITS[type] : LIMITS.Delete', '? LIMITS.Delete : LIMITS.Delete'),
    sleeping('leaves a timer behind', 'clearTimeout(timer);', ''),
  ],
  'no response URL in the log or in an error': [
    lifecycle('logs the whole request', `log({ event: 'answered',`, `log({ ...event, event: 'answered',`),
    response(
      'tells the URL of a connection that failed',
      'fail(error.code ?? error.name);',
      'fail(`${error.code ?? error.name} ${url.href}`);',
    ),
    response(
      'tells the URL that is not https',
      `throw new Error('The response was not sent: the response URL is not an https URL.');`,
      'throw new Error(`The response was not sent: ${responseUrl}`);',
    ),
    response('tells the URL that is none', '!URL.canParse(responseUrl) || ', ''),
    response('tells the URL that refused', 'problem: `HTTP status ${status}`', 'problem: `HTTP status ${status} of ${url.href}`'),
  ],
  'the log is one line of JSON for each decision': [
    logging('spreads over lines', 'JSON.stringify(entry)', 'JSON.stringify(entry, null, 2)'),
    logging('runs lines together', '}\\n`', '}`'),
    lifecycle('does not log an answer', `log({ event: 'answered', ...identityOf(request), status: response.Status });`, ''),
    lifecycle('does not log a failure', 'logFailure(request, reason, error);', ''),
    lifecycle('logs the answer before it is delivered', DELIVER, `log({ event: 'answered' });\n  ${DELIVER}`),
    rules('does not log what was declared', `decide(request, 'declared', arn);`, ''),
  ],
  'Retry-After is honoured': [
    retry('does not read the member', 'error.retryAfterSeconds ?? ', ''),
    retry('does not read the header', ` ?? error.$response?.headers?.['retry-after']`, ''),
    retry('takes seconds for milliseconds', 'seconds * 1000', 'seconds'),
    retry('does not check that it is a number', 'Number.isFinite(seconds) ? seconds * 1000 : 0', 'seconds * 1000'),
  ],
  'the physical ID is the ARN, a failure keeps the one it came with': [
    lifecycle(
      'a failure sends the requested ARN',
      'PhysicalResourceId: request.physicalId ?? NOT_CREATED',
      'PhysicalResourceId: String(request.properties.SourceServerArn) || NOT_CREATED',
    ),
    lifecycle(
      'a success sends the logical ID',
      `Status: 'SUCCESS', PhysicalResourceId: physicalId`,
      `Status: 'SUCCESS', PhysicalResourceId: request.logicalId`,
    ),
    request(
      'a Create comes with a physical ID',
      `event.RequestType === 'Create' ? undefined : event.PhysicalResourceId`,
      `(event as { PhysicalResourceId?: string }).PhysicalResourceId ?? 'mutant'`,
    ),
  ],
  'each failed deletion is counted, and nothing else': [
    lifecycle('does not count', `request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request) } : entry`, 'entry'),
    lifecycle(
      'counts failures of every request',
      `request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request) } : entry`,
      '{ ...entry, ...failedDeletionMetric(request) }',
    ),
    lifecycle('counts nothing', '[FAILED_DELETIONS]: 1', '[FAILED_DELETIONS]: 0'),
    lifecycle('has no dimension for the stack', `[['StackName'], []]`, '[[]]'),
    lifecycle('has no total of all stacks', `[['StackName'], []]`, `[['StackName']]`),
    lifecycle('has a dimension without a value', 'StackName: request.stack.name,', ''),
    lifecycle('has another namespace', 'Namespace: METRIC_NAMESPACE', `Namespace: 'mutant'`),
  ],
  'CloudFormation is asked and understood as by its own client': [
    cloudFormation('names no version', ', Version: context.apiVersion', ''),
    cloudFormation('does not escape what it sends', 'entry.map(extendedEncodeURIComponent)', 'entry'),
    cloudFormation('sends what is not there', 'entry[1] !== undefined', 'entry[1] !== null'),
    cloudFormation(
      'goes to the ordinary endpoint where FIPS is wanted',
      `UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },`,
      '',
    ),
    cloudFormation(
      'goes to the ordinary endpoint where dual-stack is wanted',
      `UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },`,
      '',
    ),
    cloudFormation('leaves out the path of an endpoint', '`${path}/`', `'/'`),
    cloudFormation('takes an error for an answer', 'statusCode >= 300', 'statusCode >= 600'),
    cloudFormation('does not name an error', `error?.textOf('Code') ?? String(statusCode)`, 'String(statusCode)'),
    cloudFormation('hides what CloudFormation said', `error?.textOf('Message') ?? 'UnknownError'`, `'UnknownError'`),
    cloudFormation(
      'takes a page of somebody else for an answer',
      'throw new Error(`The answer has no ${operation}Result.`);',
      `return { $metadata: {}, ...read(new Element('')) };`,
    ),
    xml('believes an answer that was cut off', ' || open.length !== 1', ''),
    xml('does not look at the names of closing tags', '(closing && name !== parent.name)', 'false'),
    xml('does not decode what is escaped', 'parent.text += decode(text)', 'parent.text += text'),
    xml('takes hexadecimal numbers for decimal ones', 'parseInt(hexadecimal, 16)', 'parseInt(hexadecimal, 10)'),
  ],
  'the resource type decides the rules': [
    handler('takes every type for a source server', '?? unknownType', '?? sourceServerDisconnection'),
    handler(
      'takes a fleet for a source server',
      `[FLEET_DISCONNECTION]: async () => (await import('./lazy')).fleetDisconnection`,
      '[FLEET_DISCONNECTION]: () => sourceServerDisconnection',
    ),
    handler('creates what it does not know', `type === 'Delete' &&`, `type !== 'Update' &&`),
    handler('fails the deletion of what it never created', '!wasCreated || ', ''),
    handler('deletes what it does not know', '(!wasCreated || !(await judgeDeletion(request)).genuine)', 'type'),
    handler('fails a deletion that is not genuine', ' || !(await judgeDeletion(request)).genuine', ''),
  ],
  'every call is made anew, by our retries, and tells for which stack': [
    client('lets the SDK repeat, which knows no deadline', 'maxAttempts: 1,', ''),
    client('signs for another Region', 'region,', `region: 'us-east-1',`),
    client('does not tell for which stack', `['stack', stack.name]`, `['stack', '']`),
  ],
};
