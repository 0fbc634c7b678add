import { mutate, type Mutants } from './mutant';

const assumeRole = mutate('aws/assume-role.ts');
const index = mutate('index.ts');
const clientConfiguration = mutate('aws/client-configuration.ts');
const drs = mutate('aws/drs.ts');
const policy = mutate('aws/session-policy.ts');
const fleetHandler = mutate('fleet/handler.ts');
const options = mutate('source-server/options.ts');
const failureAdvice = mutate('protocol/failure-advice.ts');

const HANDED_IN = '.assumeRole(...args)';
const ASSUMES = `const assumeRole: AssumeRole = async (...args) => (await import('./lazy'))${HANDED_IN};`;
const ASSUMES_NONE = `() => Promise.reject(new Failure('mutant'))`;
const ASSUME = 'export async function assumeRole(';
const OPEN = 'assumeRole(stack, roleArn, { deadline, signal }, session, reach)';
const PRINCIPAL = `'AssumeRoleArn', 'AssumeRoleExternalId', 'AssumeRoleSourceIdentity', 'AssumeRoleSessionTags'`;
const POLICY = 'sessionPolicy(roleArn, reach)';

/** The rules of roles that are assumed, which no table has. */
export const roles: Mutants = {
  'DRS is called as the role': [
    index(
      'lets single servers assume none',
      'sourceServerDisconnection(assumeRole, openCleanup)',
      `sourceServerDisconnection(${ASSUMES_NONE}, openCleanup)`,
    ),
    index('lets fleets assume none', 'fleetDisconnection(assumeRole, openCleanup)', `fleetDisconnection(${ASSUMES_NONE}, openCleanup)`),
    index('assumes another role', HANDED_IN, HANDED_IN.replace('...args', 'args[0], `${args[1]}2`, args[2], args[3], args[4]')),
    clientConfiguration("uses the function's own credentials", '...(credentials && { credentials }),', ''),
    drs('forgets the credentials', 'clientConfiguration(stack, reach.region, credentials)', 'clientConfiguration(stack, reach.region)'),
    options(
      'takes a role that is no text for none',
      `value === undefined ? value : JSON.stringify(value)`,
      'value === undefined ? value : undefined',
    ),
    options(
      'takes an empty text for none',
      'const roleArn = textOf(properties[name]);',
      'const roleArn = textOf(properties[name]) || undefined;',
    ),
    options('does not check that it is a role', 'if (roleArn !== undefined && ', `if (roleArn === 'mutant' && `),
  ],
  'the function assumes it itself, in the Region of its stack': [
    index('assumes it for ever', HANDED_IN, HANDED_IN.replace('...args', 'args[0], args[1], Infinity, args[3], args[4]')),
    drs('assumes it in the Region of the server', OPEN, OPEN.replace('stack', '{ ...stack, region: reach.region }')),
  ],
  'a session belongs to its request': [
    index(
      'hands out the first session for ever',
      ASSUMES,
      `let kept: ReturnType<AssumeRole> | undefined;\nconst assumeRole: AssumeRole = (...args) => (kept ??= import('./lazy').then((lazy) => lazy.assumeRole(...args)));`,
    ),
    assumeRole(
      'keeps the first session for ever',
      ASSUME,
      `let kept: Promise<Credentials> | undefined;
export function assumeRole(...session: Parameters<typeof begin>): Promise<Credentials> {
  return (kept ??= begin(...session));
}
async function begin(`,
    ),
    assumeRole(
      'keeps the session of each role',
      ASSUME,
      `const kept = new Map<string, Promise<Credentials>>();
export function assumeRole(...session: Parameters<typeof begin>): Promise<Credentials> {
  const credentials = kept.get(session[1]) ?? begin(...session);
  kept.set(session[1], credentials);
  return credentials;
}
async function begin(`,
    ),
  ],
  'the name of a session tells of which stack it is': [
    index(
      'names another stack',
      HANDED_IN,
      HANDED_IN.replace('...args', `{ ...args[0], name: 'mutant' }, args[1], args[2], args[3], args[4]`),
    ),
    assumeRole('does not name the stack', '`cdk-drs-${stack.name}`', `'cdk-drs'`),
    assumeRole('is longer than IAM takes', '.slice(0, LONGEST_SESSION_NAME)', ''),
  ],
  'a session has the external ID, the source identity and the tags of its resource': [
    options('forgets the external ID', `externalId: text('AssumeRoleExternalId')`, 'externalId: undefined'),
    options('forgets the source identity', `sourceIdentity: text('AssumeRoleSourceIdentity')`, 'sourceIdentity: undefined'),
    options('forgets the tags', 'properties.AssumeRoleSessionTags as', 'undefined as'),
    assumeRole('sends no external ID', ' ExternalId, SourceIdentity, Tags,', ' SourceIdentity, Tags,'),
    assumeRole('sends no source identity', ' ExternalId, SourceIdentity, Tags,', ' ExternalId, Tags,'),
    assumeRole('sends no tags', ' ExternalId, SourceIdentity, Tags,', ' ExternalId, SourceIdentity,'),
    options('does not verify another external ID', PRINCIPAL, PRINCIPAL.replace(`'AssumeRoleExternalId', `, '')),
    options('does not verify another source identity', PRINCIPAL, PRINCIPAL.replace(`'AssumeRoleSourceIdentity', `, '')),
    options('does not verify other tags', PRINCIPAL, PRINCIPAL.replace(`, 'AssumeRoleSessionTags'`, '')),
  ],
  'a session may change the source servers of its resource, and no other': [
    assumeRole('has no policy', POLICY, 'undefined'),
    policy('may disconnect any other', `'drs:DisconnectSourceServer', `, ''),
    policy('may delete the record of any other', `, 'drs:DeleteSourceServer'`, ''),
    policy('names no server', 'source-server/${sourceServerId}`', 'source-server/${sourceServerId.slice(0, 0)}*`'),
    policy('does not look at tags', '[{ NotResource }, ...others]', '[{ NotResource }]'),
    policy('reads a tag as a variable', ".replaceAll('${', '${$}{')", ''),
    fleetHandler('forgets the tags of a fleet', '{ region, tags: selection.tags }', '{ region }'),
  ],
  'the policy of a session takes away nothing else': [
    policy('allows DRS only', "Action: '*', Resource: '*'", "Action: 'drs:*', Resource: '*'"),
    policy('denies recovery instances', `'drs:DeleteSourceServer'`, `'drs:DeleteSourceServer', 'drs:DisconnectRecoveryInstance'`),
    policy('is of another partition', '`arn:${partition}:drs', '`arn:aws:drs'),
    policy('is longer than STS takes', '{1,2048}', '{1,}'),
    policy('has characters that STS does not take', '\\x20-\\xff', '\\s\\S'),
    assumeRole('fails where STS takes none', 'isNamed(error, ...POLICY_REFUSED)', 'isNamed(error)'),
    assumeRole('fails where it is too large', `'PackedPolicyTooLargeException', `, ''),
    assumeRole('goes on without it whatever STS says', 'isNamed(error, ...POLICY_REFUSED)', 'error'),
  ],
  'the operator is told whom to grant what, and which account to turn to': [
    drs("names the function's role instead", 'roleArn === undefined ? undefined : `the role', 'roleArn ? undefined : `the role'),
    failureAdvice('does not tell of which service the commands are', 'Commands of ${service}', 'Commands'),
    failureAdvice('does not tell for which account a command is', 'accountId === ownAccountId ? undefined : ', 'accountId ? undefined : '),
    failureAdvice('tells of two accounts where there is one', 'accountId === ownAccountId ? undefined : ', ''),
  ],
};
