import { DescribeRecoveryInstancesCommand, DescribeSourceServersCommand, DrsClient } from '@aws-sdk/client-drs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { STACK, stackStatus } from '../cdk-cli/account';
import { existingStacks } from './record/recording';

/** What somebody has said may be disconnected, and where. */
export interface RealAccount {
  readonly accountId: string;
  readonly region: string;
  readonly sourceServerIds: readonly string[];
}

/** What `npm run test:real:record` may use. */
export type RecordingAccount = Omit<RealAccount, 'sourceServerIds'>;

const VARIABLES = {
  CDK_DRS_REAL_ACCOUNT: { what: 'the account that is meant, in which all of this happens', pattern: /^\d{12}$/ },
  CDK_DRS_REAL_SOURCE_SERVER: {
    what: 'the source servers that may be disconnected for good, separated by commas',
    pattern: /^s-[0-9a-zA-Z]{17}(,s-[0-9a-zA-Z]{17})*$/,
  },
  AWS_REGION: { what: 'the Region that is meant', pattern: /^[a-z]{2}(-[a-z]+)+-\d$/ },
};

/**
 * Reads what the environment says, and makes sure that it is meant: nothing is changed before.
 *
 * @throws why it is refused
 */
export async function realAccount(): Promise<RealAccount> {
  if (process.env.CI) {
    throw new Error('CI is set: servers of a real account are disconnected by a person who watches, never by a CI.');
  }
  const account = {
    accountId: read('CDK_DRS_REAL_ACCOUNT', FOR_LANDING_ZONE),
    region: read('AWS_REGION', FOR_LANDING_ZONE),
    sourceServerIds: read('CDK_DRS_REAL_SOURCE_SERVER', FOR_LANDING_ZONE).split(','),
  };
  await checkCaller(account);
  await checkSourceServers(account);
  await checkRecoveryInstances(account);
  await checkStack(account);
  return account;
}

/**
 * The same for `npm run test:real:record`, which disconnects nobody.
 *
 * @throws why it is refused
 */
export async function recordingAccount(): Promise<RecordingAccount> {
  if (process.env.CI) {
    throw new Error('CI is set: a real account is used by a person who watches, never by a CI.');
  }
  const account = { accountId: read('CDK_DRS_REAL_ACCOUNT', FOR_RECORDING), region: read('AWS_REGION', FOR_RECORDING) };
  await checkCaller(account);
  const [stack] = await existingStacks();
  if (stack !== undefined) {
    const { accountId, region } = account;
    const remedy = `If nobody records there now, delete it: aws cloudformation delete-stack --stack-name ${stack} --region ${region}`;
    throw new Error(`There is a stack ${stack} already (account ${accountId}, Region ${region}). ${remedy}`);
  }
  return account;
}

type Name = keyof typeof VARIABLES;

interface Purpose {
  readonly what: string;
  readonly names: readonly Name[];
}
const FOR_LANDING_ZONE: Purpose = {
  what: 'This deploys the landing zone in a real account, and disconnects source servers for good.',
  names: ['CDK_DRS_REAL_ACCOUNT', 'CDK_DRS_REAL_SOURCE_SERVER', 'AWS_REGION'],
};
const FOR_RECORDING: Purpose = {
  what: 'This deploys small stacks in a real account, and deletes them.',
  names: ['CDK_DRS_REAL_ACCOUNT', 'AWS_REGION'],
};

function read(name: Name, { what: purpose, names }: Purpose): string {
  const value = process.env[name];
  if (value !== undefined && VARIABLES[name].pattern.test(value)) {
    return value;
  }
  const wrong = value === undefined ? 'is not set' : `is '${value}'`;
  const all = names.map((variable) => `  ${variable.padEnd(28)}${VARIABLES[variable].what}`);
  throw new Error(`${name} ${wrong}. ${purpose} Say what is meant:\n${all.join('\n')}`);
}

async function checkCaller({ accountId }: RecordingAccount) {
  const { Account, Arn } = await new STSClient().send(new GetCallerIdentityCommand({}));
  if (Account !== accountId) {
    throw new Error(`CDK_DRS_REAL_ACCOUNT is ${accountId}, but the credentials are those of ${Arn} in account ${Account}.`);
  }
}

async function checkSourceServers({ accountId, region, sourceServerIds }: RealAccount) {
  const { items = [] } = await new DrsClient().send(
    new DescribeSourceServersCommand({ filters: { sourceServerIDs: [...sourceServerIds] } }),
  );
  for (const id of sourceServerIds) {
    const server = items.find(({ sourceServerID }) => sourceServerID === id);
    if (!server) {
      throw new Error(`There is no source server ${id} (account ${accountId}, Region ${region}).`);
    }
    if (server.stagingArea?.status === 'EXTENDED') {
      throw new Error(`The source server ${id} is extended from another account, and can't be disconnected in this one.`);
    }
    if (server.dataReplicationInfo?.dataReplicationState === 'DISCONNECTED') {
      throw new Error(`The source server ${id} is DISCONNECTED already, so nothing would be proven.`);
    }
  }
}

async function checkRecoveryInstances({ sourceServerIds }: RealAccount) {
  const { items = [] } = await new DrsClient().send(
    new DescribeRecoveryInstancesCommand({ filters: { sourceServerIDs: [...sourceServerIds] } }),
  );
  const [instance] = items;
  if (instance) {
    const { recoveryInstanceID, sourceServerID } = instance;
    throw new Error(`The source server ${sourceServerID} has the recovery instance ${recoveryInstanceID}: somebody may need it.`);
  }
}

/** Deploying over a landing zone that is in use would disconnect the servers that only it names. */
async function checkStack({ accountId, region }: RealAccount) {
  const status = await stackStatus();
  if (status !== undefined) {
    throw new Error(`There is a stack ${STACK} already (account ${accountId}, Region ${region}), in ${status}: it may be in use.`);
  }
}
