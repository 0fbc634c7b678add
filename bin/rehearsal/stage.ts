import { deepStrictEqual } from 'node:assert';
import type { Stack } from 'aws-cdk-lib';
import type { EmbeddedAws } from '../../emulator';
import type { SourceServerSeed } from '../../emulator/drs/seeds';
import { type Assembly, synthesizeLandingZone, synthesizeStack } from './assembly';
import { commandsIn, Operator } from './operator';
import type { Timeline } from './timeline';

const GIBIBYTE = 1024 ** 3;
const STACK = 'DisasterRecoveryLandingZone';

/** Where a scenario plays: the embedded AWS, an operator who works with it, and a timeline of what happens. */
export class Stage {
  readonly operator: Operator;

  constructor(
    readonly aws: EmbeddedAws,
    readonly timeline: Timeline,
  ) {
    this.operator = new Operator(aws);
  }

  /** Servers that replicate, as agents would have created them; returns their IDs. */
  seed(...seeds: SourceServerSeed[]): string[] {
    const disks = [
      { deviceName: '/dev/xvda', bytes: 80 * GIBIBYTE },
      { deviceName: '/dev/xvdb', bytes: 200 * GIBIBYTE },
    ];
    return seeds.map((seed) => this.aws.drs.addSourceServer({ disks, ...seed }).sourceServerID!);
  }

  /** Deploys the app that cdk.json names. */
  async deployLandingZone(sourceServerIds: readonly string[], expected = 'CREATE_COMPLETE') {
    this.timeline.command(`npx cdk deploy -c sourceServerIds=${sourceServerIds.join(',')}`);
    const assembly = await this.timeline.during('synthesizing', synthesizeLandingZone(sourceServerIds));
    await this.deployed(assembly, expected);
  }

  /** Deploys a stack that is made on the spot. */
  async deploy(declare: (stack: Stack) => void, expected = 'CREATE_COMPLETE') {
    this.timeline.command('npx cdk deploy');
    await this.deployed(await this.timeline.during('synthesizing', synthesizeStack(STACK, declare)), expected);
  }

  async destroy(expected = 'DELETE_COMPLETE') {
    this.timeline.command('npx cdk destroy');
    deepStrictEqual(await this.timeline.during('deleting the stack', this.operator.destroy(STACK)), expected);
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

  async show(title: string) {
    this.timeline.servers(title, await this.operator.sourceServers());
  }

  /** Fails the rehearsal unless the servers are in these states; undefined stands for a server that is gone. */
  async expectStates(expected: Record<string, string | undefined>) {
    const servers = await this.operator.sourceServers();
    const states = Object.keys(expected).map((id) => [
      id,
      servers.find((server) => server.sourceServerID === id)?.dataReplicationInfo?.dataReplicationState,
    ]);
    deepStrictEqual(Object.fromEntries(states), expected);
  }

  private async deployed(assembly: Assembly, expected: string) {
    deepStrictEqual(await this.timeline.during('deploying', this.operator.deploy(assembly)), expected);
  }
}
