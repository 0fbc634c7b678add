import { mutate, type Mutants } from './mutant';

const index = mutate('index.ts');
const respond = mutate('protocol/respond.ts');
const sleep = mutate('aws/sleep.ts');
const request = mutate('protocol/request.ts');
const response = mutate('protocol/response.ts');
const responseUrl = mutate('protocol/response-url.ts');
const log = mutate('protocol/log.ts');
const clientConfiguration = mutate('aws/client-configuration.ts');
const cloudFormation = mutate('aws/cloudformation.ts');
const queryCommand = mutate('aws/query-command.ts');
const xml = mutate('aws/xml.ts');
const drs = mutate('aws/drs.ts');
const ec2 = mutate('drain/ec2.ts');
const stackStatus = mutate('protocol/stack-status.ts');
const retry = mutate('aws/retry.ts');
const timeLimits = mutate('protocol/time-limits.ts');
const handler = mutate('source-server/handler.ts');
const errors = mutate('aws/errors.ts');
const message = mutate('aws/message.ts');
const sourceServer = mutate('source-server/source-server.ts');
const step = mutate('drain/step.ts');
const rateLimiter = mutate('aws/rate-limiter.ts');
const drain = mutate('drain/handler.ts');
const teardown = mutate('fleet/teardown.ts');

const LIMIT = `type === 'Delete' || properties.AssumeRoleArn !== undefined ? LONG_LIMIT : SHORT_LIMIT`;
const KIND = 'kind ?? (cause instanceof Failure ? cause.kind : undefined)';
const IS_OF_KIND = 'error instanceof Failure && error.kind === kind';
const DELIVER = 'await deliver(responseUrl.url, serialize(response), deadline);';

/** The rules of the protocol with CloudFormation, which no table has. */
export const PROTOCOL_RULES = [
  'exactly one response for each request',
  'a response has the IDs of its request',
  'a response fits 4,096 bytes, and its Reason is cut first',
  "others' text is text",
  'a command is ours, and its words are IDs',
  'the response goes to an https URL only',
  'the response is sent as its signed URL wants it',
  'the PUT is repeated on 5xx and network faults',
  'what can not be delivered throws, so that Lambda runs the request again',
  'every request is answered before the function ends',
  'nothing of a request goes on after its answer',
  'no response URL in the log or in an error',
  'the log is one line of JSON for each decision',
  'Retry-After is honoured',
  'the physical ID is the ARN, a failure keeps the one it came with',
  'each failed deletion is counted, and nothing else',
  'CloudFormation is asked and understood as by its own client',
  'the resource type decides the rules',
  'a failure that says more of another is of the same kind',
  'every call is made anew, by our retries, and tells for which stack',
  'an answer without its list is not an empty list',
] as const;

export const protocol: Record<(typeof PROTOCOL_RULES)[number], Mutants[string]> = {
  'exactly one response for each request': [
    respond('answers twice', DELIVER, `${DELIVER}\n  ${DELIVER}`),
    respond('does not answer a failure', DELIVER, `if (response.Status === 'SUCCESS') {\n    ${DELIVER}\n  }`),
  ],
  'a response has the IDs of its request': [
    respond('sends the name of the stack', 'StackId: request.stack.id', 'StackId: request.stack.name'),
    respond('sends a request ID of its own', 'RequestId: request.requestId', `RequestId: 'mutant'`),
    respond(
      'sends the physical ID as the logical one',
      'LogicalResourceId: request.logicalId',
      `LogicalResourceId: request.physicalId ?? ''`,
    ),
    respond(
      'leaves out the IDs of a failure',
      'notCreatedIdOf(request.logicalId), ...ids }',
      `notCreatedIdOf(request.logicalId), StackId: '', RequestId: '', LogicalResourceId: '' }`,
    ),
  ],
  'a response fits 4,096 bytes, and its Reason is cut first': [
    response('may be a byte too long', 'MAXIMUM_BYTES = 4096', 'MAXIMUM_BYTES = 4097'),
    response('counts characters, not bytes', 'Buffer.byteLength(whole) -', 'whole.length -'),
    message(
      'counts characters, not bytes, of what it cuts',
      'Buffer.byteLength(JSON.stringify(String(text)))',
      'JSON.stringify(String(text)).length',
    ),
    response('is not cut', 'excess <= 0 || !Reason', 'Reason === undefined || excess > 0'),
    message('keeps the end of a Reason, not its beginning', 'this.parts.slice(0, end)', 'this.parts.slice(end)'),
    response('cuts far more than it must', 'bytesOf(Reason) - excess', 'bytesOf(Reason) - 2 * excess'),
    message('lets what others wrote leave no room for our own words', '.cut(LONGEST_TEXT)', ''),
    message('shows control characters, of six bytes each', '\\p{Cc}', ''),
    message('leaves half a command', "last instanceof Command ? '' : beginning(last, ", 'beginning(String(last), '),
    message('takes a hostname of any length', '.slice(0, LONGEST_NAME)', ''),
  ],
  "others' text is text": [
    message('lets characters of direction through', '\\p{Cf}', ''),
    message('lets halves of characters through', '\\p{Cs}', ''),
    message('lets separators of lines through', '\\p{Zl}\\p{Zp}', ''),
    message('tells a token', ".replace(NAMED_SECRET, '[cut]')", ''),
    message('tells a token after a blank', String.raw`|[\s:=]{1,3}["']?(?=[^\s"',]{16})`, ''),
    message('takes what is said of a token for one', '(?=[^\\s"\',]{16})', ''),
    message('cuts ARNs', '(?!arn:)', ''),
    message('tells a signed request', ".replace(QUOTED_REQUEST, '[cut]')", ''),
    message('tells what is as long as a token', ".replace(LONG_AS_SECRET, '[cut]')", ''),
    message('cuts the values of tags', '{257,}', '{256,}'),
    message('cuts the paths of roles', String.raw`(?!role\/)`, ''),
    message('cuts the end of the path of a role', String.raw`(?<![\w+/=%.~-])`, ''),
    message('lets it be an order to Azure Pipelines together with what stands before it', ".replace(/#(?=\\w*\\[)/g, '# ')", ''),
    message('tells the ID of an access key', ".replace(ACCESS_KEY, '[cut]')", ''),
    message('lets it be an order to Azure Pipelines', ".replace(/##+/g, '#')", ''),
    message('lets it be an order to GitHub', ".replace(/(?<![\\w:])::(?=[a-z])/gi, ': :')", ''),
    message('breaks an ARN', '(?<![\\w:])::(?=[a-z])', '::'),
    message('lets it be a command', ".replaceAll('`', \"'\")", ''),
    message('lets a name be more than a name', ".replace(/[^\\w.-]/gu, '?')", ''),
    message('takes characters out of a name', ".replace(/[^\\w.-]/gu, '?')", ".replace(/[^\\w.-]/gu, '')"),
    sourceServer('gives any replication state as an attribute', 'nameFrom(server?.dataReplicationInfo', '(server?.dataReplicationInfo'),
    sourceServer('gives any hostname as an attribute', 'nameFrom(server?.sourceProperties', '(server?.sourceProperties'),
    log('writes it as it is', "typeof written === 'string' ? textOf(written) : value", 'value'),
    step('takes a name that no response has room for', ' && value.length <= LONGEST', ''),
  ],
  'a command is ours, and its words are IDs': [
    message('types what is no ID', 'ID.test(value) ? value : "\'?\'"', 'value'),
    message('types an option', '/^\\w[\\w+=,.@-]{0,254}$/', '/^[\\w+=,.@-]{1,255}$/'),
    message('types a file', '[\\w+=,.@-]{0,254}', '[\\w+=,.@:/-]{0,254}'),
    message('types an ID of any length', '{0,254}', '*'),
    message('does not quote a quote', ".replaceAll(\"'\", `'\\\\''`)", ''),
    message('types what is not to be seen', 'ID.test(word) || textOf(word) !== word', 'ID.test(word)'),
    message('lists a command with its backticks', 'return this.text;', 'return this.toString();'),
  ],
  'the response goes to an https URL only': [responseUrl('sends it over http', `url.protocol !== 'https:' || `, '')],
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
      'throw new Error(`The response could not be delivered in ${attempt + 1} attempts: ${attempted.problem}`);',
      'return;',
    ),
    respond('goes on without a delivery', DELIVER, `await deliver(responseUrl.url, serialize(response), deadline).catch(() => undefined);`),
  ],
  'every request is answered before the function ends': [
    handler('a Create takes as long as it likes', LIMIT, LIMIT.replace(': SHORT_LIMIT', `: type === 'Create' ? 890_000 : SHORT_LIMIT`)),
    handler('an Update takes as long as it likes', LIMIT, LIMIT.replace(': SHORT_LIMIT', `: type === 'Update' ? 890_000 : SHORT_LIMIT`)),
    handler('a Delete takes as long as it likes', '? Infinity : LONG_LIMIT;', '? Infinity : 890_000;'),
    handler('a Delete gives up after two minutes', '? Infinity : LONG_LIMIT;', '? Infinity : SHORT_LIMIT;'),
    timeLimits('what takes two minutes takes four', 'SHORT_LIMIT = 120_000;', 'SHORT_LIMIT = 240_000;'),
    timeLimits('what takes four minutes takes two', '2 * SHORT_LIMIT', 'SHORT_LIMIT'),
    timeLimits('looks for attributes as long as for anything else', 'ATTRIBUTES_TIMEOUT = 30_000', 'ATTRIBUTES_TIMEOUT = 120_000'),
    index('a request of an unknown type takes as long as it likes', 'limit: () => LONG_LIMIT', 'limit: () => Infinity'),
    respond(
      'does not look at the time that is left',
      'Math.min(request.deadline, begun + handler.limit(request))',
      'begun + handler.limit(request)',
    ),
    request('leaves no time for the delivery', 'RESERVE = 30_000', 'RESERVE = 0'),
    respond('waits for a rule that never ends', 'GRACE = 5_000', 'GRACE = 600_000'),
    respond('delivers beyond its own end', 'Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN)', 'DELIVERY'),
    respond(
      'delivers for all of the time that is left',
      'Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN)',
      'context.getRemainingTimeInMillis() - MARGIN',
    ),
    handler('leaves no time for the policy of a role to spread', LIMIT, LIMIT.replace(' || properties.AssumeRoleArn !== undefined', '')),
    handler('a request without a role takes as long as one with a role', LIMIT, LIMIT.replace('SHORT_LIMIT', 'LONG_LIMIT')),
    sleep('leaves a timer behind', 'clearTimeout(timer);', ''),
  ],
  'nothing of a request goes on after its answer': [
    respond('leaves what is under way', '    end.abort();\n', ''),
    respond('does not wait until it has ended', 'await within(ENDING, Promise.allSettled([work]));', ''),
    respond('waits for ever until it has ended', 'within(ENDING, Promise.allSettled([work]))', 'Promise.allSettled([work])'),
    request('warns of many calls at once', 'setMaxListeners(0, end.signal);', 'setMaxListeners(10, end.signal);'),
    retry('does not break off a call', `signal.addEventListener('abort', abort);`, ''),
    retry('listens on when a call is over', `signal.removeEventListener('abort', abort);`, ''),
    retry(
      'waits for a call that does not let itself be broken off',
      'unlessAborted(signal, call(controller.signal))',
      'call(controller.signal)',
    ),
    retry('repeats a call', '      signal.throwIfAborted();\n', ''),
    retry('begins a call', '  signal.throwIfAborted();\n  const controller', '  const controller'),
    retry('goes on with a pause', 'sleep(pause, signal)', 'sleep(pause, new AbortController().signal)'),
    sleep('goes on with the timer of a pause', '.finally(() => clearTimeout(timer))', ''),
    sleep('begins a pause', '    signal.throwIfAborted();\n', ''),
    sleep('listens on when a pause is over', `signal.removeEventListener('abort', abort);`, ''),
    rateLimiter('gives turns', 'this.signal.throwIfAborted();', ''),
    rateLimiter(
      'goes on with the pauses between turns',
      'sleep(this.interval, this.signal)',
      'sleep(this.interval, new AbortController().signal)',
    ),
    drs('goes on with the calls of one server', 'this.role, earlier, this.signal', 'this.role, earlier, new AbortController().signal'),
    drs(
      'goes on assuming a role',
      'const patience = { deadline, throttledUntil, signal };',
      'const patience = { deadline, throttledUntil, signal: signal && new AbortController().signal };',
    ),
    stackStatus(
      'goes on looking at stacks',
      'throttledUntil, signal };',
      'throttledUntil, signal: signal && new AbortController().signal };',
    ),
    drain('goes on looking at the staging area', 'request.deadline, request.signal', 'request.deadline, new AbortController().signal'),
    teardown('goes on with the next server', 'drs.signal.throwIfAborted();', ''),
  ],
  'no response URL in the log or in an error': [
    respond('logs the whole request', `log({ event: 'answered',`, `log({ ...(event as object), event: 'answered',`),
    response(
      'tells the URL of a connection that failed',
      'fail(error.code ?? error.name);',
      'fail(`${error.code ?? error.name} ${url.href}`);',
    ),
    responseUrl(
      'tells the URL that it may not use',
      `'The request was refused, and not answered: its response URL is not an https URL of a public host.'`,
      '`The request was refused, and not answered: ${url.href} is not an https URL of a public host.`',
    ),
    responseUrl(
      'tells the URL that is none',
      `throw new Error('The request was refused, and not answered: it has no response URL.');`,
      'throw new Error(`The request was refused, and not answered: ${String(value)} is no response URL.`);',
    ),
    response('tells the URL that refused', 'problem: `HTTP status ${status}`', 'problem: `HTTP status ${status} of ${url.href}`'),
  ],
  'the log is one line of JSON for each decision': [
    log('spreads over lines', ': value;\n  });', ': value;\n  }, 2);'),
    log('runs lines together', '}\\n`', '}`'),
    respond('does not log an answer', `log({ event: 'answered', ...requestFields(request), status: response.Status });`, ''),
    respond('does not log a failure', 'logFailure(received, reason, error);', ''),
    respond('logs the answer before it is delivered', DELIVER, `log({ event: 'answered' });\n  ${DELIVER}`),
    handler('does not log what was declared', `logDecision(request, 'declared', arn);`, ''),
  ],
  'Retry-After is honoured': [
    retry('does not read the member', 'error.retryAfterSeconds ?? ', ''),
    retry('does not read the header', ` ?? error.$response?.headers?.['retry-after']`, ''),
    retry('takes seconds for milliseconds', 'seconds * 1000', 'seconds'),
    retry('does not check that it is a number', 'Number.isFinite(seconds) ? seconds * 1000 : 0', 'seconds * 1000'),
  ],
  'the physical ID is the ARN, a failure keeps the one it came with': [
    respond(
      'a failure sends the requested ARN',
      'PhysicalResourceId: request.physicalId ?? notCreatedIdOf',
      'PhysicalResourceId: String(request.properties.SourceServerArn) || notCreatedIdOf',
    ),
    respond(
      'a success sends the logical ID',
      `Status: 'SUCCESS', PhysicalResourceId: physicalId`,
      `Status: 'SUCCESS', PhysicalResourceId: request.logicalId`,
    ),
    request(
      'a Create comes with a physical ID',
      `said.RequestType === 'Create' ? undefined : textOf(said.PhysicalResourceId, LONGEST_PHYSICAL_ID) || undefined`,
      `textOf(said.PhysicalResourceId, LONGEST_PHYSICAL_ID) || 'mutant'`,
    ),
  ],
  'each failed deletion is counted, and nothing else': [
    respond('does not count', `request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request, isOwn) } : entry`, 'entry'),
    respond(
      'counts failures of every request',
      `request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request, isOwn) } : entry`,
      '{ ...entry, ...failedDeletionMetric(request, isOwn) }',
    ),
    respond('counts nothing', '[FAILED_DELETIONS]: 1', '[FAILED_DELETIONS]: 0'),
    respond('has no dimension for the stack', `isOwn ? [['StackName'], []] : [[]]`, '[[]]'),
    respond('makes a metric for any name of a stack', `isOwn ? [['StackName'], []] : [[]]`, `[['StackName'], []]`),
    respond('has no total of all stacks', `[['StackName'], []]`, `[['StackName']]`),
    respond('has a dimension without a value', 'StackName: request.stack.name,', ''),
    respond('has another namespace', 'Namespace: METRIC_NAMESPACE', `Namespace: 'mutant'`),
  ],
  'CloudFormation is asked and understood as by its own client': [
    queryCommand('names no version', ', Version: context.apiVersion', ''),
    queryCommand('does not escape what it sends', 'entry.map(extendedEncodeURIComponent)', 'entry'),
    queryCommand('sends what is not there', 'entry[1] !== undefined', 'entry[1] !== null'),
    queryCommand('goes to the ordinary endpoint where FIPS is wanted', `UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },`, ''),
    queryCommand(
      'goes to the ordinary endpoint where dual-stack is wanted',
      `UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },`,
      '',
    ),
    queryCommand('leaves out the path of an endpoint', '`${path}/`', `'/'`),
    queryCommand('takes an error for an answer', 'statusCode >= 300', 'statusCode >= 600'),
    queryCommand('does not name an error', `error?.textOf('Code') ?? String(statusCode)`, 'String(statusCode)'),
    queryCommand('hides what CloudFormation said', `error?.textOf('Message') ?? 'UnknownError'`, `'UnknownError'`),
    queryCommand(
      'takes a page of somebody else for an answer',
      'throw new Error(`The answer has no result of ${operation}.`);',
      `return { $metadata: {}, ...read(new Element('')) };`,
    ),
    xml('believes an answer that was cut off', ' || open.length !== 1', ''),
    xml('does not look at the names of closing tags', '(closing && name !== parent.name)', 'false'),
    xml('does not decode what is escaped', 'parent.text += decode(text)', 'parent.text += text'),
    xml('takes hexadecimal numbers for decimal ones', 'parseInt(hexadecimal, 16)', 'parseInt(hexadecimal, 10)'),
  ],
  'the resource type decides the rules': [
    index(
      'takes every type for a source server',
      'HANDLERS.get(resourceType) ?? unknownType',
      'HANDLERS.get(resourceType) ?? (() => sourceServerDisconnection(assumeRole, openCleanup))',
    ),
    index(
      'takes a fleet for a source server',
      `[FLEET_DISCONNECTION, async () => (await import('./lazy')).fleetDisconnection(assumeRole, openCleanup)]`,
      '[FLEET_DISCONNECTION, () => sourceServerDisconnection(assumeRole, openCleanup)]',
    ),
    index('creates what it does not know', `type === 'Create' ? update()`, `type === 'Create' ? Promise.resolve({ physicalId: 'mutant' })`),
    index(
      'does not let an update of it roll back',
      'unlessRollingBack(request, update, () => Promise.resolve({ physicalId }))',
      'update()',
    ),
    index('deletes what it does not know', `run: async () => refuse('')`, 'run: async () => undefined'),
    index(
      'advises an update, which CloudFormation refuses then',
      `run: async () => refuse('')`,
      `run: async () => refuse(' Deploy the stack.')`,
    ),
    index('keeps what it does not know, if an update replaced it', `replaced: 'disconnect'`, `replaced: 'keep'`),
    index('fails a deletion that is not genuine', `if (type === 'Delete') {`, `if (type === 'Delete') {\n    refuse('');`),
  ],
  'a failure that says more of another is of the same kind': [
    retry('a denial has none', `, { kind: 'denied' }`, ''),
    retry('a time-out has none', `, { kind: 'timeout' }`, ''),
    errors('forgets it', KIND, 'kind'),
    errors('forgets its own', KIND, KIND.replace('kind ?? ', '')),
    errors('takes that of the other before its own', KIND, `${KIND.replace('kind ?? ', '')} ?? kind`),
    errors('takes that of an error of somebody else', KIND, 'kind ?? (cause as Failure | undefined)?.kind'),
    errors('is of every kind', IS_OF_KIND, 'error instanceof Failure'),
    errors('is of every kind, if it has any', IS_OF_KIND, 'error instanceof Failure && error.kind !== undefined && kind !== undefined'),
    errors('takes an error of somebody else for one', IS_OF_KIND, '(error as Failure | undefined)?.kind === kind'),
    errors('forgets the other', 'super(String(message), { cause });', 'super(String(message));'),
  ],
  'an answer without its list is not an empty list': [
    drs('takes it for empty', 'items: listIn(items)', 'items: items ?? []'),
    ec2('takes it for no machines', 'listIn(page.Reservations)', '(page.Reservations ?? [])'),
    ec2('takes it for an empty reservation', 'listIn(Instances))', '(Instances ?? []))'),
    ec2('takes it for no security groups', 'items: listIn(page.SecurityGroups)', 'items: page.SecurityGroups ?? []'),
    stackStatus('takes it for no resources', 'listed: listIn(StackResourceSummaries)', 'listed: StackResourceSummaries ?? []'),
    stackStatus(
      'takes it for no stacks',
      'listIn((await client.send(command, { abortSignal })).Stacks)',
      '(await client.send(command, { abortSignal })).Stacks ?? []',
    ),
    cloudFormation(
      'makes a list of none',
      `result.listOf('StackResourceSummaries')?.map(readResource)`,
      `(result.listOf('StackResourceSummaries') ?? []).map(readResource)`,
    ),
    cloudFormation(
      'makes a list of no stacks',
      `result.listOf('Stacks')?.map(readStack)`,
      `(result.listOf('Stacks') ?? []).map(readStack)`,
    ),
    retry('does not ask again', 'name === INCOMPLETE || ', ''),
  ],
  'every call is made anew, by our retries, and tells for which stack': [
    clientConfiguration('lets the SDK repeat, which knows no deadline', 'maxAttempts: 1,', ''),
    clientConfiguration('signs for another Region', '    region,\n', `    region: 'us-east-1',\n`),
    clientConfiguration('does not tell for which stack', `['stack', stack.name]`, `['stack', '']`),
  ],
};
