import { mutate, type Mutants } from './mutant';

const rules = mutate('source-server/handler.ts');
const drs = mutate('aws/drs.ts');
const foresight = mutate('source-server/predict.ts');
const account = mutate('source-server/account.ts');
const sourceServer = mutate('source-server/source-server.ts');
const release = mutate('source-server/recovery-instance-cleanup.ts');
const teardown = mutate('source-server/teardown.ts');
const genuineDeletion = mutate('protocol/deletion-check.ts');
const assumeRole = mutate('aws/assume-role.ts');
const role = mutate('aws/role.ts');

const DECLARE = `decide(request, 'declared', arn);\n  return { physicalId: arn, data: { ...attributesOf(found) } };`;
const VERIFIED = 'const found = await verify(request);\n    await (isSame';
const REFUSE = 'await (isSame ? undefined : refuseIfStuck(request));';
const SAME = 'if (isSame && request.properties.AssumeRoleArn === request.oldProperties.AssumeRoleArn && isUnderstood) {';
const TEAR_DOWN = 'await tearDownSourceServer({ drs, server, options, note }, state);';
const ACCOUNT = 'assumeRoleArn === undefined ? stack.accountId : accountOfRole(assumeRoleArn)';

/** By the rows of the table of requests. */
export const requests: Mutants = {
  'Create: the server is found': [
    rules('answers with the ID instead of the ARN', DECLARE, DECLARE.replace('physicalId: arn', `physicalId: found.sourceServerID ?? ''`)),
    rules(
      'disconnects at once',
      'return declareVerified(request, await verify(request));',
      `const found = await verify(request);
  const drs = await openDrs(request, requestedServer(request), readOptions(request.properties));
  await drs.disconnectSourceServer(found.sourceServerID ?? '');
  return declareVerified(request, found);`,
    ),
    drs('looks at the first page only', '} while (nextToken);', `} while (nextToken === '');`),
    sourceServer('leaves a hostname empty', 'hostname || UNKNOWN', 'hostname ?? UNKNOWN'),
    sourceServer('leaves out a state', 'dataReplicationState || UNKNOWN', `dataReplicationState || ''`),
    rules(
      'looks in the Region of the stack',
      'openDrs(request, server, options);\n  const found',
      'openDrs(request, { ...server, region: request.stack.region }, options);\n  const found',
    ),
  ],
  'Create: no such server; DRS was never set up there; the server is extended from another account, and `deleteSourceServer` is not set': [
    rules('declares a server that is not there', 'if (!found) {', 'if (!found) {\n    return {};\n  }\n  if (!found) {'),
    rules(
      'declares an extended server',
      'if (isExtended(found) && !options.deletesSourceServer) {',
      'if (isExtended(found) && !found.sourceServerID) {',
    ),
    rules(
      'refuses an extended server whose record is to be deleted',
      'if (isExtended(found) && !options.deletesSourceServer) {',
      'if (isExtended(found)) {',
    ),
    drs('takes any server that DRS lists', 'found.find((server) => server.sourceServerID === sourceServerID)', 'found[0]'),
    drs(
      'does not know an account without DRS',
      `if (nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')) {`,
      'if (error) {',
    ),
    sourceServer('takes a malformed ID', ' || !SOURCE_SERVER_ID.test(sourceServerId)', ''),
    sourceServer('takes the ARN of another service', ':drs:', ':[a-z]+:'),
    sourceServer('takes every server with a staging area for an extended one', `=== 'EXTENDED'`, '!== undefined'),
  ],
  'Update: the same server': [
    rules('verifies it, and fails if it is gone', SAME, `if (requested === '') {`),
    rules('goes on though nobody understands how to delete it', SAME, SAME.replace(' && isUnderstood', '')),
    rules('fails if DRS can not be asked', `decide(request, 'attributes unknown', messageOf(error), 'warning');`, 'throw error;'),
    rules('leaves out the attributes', '{ physicalId: arn, data: { ...(await attributesIfKnown(request, arn)) } }', '{ physicalId: arn }'),
    rules(
      'looks in the Region of the stack',
      'openDrs(request, server, readOptions(request.properties), deadline)',
      'openDrs(request, { ...server, region: request.stack.region }, readOptions(request.properties), deadline)',
    ),
  ],
  'Update: the same server, with another role to assume': [
    rules('does not verify it', SAME, 'if (isSame && isUnderstood) {'),
    rules(
      'does not verify it if there was no role before',
      SAME,
      SAME.replace(') {', ' || (isSame && !request.oldProperties.AssumeRoleArn)) {'),
    ),
    rules(
      'does not verify it if there is no role any more',
      SAME,
      SAME.replace(') {', ' || (isSame && !request.properties.AssumeRoleArn)) {'),
    ),
    rules(
      'verifies it as the old role',
      'const options = readOptions(request.properties);\n  const drs',
      `const options = readOptions(request.type === 'Update' ? request.oldProperties : request.properties);\n  const drs`,
    ),
    rules('looks for what holds it, though it stays', REFUSE, 'await refuseIfStuck(request);'),
  ],
  'Update: another server': [
    rules('does not verify the new server', VERIFIED, VERIFIED.replace('await verify(request)', '{} as SourceServer')),
    rules('replaces a server that has a recovery instance', REFUSE, ''),
    rules(
      'looks for recovery instances of the new server',
      'const old = parseSourceServerArn(request.physicalId);',
      'const old = parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    rules(
      'goes by the new policy instead of the old one',
      'const options = readOptions(request.oldProperties);',
      'const options = readOptions(request.properties);',
    ),
    rules(
      'looks at the old server as the new role',
      'openDrs(request, old, options)',
      'openDrs(request, old, readOptions(request.properties))',
    ),
    foresight(
      'refuses, whatever the old policy allows',
      'isInTheWay(instance, options.recoveryInstancePolicy)',
      `isInTheWay(instance, 'FAIL')`,
    ),
    rules('refuses although the old server is to be retained', ` || request.properties.RetainOnReplace === 'true'`, ''),
    foresight(
      'refuses although the old server is disconnected',
      'if (isDisconnected(server) && !onlyRecord) {',
      'if (isDisconnected(server) && onlyRecord) {',
    ),
    release(
      'refuses though the recovery instance of the old server is disconnected',
      'isFailingBack(instance) || (isHolding(instance) && !mayGo)',
      'isFailingBack(instance) || !mayGo',
    ),
    rules('replaces an extended server', "if (found && foresight.outcome === 'extended') {", 'if (found && !options) {'),
    foresight(
      'refuses to replace an extended server whose record goes',
      'if (isExtended(server) && !onlyRecord) {',
      'if (isExtended(server)) {',
    ),
    rules('answers with the old physical ID', DECLARE, DECLARE.replace('physicalId: arn', 'physicalId: request.physicalId ?? arn')),
    rules(
      'disconnects the old server at once',
      REFUSE,
      `${REFUSE}
    const old = parseSourceServerArn(request.physicalId)!;
    const drs = await openDrs(request, old, readOptions(request.oldProperties));
    await drs.disconnectSourceServer(old.sourceServerId);`,
    ),
    rules(
      'looks for the old server in the Region of the stack',
      'openDrs(request, old, options)',
      'openDrs(request, { ...old, region: request.stack.region }, options)',
    ),
    genuineDeletion(
      'fails if the status of the stack can not be read',
      `decide(request, 'status unknown', messageOf(error), 'warning');`,
      'throw error;',
    ),
  ],
  'Update: any of these, because the stack rolls back': [
    genuineDeletion(
      'does not know that it rolls back',
      'return (await describeWithAncestors(request)).some(({ status }) => ROLLING_BACK.has(status));',
      'return false;',
    ),
    rules(
      'does not look before it verifies',
      `if (await isKnownToRollBack(request)) {\n    return declare(request, requested, 'warning');\n  }\n  try`,
      'try',
    ),
    rules(
      'does not look again after a failure',
      `    if (await isKnownToRollBack(request)) {\n      return declare`,
      `    if (!error) {\n      return declare`,
    ),
    genuineDeletion(
      'looks at its own status only',
      '(await describeWithAncestors(request)).some(',
      '(await describeWithAncestors(request)).slice(0, 1).some(',
    ),
    rules(
      'answers with the physical ID it came with',
      'return { physicalId: arn, data: { ...(await',
      'return { physicalId: request.physicalId ?? arn, data: { ...(await',
    ),
    rules('does not warn', `decide(request, 'declared', arn, level);`, `decide(request, 'declared', arn, level && 'info');`),
  ],
  'Delete: not genuine': [
    rules('fails the deletion', `decide(request, 'kept', verdict.why);`, 'throw new Failure(verdict.why);'),
    rules('does not tell why it kept the server', `decide(request, 'kept', verdict.why);`, ''),
  ],
  'Delete: genuine': [
    rules(
      'disconnects the server that the properties name',
      'const server = parseSourceServerArn(physicalId);',
      'const server = parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    rules(
      'disconnects in the Region of the stack',
      'openDrs(request, server, options);\n    const note',
      'openDrs(request, { ...server, region: request.stack.region }, options);\n    const note',
    ),
    rules('does nothing', TEAR_DOWN, ''),
    rules(
      'does not tell what it did',
      'const note = (done: string, to: string) => decide(request, done, to);',
      'const note = () => undefined;',
    ),
    teardown('does not tell how it ended', 'note(outcome, server.sourceServerId);', ''),
  ],
  'any: the server is of another account than the role that is assumed, or than the stack if none is': [
    account('does not look', 'if (server.accountId !== accountId) {', 'if (!server.accountId) {'),
    account('does not look at the account of the role', ACCOUNT, ACCOUNT.replace('accountOfRole(assumeRoleArn)', 'server.accountId')),
    account('does not look at the account of the stack', ACCOUNT, ACCOUNT.replace('stack.accountId', 'server.accountId')),
    account('looks at the account of the stack, though a role is assumed', ACCOUNT, 'stack.accountId'),
    role('takes a user for a role', ':role', ':(?:role|user)'),
    role('takes what follows the ARN for a part of it', '[\\w+=,.@/-]+$/', '.+$/'),
  ],
  "any: the role can't be assumed": [
    drs(
      'goes on as the function itself',
      '.assumeRole(stack, assumeRoleArn, deadline)',
      '.assumeRole(stack, assumeRoleArn, deadline).catch(() => undefined)',
    ),
    assumeRole(
      'goes on as the function itself if STS gives no credentials',
      'throw new Failure(`STS gave no credentials for the role ${roleArn}.`);',
      'return undefined as unknown as Credentials;',
    ),
    assumeRole('fails at once', '{ deadline });', '{ deadline, wasDenied: true });'),
    assumeRole('does not name the role', '`${explainRole(roleArn)} ${error.message}`', 'error.message'),
    assumeRole('hides what STS said', '`${explainRole(roleArn)} ${error.message}`', 'explainRole(roleArn)'),
    assumeRole('does not tell in which account the role is', 'in account ${accountOfRole(roleArn)} ', ''),
    assumeRole('takes the path for a part of the name', `roleArn.split('/').at(-1)`, `roleArn.split('/').slice(1).join('/')`),
  ],
};
