import { mutate, type Mutants } from './mutant';

const physicalIds = mutate('physical-ids.ts');

const ARN = String.raw`/^arn:(aws[a-z-]*):drs:([^:]+):(\d{12}):source-server\/([^/]+)$/`;
const ARN_PARTS = 'const [, partition, region, accountId, sourceServerId] =';
const FLEET = String.raw`/^drs:fleet:(\d{12}):([^:]+):([0-9a-f]{16})$/`;
const FLEET_PARTS = 'const [, accountId, region, selectionHash] =';
const FLEET_WRITTEN = '`drs:fleet:${accountId}:${region}:${selectionHash}`';
const STEP = '/^drs:drain:([^:]*):([^:]*):([^:]*):(.*):([^:]*)$/';
const STEP_READ = 'return whole === undefined ? undefined : {';
const STEP_WRITTEN = '`drs:drain:${accountId}:${region}:${vpcId}:${drain}:${step}`';
const CREATED = String.raw`/^\s*(arn|drs):/`;

/** Deployed stacks hold them, so each is written and read as ever. */
export const physicalIdRules: Mutants = {
  'the ARN of a source server is read, and nothing else is taken for it': [
    physicalIds('knows one partition only', ARN, ARN.replace('aws[a-z-]*', 'aws')),
    physicalIds('takes any partition', ARN, ARN.replace('aws[a-z-]*', '[a-z-]+')),
    physicalIds('takes what stands before the ARN for a part of it', ARN, ARN.replace('^', '')),
    physicalIds('takes what follows the ARN for a part of it', ARN, ARN.replace('$/', '/')),
    physicalIds('takes any account', ARN, ARN.replace(String.raw`\d{12}`, String.raw`\d+`)),
    physicalIds('takes any Region', 'REGION.test(region) && ', ''),
    physicalIds('takes any resource of DRS', ARN, ARN.replace('source-server', '[a-z-]+')),
    physicalIds(
      'takes a list for a text',
      `(typeof arn === 'string' && SOURCE_SERVER_ARN.exec(arn))`,
      'SOURCE_SERVER_ARN.exec(String(arn))',
    ),
    physicalIds('takes the Region for the account', ARN_PARTS, 'const [, partition, accountId, region, sourceServerId] ='),
  ],
  'the physical ID of a fleet is written and read, and nothing else is taken for it': [
    physicalIds('writes the Region first', FLEET_WRITTEN, '`drs:fleet:${region}:${accountId}:${selectionHash}`'),
    physicalIds('does not write the Region', FLEET_WRITTEN, '`drs:fleet:${accountId}:${selectionHash}`'),
    physicalIds('does not write the hash', FLEET_WRITTEN, '`drs:fleet:${accountId}:${region}`'),
    physicalIds('takes what stands before it for a part of it', FLEET, FLEET.replace('^', '')),
    physicalIds('takes what follows it for a part of it', FLEET, FLEET.replace('$/', '/')),
    physicalIds('takes any account', FLEET, FLEET.replace(String.raw`\d{12}`, String.raw`\d+`)),
    physicalIds('takes any Region', ' && REGION.test(region)', ''),
    physicalIds('takes any hash', FLEET, FLEET.replace('[0-9a-f]{16}', '[0-9a-f]+')),
    physicalIds('takes the Region for the account', FLEET_PARTS, 'const [, region, accountId, selectionHash] ='),
  ],
  'the physical ID of a step of a drain is written and read, and nothing else is taken for it': [
    physicalIds('writes the step first', STEP_WRITTEN, STEP_WRITTEN.replace('${drain}:${step}', '${step}:${drain}')),
    physicalIds('does not write the account', STEP_WRITTEN, STEP_WRITTEN.replace('${accountId}', '')),
    physicalIds('does not write the Region', STEP_WRITTEN, STEP_WRITTEN.replace('${region}', '')),
    physicalIds('does not write the VPC', STEP_WRITTEN, STEP_WRITTEN.replace('${vpcId}', '')),
    physicalIds('takes what stands before it for a part of it', STEP, STEP.replace('^', '')),
    physicalIds('knows no drain whose name has colons', STEP, STEP.replace('(.*)', '([^:]*)')),
    physicalIds('takes the first colon of such a name for its end', STEP, STEP.replace('(.*):([^:]*)$', '(.*?):(.*)$')),
    physicalIds('takes any text for one', STEP_READ, 'return {'),
    physicalIds('takes none for one', STEP_READ, 'return whole !== undefined ? undefined : {'),
    physicalIds('takes the drain for the step', `drain = '', step = ''] =`, `step = '', drain = ''] =`),
  ],
  'what was not created has a physical ID that is none of these': [
    physicalIds('has one that may be of a newer version', '`cdk-drs:not-created:${logicalId}`', '`drs:not-created:${logicalId}`'),
    physicalIds('has the same one for every resource', '`cdk-drs:not-created:${logicalId}`', '`cdk-drs:not-created:`'),
    physicalIds('takes one of them for created', CREATED, '/(arn|drs):/'),
    physicalIds('does not take ARNs for created', CREATED, String.raw`/^\s*drs:/`),
    physicalIds('does not take those of fleets and drains for created', CREATED, String.raw`/^\s*arn:/`),
    physicalIds('takes a word for an ARN', CREATED, String.raw`/^\s*(arn|drs)/`),
    physicalIds('takes one with a blank before it for made up', CREATED, '/^(arn|drs):/'),
  ],
};
