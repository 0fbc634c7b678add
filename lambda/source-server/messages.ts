import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { Failure, messageOf } from '../aws/errors';
import { command, join, type Message, say, type Told } from '../aws/message';
import { type NamedServer, parseFleetId, parseSourceServerArn } from '../physical-ids';
import type { RemainingWork } from '../protocol/failure-advice';
import type { Request } from '../protocol/request';
import { isAttributed, isFailingBack, isGone, isHolding, isNotFound } from './recovery-instance';
import { nameOf } from './source-server';

/** So many are explained one by one: a response has 4,096 bytes, and the commands that follow must fit. */
const INSTANCES_EXPLAINED = 3;

/** So many more are named. */
const INSTANCES_NAMED = 20;

/** What each recovery instance is, and the commands that end its hold on the source server. */
export function explainRecoveryInstances(instances: readonly RecoveryInstance[], region: string): Message {
  const explained = instances.slice(0, INSTANCES_EXPLAINED).map((instance) => explain(instance, region));
  const named = instances
    .slice(INSTANCES_EXPLAINED, INSTANCES_EXPLAINED + INSTANCES_NAMED)
    .map(({ recoveryInstanceID }) => recoveryInstanceID);
  const more = instances.length - INSTANCES_EXPLAINED - named.length;
  const others = join([join(named, ', '), more > 0 ? say`and ${more} more` : undefined]);
  return join([...explained, named.length > 0 ? say`Likewise for ${others}.` : undefined]);
}

function explain(instance: RecoveryInstance, region: string): Message {
  const id = instance.recoveryInstanceID;
  if (!isHolding(instance)) {
    const remove = command`aws drs delete-recovery-instance --recovery-instance-id ${id} --region ${region}`;
    return say`Recovery instance ${id} is disconnected; if its record still holds the server, delete that: ${remove}.`;
  }
  const state = instance.ec2InstanceState ? say`, ${instance.ec2InstanceState}` : '';
  const whose = isAttributed(instance) ? '' : say`, of which DRS does not tell the source server`;
  const what = say`Recovery instance ${id} (EC2 instance ${instance.ec2InstanceID ?? 'unknown'}${state}, ${kindOf(instance)}${whose})`;
  return say`${what}: ${explainFailback(instance, region)}${wayOutOf(instance, region)}`;
}

function wayOutOf(instance: RecoveryInstance, region: string): Message {
  const id = instance.recoveryInstanceID;
  const disconnect = command`aws drs disconnect-recovery-instance --recovery-instance-id ${id} --region ${region}`;
  if (isNotFound(instance)) {
    return say`DRS finds no machine of it at this moment; if that is so a minute later, too, end its record with ${disconnect}.`;
  }
  if (isGone(instance)) {
    return say`its machine is gone; if its record still holds the server, end that with ${disconnect}.`;
  }
  // DRS leaves isDrill out where it doesn't know: then it is taken for real, and no command that terminates is shown.
  if (instance.isDrill === true) {
    const terminate = command`aws drs terminate-recovery-instances --recovery-instance-ids ${id} --region ${region}`;
    return say`end the drill, which terminates its EC2 instance, with ${terminate}, or keep the machine and run ${disconnect}.`;
  }
  return say`it may be the machine you work on now; ${disconnect} keeps it running and gives up its protection and its failback.`;
}

function kindOf({ isDrill }: RecoveryInstance): string {
  return isDrill === undefined ? 'of unknown kind, so taken for a real recovery' : isDrill ? 'a drill' : 'a real recovery';
}

function explainFailback(instance: RecoveryInstance, region: string): Told {
  const { recoveryInstanceID: id, failback } = instance;
  const stop = command`aws drs stop-failback --recovery-instance-id ${id} --region ${region}`;
  return isFailingBack(instance) ? say`finish its failback (${failback?.state}), or stop it with ${stop}, first; ` : '';
}

/** A conflict without a recovery instance: a job or a failback holds the server. The order is the one that DRS insists on. */
export function explainConflict({ sourceServerId, region }: NamedServer): Message {
  const jobs = command`aws drs describe-jobs --region ${region}`;
  const instances = command`aws drs describe-recovery-instances --filters sourceServerIDs=${sourceServerId} --region ${region}`;
  return join([
    'No recovery instance is known to hold it, so a job or a failback may; if one was disconnected or terminated just now, try again in a minute.',
    say`Unwind in this order: wait for running jobs (${jobs}); finish or stop a failback; disconnect or terminate what ${instances} shows.`,
  ]);
}

export function explainExtended({ stagingArea }: SourceServer, region: string): Message {
  const staging = stagingArea?.stagingAccountID ? say`account ${stagingArea.stagingAccountID}` : 'its staging account';
  const server = stagingArea?.stagingSourceServerArn ? say` as ${stagingArea.stagingSourceServerArn}` : '';
  const error = stagingArea?.errorMessage ? say`DRS says of it: ${stagingArea.errorMessage}` : undefined;
  return join([
    say`It is extended from ${staging}, where it replicates${server} in Region ${region}: it can be disconnected only there.`,
    error,
  ]);
}

/** Why an extended server is not disconnected from here, and what ends that without its staging account, which may be gone. */
export function explainRecordOnly(found: SourceServer, { sourceServerId, region }: NamedServer): Message {
  const remove = command`aws drs delete-source-server --source-server-id ${sourceServerId} --region ${region}`;
  return join([explainExtended(found, region), say`Only its record is here; if that may go, delete it with ${remove}.`]);
}

/** What was not done, and what DRS said to it. */
export function tell(server: NamedServer, otherwise: Told, refusal: unknown): Message {
  return say`The ${nameOf(server)} ${otherwise}. ${refusal instanceof Failure ? '' : 'DRS answered: '}${messageOf(refusal)}`;
}

/** The commands that do by hand what a Delete of the physical ID does, as far as it tells. */
export function manualCommands({ physicalId, stack }: Pick<Request, 'physicalId' | 'stack'>): Message {
  const server = parseSourceServerArn(physicalId);
  const region = server?.region ?? parseFleetId(physicalId)?.region ?? stack.region;
  return server
    ? command`aws drs disconnect-source-server --source-server-id ${server.sourceServerId} --region ${region}`
    : command`aws drs describe-source-servers --region ${region}`;
}

/** What is left to do where the physical ID doesn't tell for what. */
export function unreadableWork(request: Request): RemainingWork {
  return { what: 'what it stands for', accountId: request.stack.accountId, service: 'DRS', manualCommands: manualCommands(request) };
}
