import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceServer } from '@aws-sdk/client-drs';
import type { Stack } from 'aws-cdk-lib';
import type { EmbeddedAws } from '../emulator';
import type { Call } from '../emulator/control/calls';
import { defaultAccountId, defaultRegion } from '../emulator/defaults';
import type { SourceServerSeed } from '../emulator/drs/seeds';
import { FAILED_DELETIONS, METRIC_NAMESPACE } from '../lib/contract';
import { type Assembly, type Context, type DeclareApp, synthesizeApp, synthesizeLandingZone, synthesizeStack } from './assembly';
import { commandsIn, Operator } from './cli-user';
import type { Timeline } from './console';

const GIBIBYTE = 1024 ** 3;
const STACK = 'DisasterRecoveryLandingZone';

/** Where a scenario plays: the embedded AWS, an operator of one of its accounts, and a timeline of what happens. */
export class Stage {
  readonly operator: Operator;
  /** Where the servers are. */
  private readonly regions = new Set([defaultRegion]);

  constructor(
    readonly aws: EmbeddedAws,
    readonly timeline: Timeline,
    private readonly accountId = defaultAccountId,
  ) {
    this.operator = new Operator(aws, accountId);
  }

  /** The same, with an operator of another account. */
  ofAccount(accountId: string): Stage {
    return new Stage(this.aws, this.timeline, accountId);
  }

  /** Servers that replicate, as agents would have created them; returns their IDs. */
  seed(...seeds: SourceServerSeed[]): string[] {
    const disks = [
      { deviceName: '/dev/xvda', bytes: 80 * GIBIBYTE },
      { deviceName: '/dev/xvdb', bytes: 200 * GIBIBYTE },
    ];
    seeds.forEach(({ region = defaultRegion }) => this.regions.add(region));
    return seeds.map((seed) => this.aws.drs.addSourceServer({ disks, accountId: this.accountId, ...seed }).sourceServerID!);
  }

  /** Deploys the app that cdk.json names. */
  async deployLandingZone(context: Context = {}, expected = 'CREATE_COMPLETE') {
    const options = Object.entries(context).map(([key, value]) => ` -c ${key}=${value}`);
    this.timeline.command(`npx cdk deploy${options.join('')}`);
    const assembly = await this.timeline.during('synthesizing', synthesizeLandingZone(context));
    await this.deployed(assembly, expected);
  }

  /** Deploys a stack that is made on the spot. */
  async deploy(declare: (stack: Stack) => void, expected = 'CREATE_COMPLETE', options: DeploymentOptions = {}) {
    const { stackName = STACK, onFailure, express } = options;
    const deploy = `npx cdk deploy${argument(stackName)}${express ? ' --express' : ''}`;
    this.timeline.command(onFailure ? `aws cloudformation create-stack --on-failure ${onFailure} ...` : deploy);
    const assembly = await this.timeline.during('synthesizing', synthesizeStack(stackName, declare, this.accountId));
    await this.deployed(assembly, expected, options);
  }

  /** Deploys a stack of an app that is made on the spot. */
  async deployApp(stackName: string, declare: DeclareApp, expected = 'CREATE_COMPLETE') {
    this.timeline.command(`npx cdk deploy ${stackName}`);
    await this.deployed(await this.timeline.during('synthesizing', synthesizeApp(stackName, declare, this.accountId)), expected);
  }

  async destroy(expected = 'DELETE_COMPLETE', stackName = STACK) {
    this.timeline.command(`npx cdk destroy${argument(stackName)}`);
    deepStrictEqual(await this.timeline.during('deleting the stack', this.operator.destroy(stackName)), expected);
  }

  /** Does what a Reason says: runs the commands of it that are wanted. */
  async runCommandOf(reason: string, wanted: RegExp) {
    const command = commandsIn(reason).find((candidate) => wanted.test(candidate));
    if (!command) {
      throw new Error(`The Reason has no command ${String(wanted)}: ${reason}`);
    }
    this.timeline.command(command);
    await this.timeline.during('running', this.operator.run(command));
  }

  /** The Reason of the last failure that the function reported. */
  reason(): string {
    const responses = this.aws.cloudFormation.customResourceRequests.flatMap((request) => request.responses);
    const failed = responses.filter(({ status }) => status === 'FAILED').at(-1);
    return failed ? (JSON.parse(failed.body) as { Reason: string }).Reason : '';
  }

  /** The types of the requests that were sent for a server, oldest first: a Delete says which one by its physical ID, the others by their properties. */
  requestsFor(sourceServerId: string): string[] {
    const events = this.aws.cloudFormation.customResourceRequests.map(({ event }) => event);
    const arnIn = (event: (typeof events)[number]) =>
      String(event.RequestType === 'Delete' ? event.PhysicalResourceId : event.ResourceProperties.SourceServerArn);
    return events.filter((event) => arnIn(event).endsWith(`/${sourceServerId}`)).map(({ RequestType }) => RequestType);
  }

  /** The calls to DRS of functions, and of the roles that they assume, oldest first. */
  drsCalls(): Call[] {
    return this.aws.calls.all().filter(({ service, callerArn }) => service === 'drs' && callerArn.includes(':assumed-role/'));
  }

  /** The operations by which functions changed something, oldest first. */
  changes(): string[] {
    const changes = this.drsCalls().filter(({ operation, error, status }) => !operation.startsWith('Describe') && !error && status > 0);
    return changes.map(({ operation }) => operation);
  }

  /** The lines of the functions' logs that CloudWatch counts as failed deletions. */
  failedDeletions(): FailedDeletion[] {
    const lines = this.aws.lambda.logs.all().filter(({ message }) => message.startsWith('{'));
    const counted = lines.map(({ message }) => JSON.parse(message) as FailedDeletion);
    return counted.filter((line) => line._aws?.CloudWatchMetrics[0]?.Namespace === METRIC_NAMESPACE && line[FAILED_DELETIONS] === 1);
  }

  /** The function that answers, of the stack that was deployed first. */
  functionArn(): string {
    return this.aws.cloudFormation.customResourceRequests[0].event.ServiceToken;
  }

  /** Fills with the number of the attempt, 1 to 3, whenever Lambda runs a function from now on. */
  attempts(): readonly number[] {
    const attempts: number[] = [];
    this.aws.lambda.onInvoke(({ attempt }) => attempts.push(attempt));
    return attempts;
  }

  /** Waits for something that nobody tells of. */
  async until(what: string, happened: () => boolean) {
    for (let patience = 1_000; !happened(); patience--) {
      if (patience === 0) {
        throw new Error(`It did not happen: ${what}.`);
      }
      await sleep(10);
    }
  }

  /** All servers, or of many those that matter. */
  async show(title: string, ids?: readonly string[]) {
    const servers = await this.sourceServers();
    this.timeline.servers(title, ids ? servers.filter(({ sourceServerID }) => ids.includes(sourceServerID!)) : servers);
  }

  async showRecoveryInstances(title: string) {
    this.timeline.recoveryInstances(title, await this.operator.recoveryInstances());
  }

  /** Fails the rehearsal unless the servers are in these states; undefined stands for a server that is gone. */
  async expectStates(expected: Record<string, string | undefined>) {
    const servers = await this.sourceServers();
    const states = Object.keys(expected).map((id) => [
      id,
      servers.find((server) => server.sourceServerID === id)?.dataReplicationInfo?.dataReplicationState,
    ]);
    deepStrictEqual(Object.fromEntries(states), expected);
  }

  private async sourceServers(): Promise<SourceServer[]> {
    return (await Promise.all([...this.regions].map((region) => this.operator.sourceServers(region)))).flat();
  }

  private async deployed(assembly: Assembly, expected: string, { onFailure, express }: DeploymentOptions = {}) {
    const deployed = this.operator.deploy(assembly, onFailure && { OnFailure: onFailure }, express);
    deepStrictEqual(await this.timeline.during('deploying', deployed), expected);
  }
}

export interface DeploymentOptions {
  readonly stackName?: string;
  readonly onFailure?: 'DELETE' | 'DO_NOTHING';
  /** Nothing is rolled back then. */
  readonly express?: true;
}

/** A line in CloudWatch's embedded metric format. */
interface FailedDeletion {
  readonly _aws?: { readonly CloudWatchMetrics: readonly { readonly Namespace: string }[] };
  readonly [FAILED_DELETIONS]?: number;
  readonly reason: string;
}

/** An app of one stack needs no name. */
function argument(stackName: string): string {
  return stackName === STACK ? '' : ` ${stackName}`;
}
