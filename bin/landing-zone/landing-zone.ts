import { CfnOutput, type Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  FleetDisconnection,
  SourceServer,
  SourceServerDisconnection,
  SourceServerSelection,
  StagingAreaDrain,
  TeardownFunction,
} from '../../lib';
import { Alarms } from './alarms';
import { DefaultSettings } from './default-settings';
import { StagingArea } from './staging-area';

/** What a team may decide about its landing zone: the context keys that bin/landing-zone.ts describes. */
export interface LandingZoneOptions {
  readonly sourceServerIds?: readonly string[];
  readonly fleetTags?: { [key: string]: string };
  readonly vpcCidr?: string;
  readonly sourceCidrs?: readonly string[];
  readonly defaultSettings?: boolean;
  readonly alarmEmail?: string;
  readonly terminationProtection?: boolean;
}

export interface LandingZoneProps extends StackProps, LandingZoneOptions {
  /** How long the deletion waits for DRS to leave the staging area; as the drain's by default. */
  readonly drainTimeout?: Duration;
}

/**
 * The whole landing zone in one stack. Its deletion goes: disconnections; the drain, until DRS has left, which fails if new servers have come; then the alarm of failed deletions, endpoints, security groups and the VPC.
 */
export class LandingZone extends Stack {
  public readonly drain: StagingAreaDrain;

  constructor(scope: Construct, id: string, props: LandingZoneProps) {
    const { sourceServerIds = [], fleetTags = { 'landing-zone': id } } = props;
    super(scope, id, props);
    const stagingArea = new StagingArea(this, 'StagingArea', props);
    const alarms = new Alarms(this, 'Alarms', props);

    // A function of its own: single disconnections would let it disconnect servers without the tags of the fleet.
    const teardownFunction = new TeardownFunction(this, 'FleetTeardownFunction');
    this.drain = new StagingAreaDrain(this, 'StagingAreaDrain', {
      vpc: stagingArea.vpc,
      timeout: props.drainTimeout,
      dependencies: [stagingArea, alarms.addFailedDeletions(teardownFunction)],
      teardownFunction,
    });
    const fleet = new FleetDisconnection(this, 'Fleet', {
      selection: SourceServerSelection.withTags(fleetTags),
      stagingAreaDrain: this.drain,
      teardownFunction,
    });
    const tags = Object.entries(fleetTags).map(([key, value]) => `${key}=${value}`);
    new CfnOutput(this, 'AgentTags', { value: tags.join(' '), description: 'The --tags of the agents' });
    alarms.addLagOfAll().node.addDependency(fleet);
    sourceServerIds.forEach((sourceServerId) => this.addDisconnection(sourceServerId, alarms));

    if (props.defaultSettings ?? true) {
      new DefaultSettings(this, 'DefaultSettings', { stagingArea });
    }
  }

  /** The server's ID is the construct's ID, so that the order of the list doesn't matter. */
  private addDisconnection(sourceServerId: string, alarms: Alarms) {
    const sourceServer = SourceServer.fromSourceServerId(this, `SourceServer-${sourceServerId}`, sourceServerId);
    const disconnection = new SourceServerDisconnection(this, `Disconnection-${sourceServerId}`, {
      sourceServer,
      stagingAreaDrain: this.drain,
    });
    // An alarm of the lag goes before the server that it watches, or the teardown itself would raise it.
    alarms.addLag(sourceServer).node.addDependency(disconnection);
  }
}
