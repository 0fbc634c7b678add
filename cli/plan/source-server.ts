import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { UNKNOWN } from '../../lib/contract';
import { command, join, type Message, say } from '../../lambda/aws/message';
import { explainExtended, explainRecordOnly, explainRecoveryInstances } from '../../lambda/source-server/messages';
import { predictOutcome } from '../../lambda/source-server/predict';
import type { DisconnectionOptions } from '../../lambda/source-server/options';
import { hostnameOf, replicationStateOf } from '../../lambda/source-server/source-server';
import { outcomeOf } from './outcome';
import type { Outcome, PlannedRecoveryInstance, PlannedServer } from './plan-json';
import { isAttributed, isGone, isHolding } from '../../lambda/source-server/recovery-instance';
import type { NamedServer } from '../../lambda/physical-ids';

/** A source server as DRS describes it; without a server, there is none. */
export interface Described {
  readonly server?: SourceServer;
  readonly instances: readonly RecoveryInstance[];
}

/** What its disconnection does to a source server. */
export function serverOutcome(named: NamedServer, { server, instances }: Described, options: DisconnectionOptions): Outcome {
  const { region } = named;
  const { recoveryInstancePolicy: policy, deletesSourceServer } = options;
  const predicted = predictOutcome(server, instances, options);
  switch (predicted.outcome) {
    case 'absent':
      return outcomeOf('nothing', 'there is no such source server any more');
    case 'disconnected already':
      return deletesSourceServer
        ? outcomeOf('delete-record', 'it is disconnected already')
        : outcomeOf('nothing', 'it is disconnected already');
    case 'extended':
      return outcomeOf('blocked', explainRecordOnly(server ?? {}, named));
    case 'held': {
      const byPolicy = policy === 'FAIL' ? undefined : say`The policy ${policy} leaves it alone.`;
      return outcomeOf('blocked', join([explainRecoveryInstances(predicted.by, region), byPolicy]));
    }
    default: {
      const launch = server && launchOf(server);
      if (launch) {
        return outcomeOf('unknown', explainLaunch(launch, region));
      }
      return predicted.outcome === 'disconnected'
        ? outcomeOf('disconnect', explainSteps(instances, options, region))
        : outcomeOf(
            'delete-record',
            join([explainExtended(server ?? {}, region), 'Only its record goes.', explainSteps(instances, options, region)]),
          );
    }
  }
}

/** The row of a source server. */
export function planServer(
  named: NamedServer,
  { server, instances }: Described,
  outcome: Outcome,
  options?: DisconnectionOptions,
): PlannedServer {
  return {
    sourceServerId: named.sourceServerId,
    accountId: named.accountId,
    region: named.region,
    hostname: hostnameOf(server),
    replicationState: replicationStateOf(server),
    lag: server?.dataReplicationInfo?.lagDuration ?? UNKNOWN,
    recoveryInstances: instances.map((instance) => planInstance(instance, outcome, options)),
    ...outcome,
  };
}

function planInstance(instance: RecoveryInstance, { verdict }: Outcome, options?: DisconnectionOptions): PlannedRecoveryInstance {
  const isReleased = (verdict === 'disconnect' || verdict === 'delete-record') && holds(instance);
  const released = options?.recoveryInstancePolicy === 'TERMINATE_DRILLS' ? 'terminated' : 'disconnected';
  return {
    recoveryInstanceId: instance.recoveryInstanceID ?? UNKNOWN,
    ec2InstanceId: instance.ec2InstanceID ?? UNKNOWN,
    ec2InstanceState: instance.ec2InstanceState ?? UNKNOWN,
    isDrill: instance.isDrill ?? null,
    replicationState: instance.dataReplicationInfo?.dataReplicationState ?? UNKNOWN,
    failbackState: instance.failback?.state ?? UNKNOWN,
    then: isReleased ? released : 'left alone',
  };
}

/** What goes before and after the disconnect, and what may come in between. */
function explainSteps(
  instances: readonly RecoveryInstance[],
  { recoveryInstancePolicy, deletesSourceServer }: DisconnectionOptions,
  region: string,
): Message {
  const released = instances.filter(holds).map(({ recoveryInstanceID }) => recoveryInstanceID);
  const lingering = instances.filter((instance) => !holds(instance));
  const isPolicyOfDrills = recoveryInstancePolicy === 'TERMINATE_DRILLS';
  const first = isPolicyOfDrills ? 'its drill is terminated first' : 'its recovery instance is disconnected first, and runs on unprotected';
  return join(
    [
      released.length > 0 ? say`${first}: ${join(released, ', ')}` : '',
      deletesSourceServer ? 'its record is deleted, too' : '',
      explainRecoveryInstances(lingering, region),
    ],
    '; ',
  );
}

/** Whether it holds the server for certain: of one that is disconnected, or whose machine is gone, nobody knows. */
function holds(instance: RecoveryInstance): boolean {
  return isAttributed(instance) && isHolding(instance) && !isGone(instance);
}

/** The job that launches a drill or a recovery, if one is under way. */
function launchOf({ lifeCycle }: SourceServer): string | undefined {
  const { status, initiated } = lifeCycle?.lastLaunch ?? {};
  return status === 'PENDING' || status === 'IN_PROGRESS' ? (initiated?.jobID ?? 'of unknown ID') : undefined;
}

function explainLaunch(jobID: string, region: string): Message {
  return join([
    say`A drill or a recovery is being launched (job ${jobID}). DRS refuses a disconnect meanwhile, and then there is a recovery instance:`,
    say`wait for it, with ${command`aws drs describe-jobs --filters jobIDs=${jobID} --region ${region}`}, and plan again.`,
  ]);
}
