import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { isOfOtherType, isOfType, mutate, type Mutants } from './mutant';

const handler = mutate('source-server/handler.ts');
const drs = mutate('aws/drs.ts');
const predict = mutate('source-server/predict.ts');
const physicalIds = mutate('physical-ids.ts');
const deletion = mutate('protocol/delete.ts');
const update = mutate('protocol/update.ts');
const recoveryInstance = mutate('source-server/recovery-instance.ts');
const account = mutate('source-server/account.ts');
const sourceServer = mutate('source-server/source-server.ts');
const teardown = mutate('source-server/teardown.ts');
const deletionCheck = mutate('protocol/deletion-check.ts');
const assumeRole = mutate('aws/assume-role.ts');
const role = mutate('aws/role.ts');

const OURS = isOfType(SOURCE_SERVER_DISCONNECTION);
const OF_OTHERS = isOfOtherType(SOURCE_SERVER_DISCONNECTION);
const DECLARE = `logDecision(request, 'declared', arn);\n  return { physicalId: arn, data: { ...attributesOf(found) } };`;
const VERIFIED = 'const found = await verify(request);\n      await (isSame';
const REFUSE = 'await (isSame ? undefined : refuseIfStuck(request));';
const SAME = 'if (isSame && isSamePrincipal(request) && isUnderstood && !keepsRecordNow(request)) {';
const LOOK_BEFORE = 'if (await isKnownToRollBack(request)) {\n    return';
const LOOK_AGAIN = 'if (await isKnownToRollBack(request)) {\n      return';
const KEPT = 'logDecision(request, kept, check.why);';
const TEAR_DOWN = `await tearDownSourceServer({ drs, server: named, options, note, openCleanup: request.openCleanup }, state).catch((error: unknown) => {
      state = isOfKind(error, 'elsewhere') ? 'extended' : state;
      throw error;
    });`;
const ACCOUNT = 'assumeRoleArn === undefined ? stack.accountId : accountOfRole(assumeRoleArn)';

/** By the rows of the table of requests. */
export const requests: Mutants = {
  'Create: the server is found': [
    handler(
      'answers with the ID instead of the ARN',
      DECLARE,
      DECLARE.replace('physicalId: arn', `physicalId: found.sourceServerID ?? ''`),
    ),
    handler(
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
    handler(
      'looks in the Region of the stack',
      'openDrs(request, server, options);\n  const found',
      'openDrs(request, { ...server, region: request.stack.region }, options);\n  const found',
    ),
  ],
  'Create: no such server; DRS was never set up there; the server is extended from another account, and `deleteSourceServer` is not set': [
    handler('declares a server that is not there', 'if (!found) {', 'if (!found) {\n    return {};\n  }\n  if (!found) {'),
    handler(
      'declares an extended server',
      'if (isExtended(found) && !options.deletesSourceServer) {',
      'if (isExtended(found) && !found.sourceServerID) {',
    ),
    handler(
      'refuses an extended server whose record is to be deleted',
      'if (isExtended(found) && !options.deletesSourceServer) {',
      'if (isExtended(found)) {',
    ),
    drs('takes any server that DRS lists', '.find((server) => server.sourceServerID === sourceServerID);', '[0];'),
    drs(
      'does not know an account without DRS',
      `if (nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')) {`,
      'if (error) {',
    ),
    physicalIds('takes a malformed ID', ' && SOURCE_SERVER_ID.test(sourceServerId)', ''),
    physicalIds('takes the ARN of another service', ':drs:', ':[a-z]+:'),
    sourceServer('takes every server with a staging area for an extended one', `=== 'EXTENDED'`, '!== undefined'),
  ],
  'Update: the same server': [
    handler('verifies it, and fails if it is gone', SAME, `if (requested === '') {`),
    handler('goes on though nobody understands how to delete it', SAME, SAME.replace(' && isUnderstood', '')),
    handler('fails if DRS can not be asked', `logDecision(request, 'attributes unknown', messageOf(error), 'warning');`, 'throw error;'),
    handler('tries for long, though it decides nothing', 'Math.min(request.deadline, Date.now() + ATTRIBUTES_TIMEOUT)', 'request.deadline'),
    handler(
      'leaves out the attributes',
      '{ physicalId: arn, data: { ...(await attributesIfKnown(request, arn)) } }',
      '{ physicalId: arn }',
    ),
    handler(
      'looks in the Region of the stack',
      'openDrs(request, server, readOptions(request.properties), { deadline })',
      'openDrs(request, { ...server, region: request.stack.region }, readOptions(request.properties), { deadline })',
    ),
  ],
  'Update: the same server, with another role to assume': [
    handler('does not verify it', SAME, SAME.replace(' && isSamePrincipal(request)', '')),
    handler(
      'does not verify it if there was no role before',
      SAME,
      SAME.replace(') {', ' || (isSame && !request.oldProperties.AssumeRoleArn)) {'),
    ),
    handler(
      'does not verify it if there is no role any more',
      SAME,
      SAME.replace(') {', ' || (isSame && !request.properties.AssumeRoleArn)) {'),
    ),
    handler(
      'verifies it as the old role',
      'const options = readOptions(request.properties);\n  const drs',
      `const options = readOptions(request.type === 'Update' ? request.oldProperties : request.properties);\n  const drs`,
    ),
    handler('looks for what holds it, though it stays', REFUSE, 'await refuseIfStuck(request);'),
  ],
  'Update: the same server, without `deleteSourceServer` from now on': [
    handler('does not verify it', SAME, SAME.replace(' && !keepsRecordNow(request)', '')),
    handler('verifies it whatever was before', "oldProperties.DeleteSourceServer === 'true' && ", ''),
  ],
  'Update: another server': [
    update('succeeds whatever failed', 'throw error;', `if (${OURS}) {\n      return inRollback();\n    }\n    throw error;`),
    handler('does not verify the new server', VERIFIED, VERIFIED.replace('await verify(request)', '{} as SourceServer')),
    handler('replaces a server that has a recovery instance', REFUSE, ''),
    handler(
      'looks for recovery instances of the new server',
      'const old = parseSourceServerArn(request.physicalId);',
      'const old = parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    handler(
      'goes by the new policy instead of the old one',
      'const options = readOptions(request.oldProperties);',
      'const options = readOptions(request.properties);',
    ),
    handler(
      'looks at the old server as the new role',
      'openDrs(request, old, options)',
      'openDrs(request, old, readOptions(request.properties))',
    ),
    predict(
      'refuses, whatever the old policy allows',
      'isInTheWay(instance, options.recoveryInstancePolicy)',
      `isInTheWay(instance, 'FAIL')`,
    ),
    handler('refuses although the old server is to be retained', ` || request.properties.RetainOnReplace === 'true'`, ''),
    predict(
      'refuses although the old server is disconnected',
      'if (isDisconnected(server) && !onlyRecord) {',
      'if (isDisconnected(server) && onlyRecord) {',
    ),
    recoveryInstance(
      'refuses though the recovery instance of the old server is disconnected',
      'isFailingBack(instance) || (isHolding(instance) && !mayGo)',
      'isFailingBack(instance) || !mayGo',
    ),
    handler('replaces an extended server', "if (found && predicted.outcome === 'extended') {", 'if (found && !options) {'),
    predict(
      'refuses to replace an extended server whose record goes',
      'if (onlyRecord && !options.deletesSourceServer) {',
      'if (onlyRecord) {',
    ),
    handler('answers with the old physical ID', DECLARE, DECLARE.replace('physicalId: arn', 'physicalId: request.physicalId ?? arn')),
    handler(
      'disconnects the old server at once',
      REFUSE,
      `${REFUSE}
    const old = parseSourceServerArn(request.physicalId)!;
    const drs = await openDrs(request, old, readOptions(request.oldProperties));
    await drs.disconnectSourceServer(old.sourceServerId);`,
    ),
    handler(
      'looks for the old server in the Region of the stack',
      'openDrs(request, old, options)',
      'openDrs(request, { ...old, region: request.stack.region }, options)',
    ),
    deletionCheck(
      'fails if the status of the stack can not be read',
      `logDecision(request, 'status unknown', messageOf(error), 'warning');`,
      'throw error;',
    ),
  ],
  'Update: any of these, because the stack rolls back': [
    deletionCheck(
      'does not know that it rolls back',
      'return (await describeWithAncestors(request)).some(isRollingBack);',
      'return false;',
    ),
    update('does not look before it verifies', LOOK_BEFORE, `if (${OF_OTHERS} && (await isKnownToRollBack(request))) {\n    return`),
    update('does not wait for what may fail', 'return await update();', 'return update();'),
    update('does not look again after a failure', LOOK_AGAIN, `if (${OF_OTHERS} && (await isKnownToRollBack(request))) {\n      return`),
    deletionCheck(
      'looks at its own status only',
      '(await describeWithAncestors(request)).some(',
      '(await describeWithAncestors(request)).slice(0, 1).some(',
    ),
    handler(
      'answers with the physical ID it came with',
      'return { physicalId: arn, data: { ...(await',
      'return { physicalId: request.physicalId ?? arn, data: { ...(await',
    ),
    handler('does not warn', `logDecision(request, 'declared', arn, level);`, `logDecision(request, 'declared', arn, level && 'info');`),
  ],
  'Delete: not genuine': [
    deletion(
      'disconnects',
      'if (check.genuine) {\n      await readableRun(request, deletion)(check);',
      `if (check.genuine || ${OURS}) {\n      await readableRun(request, deletion)({ ...check, genuine: true });`,
    ),
    deletion('fails the deletion', KEPT, `if (${OURS}) {\n        throw new Error(String(check.why));\n      }\n      ${KEPT}`),
    deletion('does not tell why it kept the server', KEPT, `if (${OF_OTHERS}) {\n        ${KEPT}\n      }`),
  ],
  'Delete: genuine': [
    handler(
      'disconnects the server that the properties name',
      'const server = parseSourceServerArn(request.physicalId);',
      'const server = parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    handler(
      'disconnects in the Region of the stack',
      'openDrs(request, named, options, ',
      'openDrs(request, { ...named, region: request.stack.region }, options, ',
    ),
    handler('does nothing', TEAR_DOWN, ''),
    handler(
      'does not tell what it did',
      "const note: Teardown['note'] = (done, to) => logDecision(request, done, to);",
      'const note = () => undefined;',
    ),
    teardown('does not tell how it ended', 'note(outcome, server.sourceServerId);', ''),
  ],
  'any: the server is of another partition than the stack, or of another account than the role that is assumed, or than the stack if none is':
    [
      account('does not look', 'if (server.accountId !== accountId) {', 'if (!server.accountId) {'),
      account('advises an update to who deletes', "type === 'Delete'", "type === 'Update'"),
      account('does not look at the partition', 'if (server.partition !== stack.partition) {', 'if (!server.partition) {'),
      account('does not look at the account of the role', ACCOUNT, ACCOUNT.replace('accountOfRole(assumeRoleArn)', 'server.accountId')),
      account('does not look at the account of the stack', ACCOUNT, ACCOUNT.replace('stack.accountId', 'server.accountId')),
      account('looks at the account of the stack, though a role is assumed', ACCOUNT, 'stack.accountId'),
      role('takes a user for a role', ':role', ':(?:role|user)'),
      role('takes what follows the ARN for a part of it', '[\\w+=,.@/-]+$/', '.+$/'),
    ],
  "any: the role can't be assumed": [
    drs(
      'goes on as the function itself',
      'await assumeRole(stack, roleArn, patience, session, reach)',
      'await assumeRole(stack, roleArn, patience, session, reach).catch(() => undefined)',
    ),
    assumeRole(
      'goes on as the function itself if STS gives no credentials',
      'throw new Failure(say`STS gave no credentials for the role ${roleArn}.`);',
      'return undefined as unknown as Credentials;',
    ),
    assumeRole('fails at once', ', patience);', ', { ...patience, wasDenied: true });'),
    assumeRole('does not name the role', `isOfKind(error, 'denied') ? explainRole(roleArn)`, `isOfKind(error, 'denied') ? ''`),
    assumeRole(
      'hides what STS said',
      'join([what, messageOf(error)])',
      "isOfKind(error, 'denied') ? what : join([what, messageOf(error)])",
    ),
    assumeRole('does not tell in which account the role is', 'in account ${accountOfRole(roleArn)} ', ''),
    assumeRole('takes the path for a part of the name', `roleArn.split('/').at(-1)`, `roleArn.split('/').slice(1).join('/')`),
  ],
};
