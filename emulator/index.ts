import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation } from './cloudformation/cloudformation';
import { providersWithoutEffect } from './cloudformation/types-without-effect';
import { Calls } from './control/calls';
import { Certificate, createCertificate } from './control/certificate';
import { Clock } from './control/clock';
import { Faults } from './control/faults';
import { defaultAccountId, defaultRegion } from './defaults';
import { Drs } from './drs/drs';
import { Ec2 } from './ec2/ec2';
import { HttpGateway, openPort } from './http/gateway';
import { Iam } from './iam/iam';
import { Lambda } from './lambda/lambda';
import { Logs } from './logs/logs';
import { S3 } from './s3/s3';
import { defaultSettings, Settings } from './settings';
import { Ssm } from './ssm/ssm';
import { Sts } from './sts/sts';

/** AWS in this process: as much of it as deploys and tears down a stack with our resources. */
export class EmbeddedAws {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly calls = new Calls();
  readonly iam: Iam;
  readonly s3: S3;
  readonly ec2: Ec2;
  readonly drs: Drs;
  readonly lambda: Lambda;
  readonly cloudFormation: CloudFormation;
  /** http://127.0.0.1:PORT, for every service. */
  readonly endpoint: string;
  /** What an operator exports to work with it. */
  readonly environment: Record<string, string>;
  /** Of whom signs the response URLs, for who would answer in the place of a function. */
  readonly certificateFile: string;
  private readonly gateway: HttpGateway;
  private readonly directory = mkdtempSync(join(tmpdir(), 'embedded-aws-'));

  /** At a port that is free, unless told. */
  static async start(chosen: Partial<Settings> = {}, port?: number): Promise<EmbeddedAws> {
    const certificate = await createCertificate();
    const aws = new EmbeddedAws({ ...defaultSettings, ...chosen }, await openPort(port), certificate);
    await aws.cloudFormation.start();
    return aws;
  }

  private constructor(
    readonly settings: Settings,
    server: Server,
    certificate: Certificate,
  ) {
    const clock = (this.clock = new Clock(settings.speed));
    const faults = (this.faults = new Faults(clock));
    const iam = (this.iam = new Iam({ clock, settings }));
    const s3 = (this.s3 = new S3({ clock, iam }));
    const ec2 = (this.ec2 = new Ec2({ clock, settings, iam }));
    this.drs = new Drs({ clock, settings, iam, ec2 });
    this.gateway = new HttpGateway(server, { clock, authenticator: iam, faults, calls: this.calls });
    this.endpoint = this.gateway.endpoint;

    const certificateFile = (this.certificateFile = join(this.directory, 'certificate.pem'));
    writeFileSync(certificateFile, certificate.cert);
    const lambda = (this.lambda = new Lambda({ clock, settings, iam, s3, endpoint: this.endpoint, certificateFile }));
    const ssm = new Ssm(iam);
    this.cloudFormation = new CloudFormation({
      clock,
      settings,
      iam,
      s3,
      faults,
      calls: this.calls,
      providers: {
        ...iam.providers,
        ...s3.providers,
        ...lambda.providers,
        ...ec2.providers,
        ...this.drs.providers,
        ...ssm.providers,
        ...providersWithoutEffect(),
      },
      invoke: (functionArn, payload) => lambda.invoke(functionArn, payload),
      certificate,
    });
    this.gateway.serve(this.cloudFormation, this.drs, ec2, s3, ssm, new Sts(iam), new Logs({ clock, iam, store: lambda.logs }));
    this.environment = environmentFor(iam, this.endpoint);
  }

  /** The services that clients can call, by their names in signatures. Functions and roles are behind CloudFormation only. */
  get services(): string[] {
    return this.gateway.served;
  }

  /** Leaves no process, port, timer or file behind. */
  async stop(): Promise<void> {
    this.ec2.stop();
    await this.cloudFormation.stop();
    await this.lambda.stop();
    await this.gateway.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function environmentFor(iam: Iam, endpoint: string): Record<string, string> {
  const { accessKeyId, secretAccessKey } = iam.operatorCredentials(defaultAccountId);
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: defaultRegion,
    AWS_DEFAULT_REGION: defaultRegion,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // Nobody may look for other credentials on a machine that happens to be an EC2 instance.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
