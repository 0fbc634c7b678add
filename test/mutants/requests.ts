import { mutate, type Mutants } from './mutant';

const rules = mutate('source-server-disconnection.ts');
const drs = mutate('drs/drs.ts');
const sourceServer = mutate('drs/source-server.ts');

const CREATE = `const found = await verify(request, server);\n  decide(request, 'declared', server.arn);\n  return { physicalId: server.arn,`;
const UPDATE = `await refuseIfHeld(request);\n    decide(request, 'declared', server.arn);\n    return { physicalId: server.arn,`;
const DISCONNECT = 'await disconnect(new Drs(request.stack, server.region, request.deadline), server);';

/** By the rows of the README's table of requests. */
export const requests: Mutants = {
  'Create: the server is found': [
    rules(
      'answers with the ID instead of the ARN',
      CREATE,
      CREATE.replace('server.arn,', 'server.sourceServerId,').replace("'declared', server.sourceServerId", "'declared', server.arn"),
    ),
    rules('disconnects at once', CREATE, CREATE.replace('decide', `${DISCONNECT}\n  decide`)),
    drs('looks at the first page only', '} while (nextToken);', `} while (nextToken === '');`),
    sourceServer('leaves a hostname empty', 'hostname || UNKNOWN', 'hostname ?? UNKNOWN'),
    sourceServer('leaves out a state', 'dataReplicationState || UNKNOWN', `dataReplicationState || ''`),
    rules(
      'looks in the Region of the stack',
      'await new Drs(request.stack, server.region, request.deadline).findSourceServer',
      'await new Drs(request.stack, request.stack.region, request.deadline).findSourceServer',
    ),
  ],
  'Create: no such server; DRS was never set up there; the server is extended from another account': [
    rules('declares a server that is not there', 'if (!found) {', 'if (!found) {\n    return {};\n  }\n  if (!found) {'),
    rules('declares an extended server', 'if (isExtended(found)) {', 'if (isExtended(found) && !found.sourceServerID) {'),
    drs('takes any server that DRS lists', 'found.find((server) => server.sourceServerID === sourceServerID)', 'found[0]'),
    drs('does not know an account without DRS', `if (!isNamed(error, 'UninitializedAccountException')) {`, 'if (error) {'),
    sourceServer('takes a malformed ID', ' || !SOURCE_SERVER_ID.test(sourceServerId)', ''),
    sourceServer('takes the ARN of another service', ':drs:', ':[a-z]+:'),
  ],
  'Update: the same server': [
    rules('verifies it, and fails if it is gone', 'if (requested === request.physicalId) {', `if (requested === '') {`),
    rules('fails if DRS can not be asked', `decide(request, 'attributes unknown', messageOf(error), 'warning');`, 'throw error;'),
    rules('leaves out the attributes', '{ physicalId: arn, data: { ...(await attributesIfKnown(request, arn)) } }', '{ physicalId: arn }'),
  ],
  'Update: another server': [
    rules(
      'does not verify the new server',
      'const found = await verify(request, server);\n    await refuse',
      'const found = undefined;\n    await refuse',
    ),
    rules('replaces a server that has a recovery instance', 'await refuseIfHeld(request);', ''),
    rules(
      'looks for recovery instances of the new server',
      'const old = parseSourceServerArn(request.physicalId);',
      'const old = parseSourceServerArn(request.properties.SourceServerArn);',
    ),
    rules('refuses although the old server is to be retained', ` || request.properties.RetainOnReplace === 'true'`, ''),
    rules('refuses although the old server is disconnected', '!found || isDisconnected(found) ? []', '!found ? []'),
    rules('refuses though the recovery instance of the old server is disconnected', 'instances.some(isHolding)', 'instances.length > 0'),
    rules('answers with the old physical ID', UPDATE, UPDATE.replace('physicalId: server.arn', `physicalId: request.physicalId ?? ''`)),
    rules(
      'disconnects the old server at once',
      UPDATE,
      UPDATE.replace(
        'decide',
        `await new Drs(request.stack, server.region, request.deadline).disconnectSourceServer(request.physicalId!.split('/')[1]!);\n  decide`,
      ),
    ),
    rules(
      'looks for the old server in the Region of the stack',
      'new Drs(request.stack, old.region, request.deadline)',
      'new Drs(request.stack, request.stack.region, request.deadline)',
    ),
    rules(
      'fails if the status of the stack can not be read',
      `decide(request, 'status unknown', messageOf(error), 'warning');`,
      'throw error;',
    ),
  ],
  'Update: another server, because the stack rolls back': [
    rules('does not know that it rolls back', 'return await isRollingBack(request);', 'return false;'),
    rules(
      'does not look before it verifies',
      `if (await isKnownToRollBack(request)) {\n    return declare(request, String(requested), 'warning');\n  }\n  try`,
      'try',
    ),
    rules(
      'does not look again after a failure',
      `    if (await isKnownToRollBack(request)) {\n      return declare`,
      `    if (!error) {\n      return declare`,
    ),
    mutate('custom-resource/genuine-deletion.ts')(
      'looks at its own status only',
      '(await describeWithAncestors(request)).some(',
      '(await describeWithAncestors(request)).slice(0, 1).some(',
    ),
    rules('answers with the physical ID it came with', 'return { physicalId: arn,', 'return { physicalId: request.physicalId ?? arn,'),
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
      'disconnect(new Drs(request.stack, server.region, request.deadline), server)',
      'disconnect(new Drs(request.stack, request.stack.region, request.deadline), server)',
    ),
    rules('does nothing', 'await disconnect(new Drs(request.stack, server.region, request.deadline), server)', `'disconnected'`),
    rules(
      'does not tell what it did',
      'decide(request, await disconnect(new Drs(request.stack, server.region, request.deadline), server), server.arn);',
      DISCONNECT,
    ),
  ],
};
