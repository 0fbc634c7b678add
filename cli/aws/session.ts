import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { REGION } from '../../lib/contract';
import { Failure } from '../../lambda/aws/errors';
import { say } from '../../lambda/aws/message';
import type { RoleSession } from '../../lambda/aws/role';
import '../../lambda/aws/sdk-partitions';
import { type Credentials, findCredentials } from './credentials';
import { withReadableErrors } from './errors';

/** IAM takes no longer name of a session. */
const LONGEST_SESSION_NAME = 64;

/** What a plan asks of DRS, which looks at EC2 on its caller's behalf. */
const READER = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'], Resource: '*' },
  ],
});

/** In milliseconds. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000 };

/** How every client of AWS is made. */
export interface ClientConfiguration {
  readonly region: string;
  readonly credentials: Credentials;
  readonly requestHandler: NodeHttpHandler;
  readonly retryMode: string;
  readonly maxAttempts: number;
  readonly customUserAgent: [string, string?][];
}

/** Who asks, and from which Region: as the AWS command line would find it out. */
export class Session {
  /**
   * @throws Failure if there are no credentials, or no Region is named anywhere, or what is named is none
   */
  static async open(options: { readonly profile?: string; readonly region?: string }): Promise<Session> {
    // The whole SDK reads them, also for the role of a profile.
    setVariable('AWS_PROFILE', options.profile ?? process.env.AWS_PROFILE ?? process.env.AWS_DEFAULT_PROFILE);
    const named = options.region ?? [process.env.AWS_REGION, process.env.AWS_DEFAULT_REGION].find((variable) => variable);
    // Before anybody is asked for credentials: a host is named by it.
    checkRegion(named);
    setVariable('AWS_REGION', named);
    const region = await new STSClient({}).config.region().catch(() => {
      throw new Failure('No Region is named: use --region, AWS_REGION, or the region of the profile.');
    });
    checkRegion(region);
    const requestHandler = new NodeHttpHandler(TIMEOUTS);
    return new Session(region, await findCredentials(region, requestHandler), requestHandler);
  }

  private constructor(
    readonly region: string,
    private readonly ownCredentials: Credentials,
    private readonly requestHandler: NodeHttpHandler,
  ) {}

  /** For calls in a Region, with these credentials or the session's own. */
  configuration(region = this.region, credentials?: Credentials): ClientConfiguration {
    return {
      region,
      credentials: credentials ?? this.ownCredentials,
      requestHandler: this.requestHandler,
      retryMode: 'adaptive',
      maxAttempts: 7,
      customUserAgent: [['cdk-drs-plan']],
    };
  }

  /** The account of the session. */
  async accountId(): Promise<string> {
    const client = new STSClient(this.configuration());
    const { Account } = await withReadableErrors('sts:GetCallerIdentity', () => client.send(new GetCallerIdentityCommand({})));
    return Account ?? 'unknown';
  }

  /**
   * Credentials of a role, which may do no more than to describe, whatever the role itself may.
   *
   * @throws Failure if the role doesn't trust the session
   */
  async assumeRole(roleArn: string, stackName: string, { externalId, sourceIdentity, tags }: RoleSession = {}): Promise<Credentials> {
    const client = new STSClient(this.configuration());
    const RoleSessionName = `cdk-drs-plan-${stackName}`.slice(0, LONGEST_SESSION_NAME);
    const { Credentials: session } = await withReadableErrors(`sts:AssumeRole on ${roleArn}`, () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName,
          Policy: READER,
          ExternalId: externalId,
          SourceIdentity: sourceIdentity,
          Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
    );
    if (!session?.AccessKeyId || !session.SecretAccessKey) {
      throw new Failure(say`STS gave no credentials for the role ${roleArn}.`);
    }
    return { accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken };
  }
}

function checkRegion(region: string | undefined) {
  if (region !== undefined && !REGION.test(region)) {
    throw new Failure(say`'${region}' is not a Region, such as eu-central-1: use --region, AWS_REGION, or the region of the profile.`);
  }
}

function setVariable(name: string, value: string | undefined) {
  if (value !== undefined) {
    process.env[name] = value;
  }
}
