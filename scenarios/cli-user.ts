import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
  type CreateStackCommandInput,
  type DeleteStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteRecoveryInstanceCommand,
  DeleteSourceServerCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  paginateDescribeRecoveryInstances,
  paginateDescribeSourceServers,
  type RecoveryInstance,
  type SourceServer,
  StopFailbackCommand,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import { DeleteNetworkInterfaceCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import type { EmbeddedAws } from '../emulator';
import { defaultAccountId } from '../emulator/defaults';
import type { Credentials } from '../emulator/iam/model';
import { type Assembly, assetsOf, removeAssembly, templateFileOf } from './assembly';

/** Somebody with an AWS account, its command line and the CDK's: works through the services' own interfaces only. */
export class Operator {
  private readonly cloudFormation: CloudFormationClient;
  private readonly s3: S3Client;

  constructor(
    private readonly aws: EmbeddedAws,
    readonly accountId = defaultAccountId,
    private readonly credentials: Credentials = aws.iam.operatorCredentials(accountId),
  ) {
    const configuration = { ...this.configuration(aws.environment.AWS_REGION) };
    this.cloudFormation = new CloudFormationClient(configuration);
    this.s3 = new S3Client({ ...configuration, forcePathStyle: true });
  }

  /** Creates or updates the stack; resolves with the status in which it rests. */
  async deploy(assembly: Assembly, options: Partial<CreateStackCommandInput> = {}, express?: true): Promise<string> {
    const uploaded = await this.upload(assembly).finally(() => removeAssembly(assembly));
    const input = {
      StackName: assembly.stackName,
      // From S3, as the CDK does it: a TemplateBody may have no more than 51,200 bytes.
      ...(options.TemplateBody === undefined && { TemplateURL: uploaded.get(templateFileOf(assembly)) }),
      Capabilities: ['CAPABILITY_NAMED_IAM' as const],
      ...options,
    };
    const exists = (await this.statusOf(assembly.stackName)) !== undefined;
    const client = express ? this.inExpressMode() : this.cloudFormation;
    const { StackId } = await (exists ? client.send(new UpdateStackCommand(input)) : client.send(new CreateStackCommand(input)));
    return this.aws.cloudFormation.settled(StackId!);
  }

  /** The client is older than express mode, and leaves it out. */
  private inExpressMode(): CloudFormationClient {
    const client = new CloudFormationClient(this.configuration(this.aws.environment.AWS_REGION));
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body += '&DeploymentConfig.Mode=EXPRESS';
        return next(args);
      },
      { step: 'build', priority: 'high' },
    );
    return client;
  }

  /** Deletes the stack; resolves with the status in which it rests. */
  async destroy(stackName: string, options: Partial<DeleteStackCommandInput> = {}): Promise<string> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: stackName, ...options }));
    return this.aws.cloudFormation.settled(Stacks![0].StackId!);
  }

  /** The template that the stack has. */
  async templateOf(stackName: string): Promise<{ readonly Resources: Record<string, object> }> {
    const { TemplateBody = '' } = await this.cloudFormation.send(new GetTemplateCommand({ StackName: stackName }));
    return JSON.parse(TemplateBody) as { Resources: Record<string, object> };
  }

  /** The stack's status; undefined if there is no such stack. */
  async statusOf(stackName: string): Promise<string | undefined> {
    try {
      const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
      return Stacks?.[0]?.StackStatus;
    } catch {
      return undefined;
    }
  }

  async sourceServers(region?: string): Promise<SourceServer[]> {
    const servers: SourceServer[] = [];
    for await (const page of paginateDescribeSourceServers({ client: this.drs(region) }, {})) {
      servers.push(...(page.items ?? []));
    }
    return servers;
  }

  async recoveryInstances(region?: string): Promise<RecoveryInstance[]> {
    const instances: RecoveryInstance[] = [];
    for await (const page of paginateDescribeRecoveryInstances({ client: this.drs(region) }, {})) {
      instances.push(...(page.items ?? []));
    }
    return instances;
  }

  async disconnect(sourceServerID: string): Promise<void> {
    await this.drs().send(new DisconnectSourceServerCommand({ sourceServerID }));
  }

  async deleteRecord(sourceServerID: string): Promise<void> {
    await this.drs().send(new DeleteSourceServerCommand({ sourceServerID }));
  }

  async terminateInstance(instanceId: string): Promise<void> {
    await this.ec2().send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  }

  /** Runs a command of the AWS command line, as a Reason shows it. */
  async run(command: string): Promise<void> {
    const [, service, operation, ...rest] = command.split(' ');
    const option = (name: string) => rest[rest.indexOf(`--${name}`) + 1];
    const drs = this.drs(option('region'));
    const recoveryInstanceID = option('recovery-instance-id');
    const sourceServerID = option('source-server-id');
    switch (`${service} ${operation}`) {
      case 'drs disconnect-recovery-instance':
        await drs.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID }));
        return;
      case 'drs delete-recovery-instance':
        await drs.send(new DeleteRecoveryInstanceCommand({ recoveryInstanceID }));
        return;
      case 'drs stop-failback':
        await drs.send(new StopFailbackCommand({ recoveryInstanceID }));
        return;
      case 'drs terminate-recovery-instances':
        await drs.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [option('recovery-instance-ids')] }));
        return;
      case 'drs disconnect-source-server':
        await drs.send(new DisconnectSourceServerCommand({ sourceServerID }));
        return;
      case 'drs delete-source-server':
        await drs.send(new DeleteSourceServerCommand({ sourceServerID }));
        return;
      case 'ec2 delete-network-interface':
        await this.ec2().send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: option('network-interface-id') }));
        return;
      case 'cloudformation delete-stack':
        await this.destroy(
          option('stack-name'),
          rest.includes('--retain-resources') ? { RetainResources: [option('retain-resources')] } : {},
        );
        return;
      default:
        throw new Error(`The rehearsal doesn't know the command: ${command}`);
    }
  }

  private ec2(): EC2Client {
    return new EC2Client(this.configuration(this.aws.environment.AWS_REGION));
  }

  private drs(region = this.aws.environment.AWS_REGION): DrsClient {
    return new DrsClient(this.configuration(region));
  }

  private configuration(region: string) {
    return { endpoint: this.aws.endpoint, region, credentials: this.credentials };
  }

  /** Where the files were uploaded to. */
  private async upload(assembly: Assembly): Promise<Map<string, string>> {
    const urls = new Map<string, string>();
    for (const { file, isFolder, bucket, key } of assetsOf(assembly)) {
      const Bucket = bucket.replace('${AWS::AccountId}', this.accountId).replace('${AWS::Region}', this.aws.environment.AWS_REGION);
      await this.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: isFolder ? zip(file) : readFileSync(file) }));
      urls.set(file, `https://${Bucket}.s3.${this.aws.environment.AWS_REGION}.amazonaws.com/${key}`);
    }
    return urls;
  }
}

function zip(folder: string): Uint8Array {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => path.join(entry.parentPath, entry.name));
  const files = Object.fromEntries(paths.map((file) => [path.relative(folder, file), readFileSync(file)]));
  // Stored as it is: to compress the function takes longer than the rest of its deployment, and it goes nowhere.
  return zipSync(files, { level: 0 });
}

/** The commands that a Reason shows. */
export function commandsIn(reason: string): string[] {
  return Array.from(reason.matchAll(/`(aws [^`]+)`/g), ([, command]) => command);
}
