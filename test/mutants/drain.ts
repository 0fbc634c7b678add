import { STAGING_AREA_DRAIN } from '../../lib/contract';
import { isOfOtherType, isOfType, mutate, type Mutants } from './mutant';

const handler = mutate('drain/handler.ts');
const deletion = mutate('protocol/delete.ts');
const ec2 = mutate('drain/ec2.ts');
const agents = mutate('drain/agents.ts');
const replicatingHere = mutate('drain/replicating-here.ts');
const drsResources = mutate('drain/drs-resources.ts');
const step = mutate('drain/step.ts');
const index = mutate('index.ts');

const TWICE = 'empty = isEmpty ? empty + 1 : 0;';
const OVER = 'empty >= 2 && (!wasSeen || Date.now() >= agentsUntil)';
const OUT_OF_TIME = 'Date.now() + pause + LAST_LOOK >= ec2.deadline';
const SEEN = 'left.machines.length === 0 && left.interfaces.length === 0';
const HANDED_OVER = `if (step.step === '0' || !isOfKind(error, 'timeout')) {`;
const STAYS = `return stays ? 'the drain is still in the stack, with fewer links' : undefined;`;
const LAST_STEP = `return id?.drain === name && id.step === '0';`;
const GROUPS = 'await deleteGroups(request, ec2, step, groups);';
const GROUPS_AT_ONCE = 'await deleteGroups(request, ec2, step, await ec2.defaultGroupsIn(step.vpcId));';
const ASKED = `await (step.step === '0' || groups.length > 0 ? refuseNewServers(request, step) : undefined);`;
const FOUND = 'return DEFAULT_GROUPS.includes(GroupName) && VpcId === vpcId;';
const REFUSED = `if (!isNamed(error, 'DependencyViolation')) {`;
const SUBNETS = 'SubnetIds.length > 0 && SubnetIds.every(isText)';
const ID = 'vpcId: VpcId, drain: Drain, step: Link }';
const KEPT = 'logDecision(request, kept, check.why);';

/** What a drain finds, as docs/rules.md has it. */
export const drainFindings: Mutants = {
  'nothing of DRS in the subnets, twice in a row': [
    handler('is content with one look', OVER, OVER.replace('>= 2', '>= 1')),
    handler('looks three times', OVER, OVER.replace('>= 2', '>= 3')),
  ],
  'machines of DRS at its deadline, or network interfaces that DRS has made, or empty subnets for too short': [
    handler('link 0 hands over', HANDED_OVER, `if (!isOfKind(error, 'timeout')) {`),
    handler('every link fails', HANDED_OVER, 'if (error) {'),
    handler('a handover does not tell', `logDecision(request, 'handed over'`, `((..._: unknown[]) => undefined)(request, 'handed over'`),
  ],
  'source servers that DRS says replicate into the subnets, once they are empty': [
    handler('does not ask DRS', ASKED, ''),
    handler('asks DRS in every link', ASKED, ASKED.replace("step.step === '0' || groups.length > 0", 'groups')),
    handler('asks DRS in link 0 only, though others delete security groups', ASKED, ASKED.replace(' || groups.length > 0', '')),
    handler('asks DRS only where security groups are to be deleted', ASKED, ASKED.replace("step.step === '0' || ", '')),
    handler('does not name them', "${join(servers.slice(0, LEFT_NAMED), ', ')}", ''),
    handler('has a command for every server', '.slice(0, COMMANDS_TOLD)\n    .map((id)', '.map((id)'),
    agents(
      'takes every server for one of these subnets',
      "subnetIds.includes(await retry('drs:GetReplicationConfiguration', call, term))",
      "(await retry('drs:GetReplicationConfiguration', call, term)) !== 'none'",
    ),
    replicatingHere('takes the disconnected for new ones', "state !== 'DISCONNECTED' && ", ''),
    replicatingHere('takes the stopped for new ones', " && state !== 'STOPPED'", ''),
    replicatingHere('takes the extended for new ones', "['EXTENDED', 'EXTENSION_ERROR']", "['EXTENSION_ERROR']"),
    replicatingHere('takes those whose staging account can not be reached for new ones', "['EXTENDED', 'EXTENSION_ERROR']", "['EXTENDED']"),
    agents('looks at the first page only', '} while (nextToken);', "} while (nextToken === '');"),
    agents('reads its pages once', 'pages.length > 1 ? ', 'pages.length < 0 ? '),
    agents('asks about one after another', 'const AT_ONCE = 20;', 'const AT_ONCE = 1;'),
    agents('asks about all at once', 'const AT_ONCE = 20;', 'const AT_ONCE = 1_000;'),
    agents('fails if one is gone', 'if (!isNothingThere(error)) {', 'if (error) {'),
    agents('takes a failed question for none', 'if (!isNothingThere(error)) {', 'if (!error) {'),
    agents('takes no list for an empty one', 'listIn(answer.items)', 'answer.items ?? []'),
    agents(
      'takes no subnet for another one',
      "partIn(answer.stagingAreaSubnetId || undefined, 'subnet')",
      "answer.stagingAreaSubnetId ?? ''",
    ),
    agents('takes an error on a further page for the end', 'nextToken !== undefined || ', ''),
    agents('fails where DRS was never used', "nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')", 'error'),
    agents(
      'takes any error on the first page for none',
      "nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')",
      'nextToken',
    ),
    agents('believes that one is gone though DRS lists it', "isThere ? undefined : 'none'", "isThere ? 'none' : 'none'"),
    agents(
      'believes it of one only if the account has no other',
      'readSourceServers(client, term, [sourceServerID])',
      'readSourceServers(client, term)',
    ),
    agents('waits for one that was disconnected meanwhile', '.flat().some(isReplicatingHere)', '.flat().length > 0'),
  ],
  'security groups that are still in use at its deadline': [
    handler('fails while security groups are in use', "throw new Failure(told, { kind: 'timeout' });", 'throw new Failure(told);'),
    handler('succeeds with one in use for ever', 'const told = say`Security groups', 'return;\n      const told = say`Security groups'),
    handler('hides what EC2 said', 'refused.push(say`${GroupId}: ${messageOf(error)}`);', 'refused.push(say`${GroupId}`);'),
  ],
  'no answer of EC2 at its deadline, after it has answered before': [
    handler(
      'takes no answer for a denial',
      HANDED_OVER,
      `if (step.step === '0' || !isOfKind(error, 'timeout') || String(error).includes('did not succeed in time')) {`,
    ),
  ],
  'no answer of EC2 at all, or a denial': [
    handler(
      'hands over though nobody knows what is there',
      'const first = await ec2.leftIn(step.subnetIds);\n  try {',
      'try {\n    const first = await ec2.leftIn(step.subnetIds);',
    ),
    handler('hands over whatever fails', HANDED_OVER, `if (step.step === '0') {`),
  ],
};

/** The rules of a drain: it waits until DRS has left the subnets. */
export const drain: Mutants = {
  'Create and Update only declare': [
    index('is unknown', `[STAGING_AREA_DRAIN, async () => (await import('./lazy')).stagingAreaDrain],`, ''),
    handler(
      'drains at once',
      `logDecision(request, 'declared', say\``,
      `await drain(request, readStep(request));\n  logDecision(request, 'declared', say\``,
    ),
    step('has the same physical ID for every link', ID, ID.replace('Link', `'0'`)),
    step('has the same physical ID for every drain', ID, ID.replace('Drain', `''`)),
    step('takes no subnets for a staging area', SUBNETS, 'SubnetIds.every(isText)'),
    step(
      'takes a text for a list of subnets',
      'SubnetIds, DeleteSecurityGroups } = properties;',
      'DeleteSecurityGroups } = properties;\n  const SubnetIds: unknown = [properties.SubnetIds].flat();',
    ),
    step('takes empty texts for subnets', SUBNETS, `SubnetIds.every((one) => typeof one === 'string') && SubnetIds.length > 0`),
    step('takes an empty text for a VPC', '!isText(VpcId) ||', `typeof VpcId !== 'string' ||`),
  ],
  'a deletion that is not genuine drains nothing': [
    deletion(
      'drains in a rollback',
      'if (check.genuine) {\n      await readableRun(request, deletion)(check);',
      `if (check.genuine || ${isOfType(STAGING_AREA_DRAIN)}) {\n      await readableRun(request, deletion)({ deletedStack: '', ...check, genuine: true });`,
    ),
    handler('drains what was never declared', 'isOfDrain(request.physicalId)', 'request.physicalId !== undefined'),
    handler('takes its replacement for its removal', `replaced: 'keep'`, `replaced: 'disconnect'`),
    handler('calls it kept, as if it were a server', '},\n    NOTHING_DRAINED,', '},'),
    deletion('does not tell why', KEPT, `if (${isOfOtherType(STAGING_AREA_DRAIN)}) {\n        ${KEPT}\n      }`),
  ],
  'the properties must be of the VPC that the physical ID names': [
    handler(
      'succeeds for what begins like a drain and can not be read',
      'isOfDrain(request.physicalId)',
      'parseDrainStepId(request.physicalId) !== undefined',
    ),
    handler('looks into the subnets of the properties', 'if (step.physicalId !== request.physicalId) {', 'if (!request.physicalId) {'),
  ],
  'a clean-up that leaves link 0 drains nothing': [
    handler('drains all the same', STAYS, 'return undefined;'),
    handler('does not tell why', 'logDecision(request, NOTHING_DRAINED, why)', 'undefined'),
    handler('never drains in a clean-up', STAYS, `return 'mutant';`),
    handler('drains nothing in a deletion of the stack either', 'if (deletedStack !== undefined) {', `if (deletedStack === '') {`),
    handler('takes any link for link 0', LAST_STEP, 'return id?.drain === name;'),
    handler('takes link 10 for link 0', LAST_STEP, LAST_STEP.replace(`id.step === '0'`, `id.step.endsWith('0')`)),
    handler("takes another drain's link 0 for its own", LAST_STEP, `return id?.step === '0';`),
    handler('takes a link 0 that goes for one that stays', `!ResourceStatus?.startsWith('DELETE_'),`, 'ResourceStatus !== undefined,'),
  ],
  'the subnets are empty once they were so twice in a row': [
    handler('counts looks that are not in a row', TWICE, TWICE.replace(': 0', ': empty')),
    handler('counts every look', TWICE, 'empty++;'),
    ec2('looks for machines in the first subnet only', 'machineFilters(subnetIds)', 'machineFilters(subnetIds.slice(0, 1))'),
    ec2(
      'looks for network interfaces in the first subnet only',
      '= interfaceFilters(subnetIds)',
      '= interfaceFilters(subnetIds.slice(0, 1))',
    ),
    ec2(
      'takes a failed look for an empty one',
      'await this.machinesIn(subnetIds)',
      'await this.machinesIn(subnetIds).catch((): Instance[] => [])',
    ),
    ec2(
      'takes a failed look for one without network interfaces',
      'await this.interfacesIn(subnetIds)',
      'await this.interfacesIn(subnetIds).catch((): NetworkInterface[] => [])',
    ),
    handler('does not look for network interfaces', SEEN, 'left.machines.length === 0'),
    handler('looks for network interfaces only', SEEN, 'left.interfaces.length === 0'),
    drsResources('takes those of a machine for others', 'interfaces.filter((one) => !isOf(one))', '[...interfaces]'),
    drsResources('overlooks what is attached', '!isOf(one)', '!one.Attachment'),
    drsResources(
      'takes what is attached to nothing for that of a machine',
      'InstanceId === Attachment?.InstanceId',
      'InstanceId === (Attachment?.InstanceId ?? InstanceId)',
    ),
    ec2(
      'takes no token of the pages of network interfaces',
      'items: listIn(page.NetworkInterfaces), nextToken: page.NextToken',
      'items: listIn(page.NetworkInterfaces)',
    ),
    drsResources('takes everything for something of DRS', '[...subnetIds] }, MANAGED_BY_DRS]', '[...subnetIds] }]'),
    drsResources('waits for what is terminated', '[...interfaceFilters(subnetIds), ALIVE]', 'interfaceFilters(subnetIds)'),
    drsResources('overlooks what shuts down, and still holds its network interface', `'shutting-down', `, ''),
    drsResources('overlooks stopped machines', `, 'stopped'`, ''),
    drsResources('looks for another tag', 'AWSElasticDisasterRecoveryManaged', 'AWSElasticDisasterRecovery'),
    drsResources('looks for a value of the tag', `Name: 'tag-key'`, `Name: 'tag-value'`),
    drsResources('looks in every subnet', `{ Name: 'subnet-id', Values: [...subnetIds] }, `, ''),
    ec2('looks at the first page only', '} while (nextToken);', `} while (nextToken === '');`),
    ec2('forgets the earlier pages', 'items.push(...answer.items);', 'items.splice(0, items.length, ...answer.items);'),
    ec2('looks at the first machine of a reservation only', 'listIn(Instances))', 'listIn(Instances).slice(0, 1))'),
    handler(
      'does not tell in the log that it waits',
      `log({ event: 'progress', ...counts, subnets: step.subnetIds, ...requestFields(request) });`,
      '',
    ),
  ],
  'agents have ten minutes, if anything was seen': [
    handler('gives them no time', OVER, 'empty >= 2'),
    handler('gives them time though no machine was ever seen', OVER, 'empty >= 2 && Date.now() >= agentsUntil'),
    handler('gives them an hour', '10 * 60_000', '60 * 60_000'),
    handler('gives them a minute', '10 * 60_000', '60_000'),
    handler('forgets that something was seen', 'wasSeen ||= !isEmpty;', 'wasSeen = !isEmpty;'),
    handler('does not know single disconnections', '[SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION,', '[FLEET_DISCONNECTION,'),
    handler('does not know fleets', '[SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION,', '[SOURCE_SERVER_DISCONNECTION,'),
    handler('does not think of nested stacks', `FLEET_DISCONNECTION, 'AWS::CloudFormation::Stack']`, 'FLEET_DISCONNECTION]'),
    handler('takes any resource for a disconnection', 'DISCONNECTING.includes(ResourceType) && ', ''),
    handler('takes a disconnection that stays for one that went', `ResourceStatus === 'DELETE_COMPLETE'`, 'ResourceStatus !== undefined'),
    handler(
      'counts from now on',
      '(LastUpdatedTimestamp?.getTime() ?? 0) + AGENTS_TIME',
      '(LastUpdatedTimestamp ? Date.now() : 0) + AGENTS_TIME',
    ),
    handler('counts from the first disconnection', 'Math.max(0, ...deleted', 'Math.min(...deleted'),
  ],
  'link 0 fails at the deadline, the others hand over': [
    handler(
      'succeeds whatever is left',
      'throw new Failure(explainLeft(left, step',
      'return;\n      throw new Failure(explainLeft(left, step',
    ),
    handler('is content with one empty look at the deadline', OUT_OF_TIME, `!isEmpty && ${OUT_OF_TIME}`),
    handler('does not tell that it was empty for too short', 'left.length === 0', 'left.length < 0'),
    handler('never gives up', OUT_OF_TIME, 'Date.now() < 0'),
    handler('gives up at once', OUT_OF_TIME, 'true'),
    handler('begins a look that has no time left', 'Date.now() + pause + LAST_LOOK >= ec2.deadline', 'Date.now() + pause >= ec2.deadline'),
    handler('gives up after two minutes', `type === 'Delete' ? Infinity : SHORT_LIMIT`, 'SHORT_LIMIT'),
    handler('does not tell that it is done', `logDecision(request, 'drained', join(step.subnetIds, ', '));`, ''),
    handler('does not name what is left', "join(left.slice(0, LEFT_NAMED), ', ')", "''"),
    handler('tells of machines where there are none', 'if (machines.length === 0) {', 'if (machines.length < 0) {'),
    handler('tells of network interfaces where there are machines', 'if (machines.length === 0) {', 'if (interfaces.length > 0) {'),
    handler('does not tell how network interfaces are deleted', 'explainInterfaces(interfaces, region),', ''),
    handler('has a command for each of them', 'const COMMANDS_TOLD = 5;', 'const COMMANDS_TOLD = 1_000;'),
    drsResources('takes every machine for a replication server', 'return KINDS.has(nameOf(instance));', `return nameOf(instance) !== '';`),
    drsResources(
      'takes no machine for a replication server',
      'return KINDS.has(nameOf(instance));',
      `return nameOf(instance) === 'mutant';`,
    ),
    drsResources(
      'takes a conversion server for a recovery instance',
      `['Replication', 'Conversion'].map((what) => [`,
      `['Replication'].map((what) => [`,
    ),
    drsResources(
      'takes a name that contains that of a replication server for it',
      'return KINDS.has(nameOf(instance));',
      'return [...KINDS.keys()].some((name) => nameOf(instance).includes(name));',
    ),
    handler('names so many that the commands are cut off', 'const LEFT_NAMED = 20;', 'const LEFT_NAMED = 1_000;'),
    handler('does not tell how many it does not name', 'say` and ${left.length - LEFT_NAMED} more`', "''"),
    deletion(
      'does not tell what next',
      'throw failedDeletion(error, request, check, deletion.remainingWork());',
      `throw ${isOfOtherType(STAGING_AREA_DRAIN)} ? failedDeletion(error, request, check, deletion.remainingWork()) : error;`,
    ),
    handler('tells to look in the VPC of an update that failed', 'parseDrainStepId(physicalId)?.vpcId ?? ', ''),
    handler('does not tell how to look by hand', 'Values=${vpcId}', 'Values='),
  ],
  'security groups go once nothing is left, if that is wanted': [
    handler('leaves them', GROUPS, ''),
    handler('deletes them though nobody wants it', 'step.deletesSecurityGroups ? await', 'step ? await'),
    step('takes every word for true', `DeleteSecurityGroups === 'true'`, 'DeleteSecurityGroups !== undefined'),
    handler('deletes them before anything else', 'const first = await', `${GROUPS_AT_ONCE}\n  const first = await`),
    handler(
      'deletes them at the handover, too',
      "logDecision(request, 'handed over'",
      `${GROUPS_AT_ONCE}\n    logDecision(request, 'handed over'`,
    ),
    handler('deletes the first one only', 'of groups) {', 'of groups.slice(0, 1)) {'),
    handler('does not tell that it deleted one', `logDecision(request, 'security group deleted', GroupId);`, ''),
  ],
  'security groups are known by their exact name, their VPC and their tag': [
    drsResources(
      'takes a name that begins like it',
      FOUND,
      FOUND.replace('DEFAULT_GROUPS.includes(GroupName)', 'DEFAULT_GROUPS.some((name) => GroupName.startsWith(name))'),
    ),
    drsResources('takes any name that EC2 found', FOUND, FOUND.replace('DEFAULT_GROUPS.includes(GroupName) && ', '')),
    drsResources('takes one of another VPC', FOUND, FOUND.replace(' && VpcId === vpcId', '')),
    drsResources('asks for those of every VPC', `{ Name: 'vpc-id', Values: [vpcId] }, `, ''),
    drsResources('asks for every name', `{ Name: 'group-name', Values: DEFAULT_GROUPS }, `, ''),
    drsResources('asks for those without the tag, too', 'DEFAULT_GROUPS }, MANAGED_BY_DRS]', 'DEFAULT_GROUPS }]'),
    drsResources(
      'does not know that of conversion servers',
      `DEFAULT_GROUPS = ['Replication', 'Conversion']`,
      `DEFAULT_GROUPS = ['Replication']`,
    ),
    drsResources(
      'does not know that of replication servers',
      `DEFAULT_GROUPS = ['Replication', 'Conversion']`,
      `DEFAULT_GROUPS = ['Conversion']`,
    ),
    ec2(
      'takes no token of their pages',
      'items: listIn(page.SecurityGroups), nextToken: page.NextToken',
      'items: listIn(page.SecurityGroups)',
    ),
  ],
  'security groups are tried again while they are in use': [
    handler('fails if one is in use', REFUSED, 'if (error) {'),
    handler('fails if one is gone', 'if (!(await isThere(ec2, vpcId, GroupId))) {', 'if (!ec2) {'),
    ec2(
      'fails if one is gone that EC2 still lists',
      `if (!isNamed(error, 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound')) {`,
      'if (error) {',
    ),
    ec2('goes on whatever EC2 says', `if (!isNamed(error, 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound')) {`, 'if (!error) {'),
    handler('tries again, whatever EC2 says', REFUSED, 'if (!error) {'),
    handler('takes another group for it', 'GroupId === groupId', 'GroupId !== undefined'),
    handler('does not try again', 'if (refused.length === 0) {', 'if (refused.length >= 0) {'),
    handler('never gives up on them', 'if (Date.now() + POLL_SUBNETS >= ec2.deadline) {', 'if (Date.now() < 0) {'),
    handler('gives up on them at once', 'if (Date.now() + POLL_SUBNETS >= ec2.deadline) {', 'if (Date.now() > 0) {'),
    ec2(
      'takes a throttled deletion for a refusal',
      `await retry('ec2:DeleteSecurityGroup', (abortSignal) => this.client.send(command, { abortSignal }), this);`,
      'await this.client.send(command);',
    ),
  ],
};
