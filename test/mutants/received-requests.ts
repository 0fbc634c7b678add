import { mutate, type Mutants } from './mutant';

const clientConfiguration = mutate('aws/client-configuration.ts');
const deletion = mutate('protocol/delete.ts');
const drain = mutate('drain/handler.ts');
const fleet = mutate('fleet/handler.ts');
const failureAdvice = mutate('protocol/failure-advice.ts');
const foreignStack = mutate('protocol/foreign-stack.ts');
const handler = mutate('source-server/handler.ts');
const index = mutate('index.ts');
const messages = mutate('source-server/messages.ts');
const ownFunction = mutate('protocol/own-function.ts');
const region = mutate('aws/region.ts');
const request = mutate('protocol/request.ts');
const respond = mutate('protocol/respond.ts');
const responseUrl = mutate('protocol/response-url.ts');
const sdkPartitions = mutate('aws/sdk-partitions.ts');
const stackId = mutate('aws/stack-id.ts');
const update = mutate('protocol/update.ts');

const IS_PUBLIC = 'return host.length <= LONGEST_HOST && LABELS.test(host) && isIP(host) === 0 && !LOCAL_NAME.test(host);';
const IS_PLAIN = "return username === '' && password === '' && (isOwn || port === '');";
const IS_ITS = "named === partition || (named === 'aws' && !isKnown)";
const IS_OWN = 'stack?.partition === partition && stack.region === region && stack.accountId === accountId';
const INSIDE = 'isOwn || domain === undefined || host.endsWith(`.${domain}`)';
const NOTHING = `type === 'Delete' && physicalId !== undefined && !isOfCreated(physicalId)`;
const IS_READABLE = `isRecord(ResourceProperties) && (RequestType !== 'Update' || isRecord(OldResourceProperties))`;
const PROBLEM = 'if (problem !== undefined) {';
const FOREIGN = 'if (foreign !== undefined) {';
const SERVES = 'if (stackId === stack.id) {';
const REGION = String.raw`/^[a-z]{2,}(-[a-z]+)+-\d+$/`;
const READABLE = 'if (unreadable !== undefined) {';
const URL_REFUSED = `[outsideOf !== undefined, `;

/** By the rows of the table "Which requests are served". */
export const receivedRequests: Mutants = {
  'its `ResponseURL` is missing, not https, or of an address or a local name': [
    responseUrl('answers over http', `url.protocol !== 'https:' || `, ''),
    responseUrl('answers anywhere', '!(isOwn || isPublic(host))', 'false'),
    responseUrl('answers to addresses', ' && isIP(host) === 0', ''),
    responseUrl('answers to local names', ' && !LOCAL_NAME.test(host)', ''),
    responseUrl('answers to names of any form', 'LABELS.test(host) && ', ''),
    responseUrl('answers to names of any length', 'host.length <= LONGEST_HOST && ', ''),
    responseUrl('finds out about a user when the work is done', IS_PLAIN, `return password === '' && (isOwn || port === '');`),
    responseUrl('answers on any port', IS_PLAIN, `return username === '' && password === '';`),
    responseUrl('refuses the port of an embedded AWS', '(isOwn || port', '(port'),
    responseUrl('does not see a local name before a final dot', `url.hostname.replace(/\\.$/, '')`, 'url.hostname'),
    responseUrl('knows no embedded AWS', 'host === emulatedHost()', 'host === undefined'),
    responseUrl('takes any host for that of an embedded AWS', 'host === emulatedHost()', 'emulatedHost() !== undefined'),
    responseUrl('answers to nobody', IS_PUBLIC, 'return host.length === 0;'),
    request('reads the URL last', 'isRecord(event) ? event : {}', 'event as Properties'),
  ],
  "its `ResponseURL` is not under the domain of the function's partition": [
    request('serves it', URL_REFUSED, '[false, '),
    responseUrl('takes every host for one of AWS', INSIDE, 'host.length > 0'),
    responseUrl('looks at the end of the name, not of its parts', 'host.endsWith(`.${domain}`)', 'host.endsWith(domain)'),
    responseUrl('looks for the domain anywhere', 'host.endsWith(`.${domain}`)', 'host.includes(`.${domain}`)'),
    responseUrl('looks at the whole URL', 'host.endsWith(`.${domain}`)', 'url.href.includes(`.${domain}`)'),
    region('takes China for the others', `'cn-', 'amazonaws.com.cn'`, `'cn-', 'amazonaws.com'`),
    region('does not know the sovereign partition', `'aws-eusc', 'eusc-'`, `'aws-new', 'new-'`),
    responseUrl('refuses the embedded AWS', 'isOwn || domain === undefined || host', 'domain === undefined || host'),
    respond(
      'does not answer',
      'const response = await run(received, types);',
      'const response = await run(received, types);\n  if (responseUrl.outsideOf) {\n    return;\n  }',
    ),
  ],
  'its `ResponseURL` is of a public host, in a partition whose domain is not known': [
    region('refuses it', `  ['aws', '', `, `  ['aws-new', 'new-', 'amazonaws.com', 'api.aws'],\n  ['aws', '', `),
    responseUrl('does not warn', 'isUnchecked: !isOwn && domain === undefined', 'isUnchecked: false'),
    responseUrl('warns always', 'isUnchecked: !isOwn && domain === undefined', 'isUnchecked: !isOwn'),
    respond('writes no warning', 'if (responseUrl.isUnchecked) {', 'if (!request) {'),
  ],
  "its `StackId` is not the ARN of a stack in the function's partition, account and Region": [
    request('serves it', '[!isOwn, ', '[false, '),
    request('takes any partition', IS_OWN, IS_OWN.replace('stack?.partition === partition', 'stack !== undefined')),
    request('takes any Region', IS_OWN, IS_OWN.replace(' && stack.region === region', '')),
    request('takes any account', IS_OWN, IS_OWN.replace(' && stack.accountId === accountId', '')),
    respond('goes on', PROBLEM, `if (problem !== undefined && request.type === ('mutant' as string)) {`),
    stackId('takes a host for a Region', String.raw`([a-z]{2,}(?:-[a-z]+)+-\d+)`, '([^:]+)'),
    stackId('takes what follows it for a part of it', String.raw`[A-Za-z0-9-]{1,64}$/`, String.raw`[A-Za-z0-9-]{1,64}/`),
    stackId('takes a change set for a stack', String.raw`:stack\/`, String.raw`:\w+\/`),
    stackId('takes any service', ':cloudformation:(', String.raw`:\w+:(`),
    stackId('takes a list for a text', `(typeof id === 'string' && STACK_ID.exec(id))`, 'STACK_ID.exec(String(id))'),
    ownFunction('takes the account for the Region', `region = '', accountId = ''`, `accountId = '', region = ''`),
    clientConfiguration('asks any host', 'if (!isRegionOf(region, stack.partition)) {', 'if (!region) {'),
    clientConfiguration('asks where the SDK knows no better', "import './sdk-partitions';\n", ''),
    sdkPartitions('asks all in one domain', 'outputs: { name: id, dnsSuffix,', "outputs: { name: id, dnsSuffix: 'amazonaws.com',"),
    region('asks in any partition', `REGION.test(region) && (${IS_ITS})`, 'REGION.test(region)'),
    region('asks in the first partition for another one', IS_ITS, "named === partition || named === 'aws'"),
    region('asks in another partition for the first one', IS_ITS, "named !== 'aws' || partition === 'aws' || !isKnown"),
    region('knows no partition that is new', IS_ITS, 'isKnown && named === partition'),
    region('takes what follows a Region for a part of it', REGION, REGION.replace('$/', '/')),
    region('takes what stands before a Region for a part of it', REGION, REGION.replace('^', '')),
  ],
  'its `RequestType`, `RequestId`, `LogicalResourceId` or `ResourceType` is missing or malformed, or an ID is too long': [
    request('takes any type', `[!TYPES.some((type) => type === said.RequestType), `, '[false, '),
    request(
      'looks for the type among what every object has',
      `!TYPES.some((type) => type === said.RequestType)`,
      `!(String(said.RequestType) in { Create: 1, Update: 1, Delete: 1 })`,
    ),
    request(
      'does not look at the request ID',
      `['RequestId', 'LogicalResourceId', 'ResourceType'].map`,
      `['LogicalResourceId', 'ResourceType'].map`,
    ),
    request(
      'does not look at the logical ID',
      `['RequestId', 'LogicalResourceId', 'ResourceType'].map`,
      `['RequestId', 'ResourceType'].map`,
    ),
    request(
      'does not look at the resource type',
      `['RequestId', 'LogicalResourceId', 'ResourceType'].map`,
      `['RequestId', 'LogicalResourceId'].map`,
    ),
    request('takes an empty name', ` && value !== ''`, ''),
    request('takes a name of any length', ' && bytesOf(value) <= LONGEST_NAME', ''),
    request('takes a physical ID of any length', 'bytesOf(textOf(said.PhysicalResourceId, Infinity)) > LONGEST_PHYSICAL_ID', 'false'),
    request('sends back what does not fit into a response', 'beginning(value, longest)', 'value'),
  ],
  "it is of another stack than the function's, or the function's environment names none": [
    foreignStack('serves it', SERVES, 'if (stack.id) {'),
    foreignStack('serves every stack of that name', SERVES, 'if (parseStackId(stackId)?.name === stack.name) {'),
    foreignStack('serves whom it does not know', SERVES, 'if (!stackId || stackId === stack.id) {'),
    respond('goes on', FOREIGN, 'if (foreign !== undefined && !request) {'),
    foreignStack('tells no way out', 'commandToRetain(stack, logicalId)', "''"),
    failureAdvice('retains nothing', '--retain-resources ${logicalId}', ''),
    foreignStack('tells a Create to delete', `if (type !== 'Delete') {`, 'if (!type) {'),
    foreignStack('does not tell how to move it back', 'own && moveBack(logicalId, own)', 'undefined'),
    ownFunction('knows no stack', 'process.env[STACK_ID_VARIABLE]', 'undefined'),
    messages('does not tell what to do by hand', 'return server\n    ?', 'return server && !server.region\n    ?'),
    messages('names the Region of the stack', 'server?.region ?? ', ''),
  ],
  'a Delete of what was never created: the physical ID of a failed Create, or one that CloudFormation made up': [
    request('fails', NOTHING, '!type'),
    request('disconnects nobody, whatever it is', NOTHING, `type === 'Delete'`),
    request(
      'succeeds without a physical ID',
      ' && physicalId !== undefined && !isOfCreated(physicalId)',
      ` && !isOfCreated(physicalId ?? '')`,
    ),
    respond('does not say so', `logDecision(request, 'kept', 'the physical ID is not one of ours: nothing was declared');`, ''),
    respond(
      'asks for its own stack first',
      "const { physicalId = '' } = request;",
      `const { physicalId = '' } = request;\n  if (request.stack.id !== ownFunction.stackId) {\n    throw new Failure('mutant');\n  }`,
    ),
  ],
  "a Delete whose physical ID begins with `arn:` or `drs:`, and can't be read; or that has none": [
    deletion('succeeds', 'if (!run) {\n', 'if (!run) {\n    return () => Promise.resolve();\n  }\n  if (!run) {\n'),
    handler(
      'tells no way out',
      ': unreadableWork(request)',
      ": remainingWork(request, { region: '', accountId: '', sourceServerId: '' }, state)",
    ),
    handler(
      'takes what can not be read for a server',
      'run: server && (() => run(server)),',
      'run: () => (server ? run(server) : Promise.resolve()),',
    ),
    fleet('takes what can not be read for a fleet', 'run: fleetId && run,', 'run: () => (fleetId ? run() : Promise.resolve()),'),
    drain(
      'takes what can not be read for a drain',
      'isOfDrain(request.physicalId) ? ({ deletedStack }) => run(deletedStack) : undefined',
      '({ deletedStack }) => run(deletedStack)',
    ),
    deletion('answers without a physical ID', 'request.physicalId ?? notCreatedIdOf(request.logicalId)', `request.physicalId ?? ''`),
  ],
  'a Create, an Update or a genuine Delete without properties that can be read': [
    request('takes none for empty ones', IS_READABLE, 'RequestType !== undefined'),
    request('takes a list for properties', ' && !Array.isArray(value)', ''),
    request('does not look at those before an Update', IS_READABLE, 'isRecord(ResourceProperties)'),
    respond(
      'creates',
      `if (request.type === 'Create' && request.unreadable !== undefined) {`,
      `if (request.type === ('mutant' as string) && request.unreadable !== undefined) {`,
    ),
    update(
      'updates',
      'if (request.unreadable !== undefined) {',
      `if (request.unreadable !== undefined && request.type === ('mutant' as string)) {`,
    ),
    deletion('disconnects', READABLE, `if (unreadable !== undefined && physicalId === 'mutant') {`),
  ],
  'a Delete that is not genuine, or an Update of a rollback, whatever the properties say': [
    request(
      'fails, since they can not be read',
      '[bytesOf(textOf(said',
      "[!isRecord(said.ResourceProperties), 'no properties'],\n    [bytesOf(textOf(said",
    ),
    deletion(
      'fails the Delete',
      'let check: DeletionCheck | undefined;',
      'let check: DeletionCheck | undefined;\n  if (request.unreadable) {\n    throw new Failure(request.unreadable);\n  }',
    ),
    drain('fails the Update of a drain', 'if (ifUnderstood(() => readStep(request)) !== undefined) {', 'if (request.type) {'),
    drain(
      'does not look whether it rolls back',
      'return unlessRollingBack(',
      'return ((_request: Request, update: () => Promise<Answer>, _inRollback: () => Promise<Answer>) => update())(',
    ),
    index('fails the Update of an unknown type', '() => Promise.resolve({ physicalId }))', 'update)'),
  ],
};
