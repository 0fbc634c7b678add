import { DrsClient } from '@aws-sdk/client-drs';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { Server } from 'node:http';
import { Calls } from '../../emulator/control/calls';
import { Clock } from '../../emulator/control/clock';
import { Faults } from '../../emulator/control/faults';
import { defaultAccountId, defaultRegion, partition } from '../../emulator/defaults';
import { Drs } from '../../emulator/drs/drs';
import { Ec2 } from '../../emulator/ec2/ec2';
import { HttpGateway, openPort } from '../../emulator/http/gateway';
import { Iam } from '../../emulator/iam/iam';
import { Credentials, SessionCredentials } from '../../emulator/iam/model';
import { ResourceRequest } from '../../emulator/resource-provider';
import { S3 } from '../../emulator/s3/s3';
import { defaultSettings, Settings } from '../../emulator/settings';
import { Ssm } from '../../emulator/ssm/ssm';
import { Sts } from '../../emulator/sts/sts';

/** A clock that stands still until it is moved; what waits for it waits a thousandth of the time. */
export class StoppedClock extends Clock {
  private passed = 0;

  constructor() {
    super(1000);
  }

  override now(): number {
    return this.epoch + this.passed;
  }

  pass(milliseconds: number): void {
    this.passed += milliseconds;
  }
}

/** Whose a client is: the operator's of the default account unless told. */
export interface Who {
  readonly region?: string;
  readonly accountId?: string;
  readonly credentials?: Credentials | SessionCredentials;
}

/** The services that need neither Lambda nor CloudFormation, behind the HTTP gateway. */
export class Services {
  readonly clock = new StoppedClock();
  readonly faults = new Faults(this.clock);
  readonly calls = new Calls();
  readonly iam: Iam;
  readonly s3: S3;
  readonly ec2: Ec2;
  readonly drs: Drs;
  readonly ssm: Ssm;
  readonly gateway: HttpGateway;
  private readonly clients: { destroy(): void }[] = [];

  static async start(chosen: Partial<Settings> = {}): Promise<Services> {
    return new Services({ ...defaultSettings, ...chosen }, await openPort());
  }

  private constructor(settings: Settings, server: Server) {
    const { clock, faults, calls } = this;
    const iam = (this.iam = new Iam({ clock, settings }));
    this.s3 = new S3({ clock, iam });
    this.ec2 = new Ec2({ clock, settings, iam });
    this.drs = new Drs({ clock, settings, iam, ec2: this.ec2 });
    this.ssm = new Ssm(iam);
    this.gateway = new HttpGateway(server, { clock, authenticator: iam, faults, calls });
    this.gateway.serve(this.drs, this.ec2, this.s3, this.ssm, new Sts(iam));
  }

  drsClient(who: Who = {}): DrsClient {
    return this.keep(new DrsClient(this.configuration(who)));
  }

  s3Client(who: Who = {}): S3Client {
    return this.keep(new S3Client({ ...this.configuration(who), forcePathStyle: true }));
  }

  stsClient(who: Who = {}): STSClient {
    return this.keep(new STSClient(this.configuration(who)));
  }

  /** A new role that may do what the statements say, and a session of it. */
  async roleWith(...statements: object[]): Promise<SessionCredentials> {
    const properties = {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: statements.length > 0 ? [{ PolicyName: 'Inline', PolicyDocument: { Statement: statements } }] : [],
    };
    const role = await this.iam.providers['AWS::IAM::Role']?.create(resource('Role', properties));
    return this.iam.issueCredentials(String(role?.attributes.Arn), 'session');
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.ec2.stop();
    await this.gateway.stop();
  }

  private configuration({ region = defaultRegion, accountId = defaultAccountId, credentials }: Who) {
    return {
      endpoint: this.gateway.endpoint,
      region,
      maxAttempts: 1,
      credentials: credentials ?? this.iam.operatorCredentials(accountId),
      // Their sum is a timer's, three seconds unless told, that the SDK leaves behind when a connection breaks.
      requestHandler: { requestTimeout: 0, connectionTimeout: 0 },
    };
  }

  private keep<C extends { destroy(): void }>(client: C): C {
    this.clients.push(client);
    return client;
  }
}

/** What CloudFormation asks a provider. */
export function resource(logicalId: string, properties: Record<string, unknown>, accountId = defaultAccountId): ResourceRequest {
  const stackId = `arn:${partition}:cloudformation:${defaultRegion}:${accountId}:stack/Stack/1`;
  return {
    stack: { stackId, stackName: 'Stack', accountId, region: defaultRegion },
    logicalId,
    resourceType: '',
    properties,
    signal: new AbortController().signal,
  };
}
