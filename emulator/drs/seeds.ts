import type { DataReplicationState, FailbackState, ReplicationDirection, StagingArea } from '@aws-sdk/client-drs';
import { randomHex } from '../control/random';
import { partition } from '../defaults';
import type { DrsAccountState } from './account-state';
import type { KnownRecoveryInstance, KnownSourceServer } from './model';
import { arnOf } from './operation';

export interface Disk {
  readonly deviceName: string;
  readonly bytes: number;
}

export interface SourceServerSeed {
  readonly accountId?: string;
  readonly region?: string;
  readonly sourceServerID?: string;
  readonly hostname?: string;
  readonly tags?: Record<string, string>;
  readonly disks?: readonly Disk[];
  /** CONTINUOUS unless told. */
  readonly state?: DataReplicationState;
  /** Whether it is the record of a server that replicates in a staging account. */
  readonly extended?: boolean;
  /** The same, with the ARN of that server. */
  readonly extendedFrom?: string;
  /** FAILOVER unless told. */
  readonly direction?: ReplicationDirection;
  /** The subnet of its replication server, which servers of the same subnet share; that of the default settings unless told. */
  readonly stagingSubnetId?: string;
  /** The groups that a replication server is in besides DRS's own, if it is launched for this server; those of the default settings unless told. */
  readonly replicationServerSecurityGroupIds?: readonly string[];
}

export interface RecoveryInstanceSeed {
  readonly sourceServerID: string;
  /** False unless told; what is unknown is in no answer. */
  readonly isDrill?: boolean | 'unknown';
  /** In DRS a recovery instance has the ID of its EC2 instance. */
  readonly ec2InstanceID?: string;
  readonly failbackState?: FailbackState;
  /** The subnet of its EC2 instance; in none unless told. */
  readonly subnetId?: string;
}

export const defaultStagingSubnetId = 'subnet-0d25a4e6f1b3c8a97';
const stagingAccountOfExtendedServers = '999988887777';
const gibibyte = 1024 ** 3;
const inactive: readonly DataReplicationState[] = ['STOPPED', 'DISCONNECTED'];

/** A source server as DescribeSourceServers shows it a week after its agent was installed. */
export function newSourceServer(seed: SourceServerSeed, accountState: DrsAccountState, now: number): KnownSourceServer {
  const { state = 'CONTINUOUS', disks = [{ deviceName: '/dev/xvda', bytes: 100 * gibibyte }] } = seed;
  const sourceServerID = seed.sourceServerID ?? `s-${randomHex(17)}`;
  const hostname = seed.hostname ?? `host-${sourceServerID.slice(-4)}`;
  const arn = arnOf(accountState, 'source-server', sourceServerID);
  const weekAgo = new Date(now - 7 * 24 * 3_600_000).toISOString();
  const justNow = new Date(now).toISOString();
  return {
    sourceServerID,
    arn,
    tags: { ...seed.tags },
    lastLaunchResult: 'NOT_STARTED',
    replicationDirection: seed.direction ?? 'FAILOVER',
    agentVersion: '6.0.0',
    dataReplicationInfo: {
      dataReplicationState: state,
      ...(!inactive.includes(state) && { lagDuration: 'PT0S' }),
      replicatedDisks: disks.map(({ deviceName, bytes }) => ({
        deviceName,
        totalStorageBytes: state === 'DISCONNECTED' ? 0 : bytes,
        replicatedStorageBytes: bytes,
        rescannedStorageBytes: 0,
        backloggedStorageBytes: 0,
        volumeStatus: 'REGULAR',
      })),
      stagingAvailabilityZone: `${accountState.region}a`,
    },
    lifeCycle: {
      addedToServiceDateTime: weekAgo,
      firstByteDateTime: weekAgo,
      elapsedReplicationDuration: 'P7D',
      lastSeenByServiceDateTime: justNow,
    },
    sourceProperties: {
      lastUpdatedDateTime: justNow,
      recommendedInstanceType: 'm5.large',
      identificationHints: { hostname, fqdn: `${hostname}.example.com` },
      disks: disks.map(({ deviceName, bytes }) => ({ deviceName, bytes })),
      cpus: [{ cores: 2, modelName: 'Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz' }],
      ramBytes: 8 * gibibyte,
      os: { fullString: 'Linux version 6.1.0' },
      supportsNitroInstances: true,
    },
    stagingArea: stagingAreaOf(seed, accountState, arn),
  };
}

function stagingAreaOf({ extended, extendedFrom }: SourceServerSeed, accountState: DrsAccountState, arn: string): StagingArea {
  if (!extended && !extendedFrom) return { status: 'NOT_EXTENDED', stagingAccountID: accountState.accountId, stagingSourceServerArn: arn };
  const madeUp = `arn:${partition}:drs:${accountState.region}:${stagingAccountOfExtendedServers}:source-server/s-${randomHex(17)}`;
  const stagingSourceServerArn = extendedFrom ?? madeUp;
  return { status: 'EXTENDED', stagingAccountID: stagingSourceServerArn.split(':')[4], stagingSourceServerArn };
}

/** Whether a server of this kind has a replication server at work for it. */
export function replicatesHere({ dataReplicationInfo, stagingArea }: KnownSourceServer): boolean {
  const { dataReplicationState } = dataReplicationInfo;
  return stagingArea.status !== 'EXTENDED' && dataReplicationState !== undefined && !inactive.includes(dataReplicationState);
}

/** A recovery instance that was launched just now, and the traces of it in its source server. */
export function launchRecoveryInstance(
  seed: RecoveryInstanceSeed,
  server: KnownSourceServer,
  accountState: DrsAccountState,
  now: number,
): KnownRecoveryInstance {
  const { isDrill: kind = false, ec2InstanceID = `i-${randomHex(17)}`, failbackState = 'FAILBACK_NOT_STARTED' } = seed;
  const { identificationHints, disks = [], cpus, ramBytes, os } = server.sourceProperties;
  const isDrill = kind === 'unknown' ? undefined : kind;
  const jobID = `drsjob-${randomHex(17)}`;
  const apiCallDateTime = new Date(now).toISOString();
  server.recoveryInstanceId = ec2InstanceID;
  server.lastLaunchResult = 'SUCCEEDED';
  server.lifeCycle = {
    ...server.lifeCycle,
    lastLaunch: {
      initiated: { apiCallDateTime, jobID, ...(isDrill !== undefined && { type: isDrill ? 'DRILL' : 'RECOVERY' }) },
      status: 'LAUNCHED',
    },
  };
  return {
    recoveryInstanceID: ec2InstanceID,
    ec2InstanceID,
    ec2InstanceState: 'RUNNING',
    jobID,
    sourceServerID: server.sourceServerID,
    arn: arnOf(accountState, 'recovery-instance', ec2InstanceID),
    tags: {},
    isDrill,
    originEnvironment: 'ON_PREMISES',
    pointInTimeSnapshotDateTime: apiCallDateTime,
    agentVersion: '6.0.0',
    failback: { state: failbackState },
    dataReplicationInfo: {
      dataReplicationState: 'NOT_STARTED',
      replicatedDisks: disks.map(({ deviceName, bytes }) => ({ deviceName, totalStorageBytes: bytes, replicatedStorageBytes: 0 })),
    },
    recoveryInstanceProperties: {
      lastUpdatedDateTime: apiCallDateTime,
      identificationHints: { ...identificationHints, awsInstanceID: ec2InstanceID },
      disks: disks.map(({ deviceName, bytes }) => ({ internalDeviceName: deviceName, bytes, ebsVolumeID: `vol-${randomHex(17)}` })),
      cpus,
      ramBytes,
      os,
    },
  };
}
