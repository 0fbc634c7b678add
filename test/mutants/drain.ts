import { mutate, type Mutants } from './mutant';

const rules = mutate('drain/handler.ts');
const ec2 = mutate('drain/ec2.ts');
const madeByDrs = mutate('drain/drs-resources.ts');
const link = mutate('drain/step.ts');
const handler = mutate('index.ts');

const TWICE = 'empty = machines.length === 0 ? empty + 1 : 0;';
const OVER = 'empty >= 2 && (!wasSeen || Date.now() >= agentsUntil)';
const OUT_OF_TIME = 'isOver || Date.now() + pause >= ec2.deadline';
const STAYS = `return stays ? 'the drain is still in the stack, with fewer links' : undefined;`;
const LAST_LINK = "physicalId.startsWith('drs:drain:') && physicalId.endsWith(`:${name}:0`)";
const GROUPS = 'await (link.deletesSecurityGroups ? deleteGroups(request, ec2, link) : undefined);';
const FOUND = 'return DEFAULT_GROUPS.includes(GroupName) && VpcId === vpcId;';
const REFUSED = `if (!isNamed(error, 'DependencyViolation')) {`;
const EMPTY = 'if (isOver) {';
const SUBNETS = 'SubnetIds.length > 0 && SubnetIds.every(isText)';
const ID = '`drs:drain:${stack.accountId}:${stack.region}:${VpcId}:${Drain}:${Link}`';

/** The rules of a drain: it waits until DRS has left the subnets. */
export const drain: Mutants = {
  'Create and Update only declare': [
    handler('is unknown', `[STAGING_AREA_DRAIN]: async () => (await import('./lazy')).stagingAreaDrain,`, ''),
    rules('drains at once', `decide(request, 'declared', \``, `await drain(request, readLink(request));\n  decide(request, 'declared', \``),
    link('has the same physical ID for every link', ID, ID.replace('${Link}', '0')),
    link('has the same physical ID for every drain', ID, ID.replace(':${Drain}:', ':')),
    link('takes no subnets for a staging area', SUBNETS, 'SubnetIds.every(isText)'),
    link(
      'takes a text for a list of subnets',
      'SubnetIds, DeleteSecurityGroups } = properties;',
      'DeleteSecurityGroups } = properties;\n  const SubnetIds: unknown = [properties.SubnetIds].flat();',
    ),
    link('takes empty texts for subnets', SUBNETS, `SubnetIds.every((one) => typeof one === 'string') && SubnetIds.length > 0`),
    link('takes an empty text for a VPC', '!isText(VpcId) ||', `typeof VpcId !== 'string' ||`),
  ],
  'a deletion that is not genuine drains nothing': [
    rules('drains in a rollback', 'if (why !== undefined) {', 'if (why !== undefined && verdict.genuine) {'),
    rules('drains what was never declared', 'if (!isLink(physicalId)) {', 'if (!physicalId) {'),
    rules('takes its replacement for its removal', `judgeDeletion(request, 'stays')`, 'judgeDeletion(request)'),
    rules('does not tell why', `decide(request, 'nothing drained', why);`, ''),
  ],
  'the properties must be of the VPC that the physical ID names': [
    rules('looks into the subnets of the properties', 'if (link.physicalId !== physicalId) {', 'if (!physicalId) {'),
  ],
  'a clean-up that leaves link 0 drains nothing': [
    rules('drains all the same', STAYS, 'return undefined;'),
    rules('never drains in a clean-up', STAYS, `return 'mutant';`),
    rules('drains nothing in a deletion of the stack either', 'if (deletedStack !== undefined) {', `if (deletedStack === '') {`),
    rules('takes any link for link 0', LAST_LINK, "physicalId.startsWith('drs:drain:') && physicalId.includes(`:${name}:`)"),
    rules('takes link 10 for link 0', LAST_LINK, LAST_LINK.replace(':0`', ':\`) || physicalId.endsWith(`0`')),
    rules("takes another drain's link 0 for its own", LAST_LINK, LAST_LINK.replace(':${name}:0', ':0')),
    rules('takes a link 0 that goes for one that stays', `!ResourceStatus?.startsWith('DELETE_'),`, 'ResourceStatus !== undefined,'),
  ],
  'the subnets are empty once they were so twice in a row': [
    rules('is content with one look', OVER, OVER.replace('>= 2', '>= 1')),
    rules('looks three times', OVER, OVER.replace('>= 2', '>= 3')),
    rules('counts looks that are not in a row', TWICE, TWICE.replace(': 0', ': empty')),
    rules('counts every look', TWICE, 'empty++;'),
    rules('looks at the first subnet only', 'await ec2.machinesIn(subnetIds)', 'await ec2.machinesIn(subnetIds.slice(0, 1))'),
    rules(
      'takes a failed look for an empty one',
      'await ec2.machinesIn(subnetIds)',
      'await ec2.machinesIn(subnetIds).catch((): Instance[] => [])',
    ),
    madeByDrs('takes every machine for one of DRS', 'MANAGED_BY_DRS, ALIVE]', 'ALIVE]'),
    madeByDrs('waits for what is terminated', 'MANAGED_BY_DRS, ALIVE]', 'MANAGED_BY_DRS]'),
    madeByDrs('overlooks what shuts down, and still holds its network interface', `'shutting-down', `, ''),
    madeByDrs('overlooks stopped machines', `, 'stopped'`, ''),
    madeByDrs('looks for another tag', 'AWSElasticDisasterRecoveryManaged', 'AWSElasticDisasterRecovery'),
    madeByDrs('looks for a value of the tag', `Name: 'tag-key'`, `Name: 'tag-value'`),
    madeByDrs('looks in every subnet', `{ Name: 'subnet-id', Values: [...subnetIds] }, `, ''),
    ec2('looks at the first page only', '} while (nextToken);', `} while (nextToken === '');`),
    ec2('forgets the earlier pages', 'items.push(...answer.items);', 'items.splice(0, items.length, ...answer.items);'),
    ec2('looks at the first machine of a reservation only', '=> Instances)', '=> Instances.slice(0, 1))'),
    rules(
      'does not tell in the log that it waits',
      `log({ event: 'progress', machines: machines.length, subnets: subnetIds, ...identityOf(request) });`,
      '',
    ),
  ],
  'agents have ten minutes, if machines were seen': [
    rules('gives them no time', OVER, 'empty >= 2'),
    rules('gives them time though no machine was ever seen', OVER, 'empty >= 2 && Date.now() >= agentsUntil'),
    rules('gives them an hour', '10 * 60_000', '60 * 60_000'),
    rules('gives them a minute', '10 * 60_000', '60_000'),
    rules('forgets that machines were seen', 'wasSeen ||= machines.length > 0;', 'wasSeen = machines.length > 0;'),
    rules('does not know single disconnections', '[SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION,', '[FLEET_DISCONNECTION,'),
    rules('does not know fleets', '[SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION,', '[SOURCE_SERVER_DISCONNECTION,'),
    rules('does not think of nested stacks', `FLEET_DISCONNECTION, 'AWS::CloudFormation::Stack']`, 'FLEET_DISCONNECTION]'),
    rules('takes any resource for a disconnection', 'DISCONNECTING.includes(ResourceType) && ', ''),
    rules('takes a disconnection that stays for one that went', `ResourceStatus === 'DELETE_COMPLETE'`, 'ResourceStatus !== undefined'),
    rules(
      'counts from now on',
      '(LastUpdatedTimestamp?.getTime() ?? 0) + AGENTS_TIME',
      '(LastUpdatedTimestamp ? Date.now() : 0) + AGENTS_TIME',
    ),
    rules('counts from the first disconnection', 'Math.max(0, ...deleted', 'Math.min(...deleted'),
  ],
  'link 0 fails at the deadline, the others hand over': [
    rules('link 0 hands over', `if (link.link === '0') {`, `if (link.link === '') {`),
    rules('every link fails', `if (link.link === '0') {`, 'if (link.link) {'),
    rules('succeeds whatever is left', EMPTY, 'if (machines.length >= 0) {'),
    rules('is content with one empty look at the deadline', EMPTY, 'if (machines.length === 0) {'),
    rules('does not tell that it was empty for too short', 'left.length === 0', 'left.length < 0'),
    rules('never gives up', OUT_OF_TIME, 'isOver'),
    rules('gives up at once', OUT_OF_TIME, 'true'),
    rules('gives up after two minutes', `type === 'Delete' ? Infinity : LIMIT`, 'LIMIT'),
    rules('a handover does not tell', `decide(request, 'handed over'`, `((..._: unknown[]) => undefined)(request, 'handed over'`),
    rules('does not tell that it is done', `decide(request, 'drained', link.subnetIds.join(', '));`, ''),
    rules('does not name the machines', "${named.join(', ')}${more}", '${more}'),
    madeByDrs(
      'takes every machine for a replication server',
      '/Replication Server|Conversion Server/.test(nameOf(instance))',
      `nameOf(instance) !== ''`,
    ),
    madeByDrs('takes no machine for a replication server', '/Replication Server|Conversion Server/', '/mutant/'),
    madeByDrs('takes a conversion server for a recovery instance', '|Conversion Server', ''),
    rules('names so many that the commands are cut off', 'const NAMED = 20;', 'const NAMED = 1_000;'),
    rules('does not tell how many it does not name', '` and ${left.length - NAMED} more`', "''"),
    rules('does not tell what next', 'throw failedDeletion(error, request, verdict, undone(request));', 'throw error;'),
    rules('does not tell how to look by hand', 'Values=${String(properties.VpcId)}', 'Values='),
  ],
  'security groups go once nothing is left, if that is wanted': [
    rules('leaves them', GROUPS, ''),
    rules('deletes them though nobody wants it', GROUPS, 'await deleteGroups(request, ec2, link);'),
    link('takes every word for true', `DeleteSecurityGroups === 'true'`, 'DeleteSecurityGroups !== undefined'),
    rules('deletes them before anything else', 'const { machines, isOver } = await', `${GROUPS}\n  const { machines, isOver } = await`),
    rules('deletes them at the handover, too', EMPTY, `${GROUPS}\n  ${EMPTY}`),
    rules('deletes the first one only', 'of await ec2.defaultGroupsIn(vpcId)) {', 'of (await ec2.defaultGroupsIn(vpcId)).slice(0, 1)) {'),
    rules('does not tell that it deleted one', `decide(request, 'security group deleted', GroupId);`, ''),
  ],
  'security groups are known by their exact name, their VPC and their tag': [
    madeByDrs(
      'takes a name that begins like it',
      FOUND,
      FOUND.replace('DEFAULT_GROUPS.includes(GroupName)', 'DEFAULT_GROUPS.some((name) => GroupName.startsWith(name))'),
    ),
    madeByDrs('takes any name that EC2 found', FOUND, FOUND.replace('DEFAULT_GROUPS.includes(GroupName) && ', '')),
    madeByDrs('takes one of another VPC', FOUND, FOUND.replace(' && VpcId === vpcId', '')),
    madeByDrs('asks for those of every VPC', `{ Name: 'vpc-id', Values: [vpcId] }, `, ''),
    madeByDrs('asks for every name', `{ Name: 'group-name', Values: DEFAULT_GROUPS }, `, ''),
    madeByDrs('asks for those without the tag, too', 'DEFAULT_GROUPS }, MANAGED_BY_DRS]', 'DEFAULT_GROUPS }]'),
    madeByDrs('does not know that of conversion servers', `['Replication', 'Conversion']`, `['Replication']`),
    madeByDrs('does not know that of replication servers', `['Replication', 'Conversion']`, `['Conversion']`),
    ec2('takes no token of their pages', 'items: page.SecurityGroups ?? [], nextToken: page.NextToken', 'items: page.SecurityGroups ?? []'),
  ],
  'security groups are tried again while they are in use': [
    rules('fails if one is in use', REFUSED, 'if (error) {'),
    rules('fails if one is gone', 'if (!(await isThere(ec2, vpcId, GroupId))) {', 'if (!ec2) {'),
    ec2(
      'fails if one is gone that EC2 still lists',
      `if (!isNamed(error, 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound')) {`,
      'if (error) {',
    ),
    ec2('goes on whatever EC2 says', `if (!isNamed(error, 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound')) {`, 'if (!error) {'),
    rules('tries again, whatever EC2 says', REFUSED, 'if (!error) {'),
    rules('takes another group for it', 'GroupId === groupId', 'GroupId !== undefined'),
    rules('does not try again', 'if (refused.length === 0) {', 'if (refused.length >= 0) {'),
    rules('succeeds with one in use for ever', 'throw new Failure(`Security groups', 'return;\n      throw new Failure(`Security groups'),
    rules('never gives up on them', 'if (Date.now() + LOOK_AGAIN >= ec2.deadline) {', 'if (Date.now() < 0) {'),
    rules('gives up on them at once', 'if (Date.now() + LOOK_AGAIN >= ec2.deadline) {', 'if (Date.now() > 0) {'),
    rules('hides what EC2 said', 'refused.push(`${GroupId}: ${messageOf(error)}`);', 'refused.push(GroupId);'),
    ec2(
      'takes a throttled deletion for a refusal',
      `await retry('ec2:DeleteSecurityGroup', (abortSignal) => this.client.send(command, { abortSignal }), this);`,
      'await this.client.send(command);',
    ),
  ],
};
