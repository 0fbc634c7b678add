import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { Failure, messageOf } from '../aws/errors';
import { type NamedServer, parseFleetId, parseSourceServerArn } from '../physical-ids';
import type { RemainingWork } from '../protocol/failure-advice';
import type { Request } from '../protocol/request';
import { isFailingBack, isHolding } from './recovery-instance';
import { nameOf } from './source-server';

/** So many are explained one by one: a response has 4,096 bytes, and the commands that follow must fit. */
const INSTANCES_EXPLAINED = 3;

/** So many more are named. */
const INSTANCES_NAMED = 20;

/** What each recovery instance is, and the commands that end its hold on the source server. */
export function explainRecoveryInstances(instances: readonly RecoveryInstance[], region: string): string {
  const explained = instances.slice(0, INSTANCES_EXPLAINED).map((instance) => explain(instance, region));
  const named = instances
    .slice(INSTANCES_EXPLAINED, INSTANCES_EXPLAINED + INSTANCES_NAMED)
    .map(({ recoveryInstanceID }) => recoveryInstanceID);
  const more = instances.length - INSTANCES_EXPLAINED - named.length;
  const others = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
  return [...explained, ...(named.length > 0 ? [`Likewise for ${others}.`] : [])].join(' ');
}

function explain(instance: RecoveryInstance, region: string): string {
  const id = instance.recoveryInstanceID;
  if (!isHolding(instance)) {
    return `Recovery instance ${id} is disconnected; if its record still holds the server, delete that: \`aws drs delete-recovery-instance --recovery-instance-id ${id} --region ${region}\`.`;
  }
  // DRS leaves isDrill out where it doesn't know: then it is taken for real, and no command that terminates is shown.
  const isDrill = instance.isDrill === true;
  const state = instance.ec2InstanceState ? `, ${instance.ec2InstanceState}` : '';
  const what = `Recovery instance ${id} (EC2 instance ${instance.ec2InstanceID ?? 'unknown'}${state}, ${kindOf(instance)})`;
  const disconnect = `\`aws drs disconnect-recovery-instance --recovery-instance-id ${id} --region ${region}\``;
  const way = isDrill
    ? `end the drill, which terminates its EC2 instance, with \`aws drs terminate-recovery-instances --recovery-instance-ids ${id} --region ${region}\`, ` +
      `or keep the machine and run ${disconnect}.`
    : `it may be the machine you work on now; ${disconnect} keeps it running and gives up its protection and its failback.`;
  return `${what}: ${explainFailback(instance, region)}${way}`;
}

function kindOf({ isDrill }: RecoveryInstance): string {
  return isDrill === undefined ? 'of unknown kind, so taken for a real recovery' : isDrill ? 'a drill' : 'a real recovery';
}

function explainFailback(instance: RecoveryInstance, region: string): string {
  const { recoveryInstanceID: id, failback } = instance;
  return isFailingBack(instance)
    ? `finish its failback (${failback?.state}), or stop it with \`aws drs stop-failback --recovery-instance-id ${id} --region ${region}\`, first; `
    : '';
}

/** A conflict without a recovery instance: a job or a failback holds the server. The order is the one that DRS insists on. */
export function explainConflict({ sourceServerId, region }: NamedServer): string {
  return (
    `No recovery instance is known to hold it, so a job or a failback may; if one was disconnected or terminated just now, try again in a minute. Unwind in this order: wait for running jobs (\`aws drs describe-jobs --region ${region}\`); ` +
    `finish or stop a failback; disconnect or terminate what \`aws drs describe-recovery-instances --filters sourceServerIDs=${sourceServerId} --region ${region}\` shows.`
  );
}

export function explainExtended({ stagingArea }: SourceServer, region: string): string {
  const staging = stagingArea?.stagingAccountID ? `account ${stagingArea.stagingAccountID}` : 'its staging account';
  const server = stagingArea?.stagingSourceServerArn ? ` as ${stagingArea.stagingSourceServerArn}` : '';
  const error = stagingArea?.errorMessage ? ` DRS says of it: ${messageOf(stagingArea.errorMessage)}` : '';
  return `It is extended from ${staging}, where it replicates${server} in Region ${region}: it can be disconnected only there.${error}`;
}

/** What was not done, and what DRS said to it. */
export function tell(server: NamedServer, otherwise: string, refusal: unknown): string {
  return `The ${nameOf(server)} ${otherwise}. ${refusal instanceof Failure ? '' : 'DRS answered: '}${messageOf(refusal)}`;
}

/** The commands that do by hand what a Delete of the physical ID does, as far as it tells. */
export function manualCommands({ physicalId, stack }: Pick<Request, 'physicalId' | 'stack'>): string {
  const server = parseSourceServerArn(physicalId);
  const region = server?.region ?? parseFleetId(physicalId)?.region ?? stack.region;
  return server
    ? `\`aws drs disconnect-source-server --source-server-id ${server.sourceServerId} --region ${region}\``
    : `\`aws drs describe-source-servers --region ${region}\``;
}

/** What is left to do where the physical ID doesn't tell for what. */
export function unreadableWork(request: Request): RemainingWork {
  return { what: 'what it stands for', accountId: request.stack.accountId, service: 'DRS', manualCommands: manualCommands(request) };
}
