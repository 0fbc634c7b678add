import type {
  DescribeJobsRequest,
  DescribeJobsResponse,
  TerminateRecoveryInstancesRequest,
  TerminateRecoveryInstancesResponse,
} from '@aws-sdk/client-drs';
import { randomHex } from '../control/random';
import { terminateInstance } from '../ec2/instances';
import type { DrsAccountState } from './account-state';
import { tooManyJobs } from './errors';
import type { KnownRecoveryInstance, RunningJob } from './model';
import { arnOf, authorizeRecoveryInstance, DrsCall, ec2Arn, Operation, recoveryInstanceOf } from './operation';
import { page } from './page';
import { cannot, isGone, refuseDuringFailback, refuseSecondJob, unfinishedJobs } from './refusals';

const terminationTime = 3 * 60_000;
const concurrentJobs = 20;
/** EC2 resources of a recovery instance carry DRS's tag. */
const contextOfDrsResources = { 'aws:ViaAWSService': 'true', 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged': 'drs.amazonaws.com' };

export const terminateRecoveryInstances: Operation<TerminateRecoveryInstancesRequest> = {
  authorize({ recoveryInstanceIDs = [] }, call) {
    for (const id of recoveryInstanceIDs) authorizeRecoveryInstance('drs:TerminateRecoveryInstances', id, call);
    authorizeTermination(recoveryInstanceIDs, call);
  },
  run({ recoveryInstanceIDs = [] }, call): TerminateRecoveryInstancesResponse {
    const instances = recoveryInstanceIDs.map((id) => recoveryInstanceOf(id, call));
    for (const instance of instances) {
      refuseDuringFailback('terminate', instance);
      if (isGone(instance)) throw cannot('terminate', instance.recoveryInstanceID, 'its EC2 instance is terminated');
      refuseSecondJob(instance, call.accountState);
    }
    if (unfinishedJobs(call.accountState).length >= concurrentJobs) throw tooManyJobs();
    const running = newTerminateJob(instances, call);
    for (const { sourceServerID, recoveryInstanceID } of instances) call.changed(sourceServerID, recoveryInstanceID);
    return { job: running.job };
  },
};

export const describeJobs: Operation<DescribeJobsRequest> = {
  authorize: (_input, call) => call.authorize('drs:DescribeJobs', '*'),
  run({ filters = {}, ...request }, { accountState }): DescribeJobsResponse {
    const { jobIDs = [], fromDate, toDate } = filters;
    const jobs = [...accountState.jobs.values()]
      .map(({ job }) => job)
      .filter(({ jobID = '' }) => jobIDs.length === 0 || jobIDs.includes(jobID))
      .filter(({ creationDateTime }) => !fromDate || Date.parse(creationDateTime) >= Date.parse(fromDate))
      .filter(({ creationDateTime }) => !toDate || Date.parse(creationDateTime) <= Date.parse(toDate));
    return page(jobs, ({ creationDateTime, jobID }) => latestFirst(creationDateTime) + jobID, request);
  },
};

/** Ends the jobs that have run their time: the EC2 instances are terminated, or nothing is. */
export function settleJobs(accountState: DrsAccountState, now: number): void {
  for (const { job, endsAt, succeeds } of unfinishedJobs(accountState).filter((running) => running.endsAt <= now)) {
    job.status = 'COMPLETED';
    job.endDateTime = new Date(endsAt).toISOString();
    for (const participant of job.participatingServers) {
      participant.launchStatus = succeeds ? 'TERMINATED' : 'FAILED';
      const instance = accountState.recoveryInstances.get(participant.recoveryInstanceID ?? '');
      if (instance && !succeeds) instance.ec2InstanceState = 'RUNNING';
    }
  }
}

/** DRS works with the caller's own permissions, so these are the caller's to have. */
function authorizeTermination(recoveryInstanceIDs: readonly string[], call: DrsCall): void {
  call.authorize('drs:DescribeSourceServers', '*');
  call.authorize('ec2:DescribeInstances', '*', { 'aws:ViaAWSService': 'true' });
  call.authorize('ec2:DescribeVolumes', '*', { 'aws:ViaAWSService': 'true' });
  for (const id of recoveryInstanceIDs) {
    const instance = call.accountState.recoveryInstances.get(id);
    call.authorize('ec2:TerminateInstances', ec2Arn(call.accountState, 'instance', instance?.ec2InstanceID ?? id), contextOfDrsResources);
    for (const { ebsVolumeID = '' } of instance?.recoveryInstanceProperties?.disks ?? []) {
      call.authorize('ec2:DeleteVolume', ec2Arn(call.accountState, 'volume', ebsVolumeID), contextOfDrsResources);
    }
  }
}

function newTerminateJob(instances: readonly KnownRecoveryInstance[], { accountState, now, settings }: DrsCall): RunningJob {
  const jobID = `drsjob-${randomHex(17)}`;
  const running: RunningJob = {
    endsAt: settings.terminationJobs === 'never-end' ? Infinity : now + terminationTime,
    succeeds: settings.terminationJobs === 'complete',
    job: {
      jobID,
      arn: arnOf(accountState, 'job', jobID),
      type: 'TERMINATE',
      initiatedBy: 'TERMINATE_RECOVERY_INSTANCES',
      creationDateTime: new Date(now).toISOString(),
      status: 'STARTED',
      participatingServers: instances.map(({ sourceServerID, recoveryInstanceID }) => ({
        sourceServerID,
        recoveryInstanceID,
        launchStatus: 'PENDING',
      })),
      tags: {},
    },
  };
  accountState.jobs.set(jobID, running);
  const network = accountState.network();
  for (const instance of instances) {
    instance.ec2InstanceState = 'SHUTTING-DOWN';
    const machine = network.instances.get(instance.ec2InstanceID);
    if (machine && running.succeeds) terminateInstance(machine, now, running.endsAt);
  }
  return running;
}

/** A key by which later dates come first. */
function latestFirst(dateTime: string): string {
  return String(Number.MAX_SAFE_INTEGER - Date.parse(dateTime)).padStart(16, '0');
}
