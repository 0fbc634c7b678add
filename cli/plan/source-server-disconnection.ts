import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { messageOf } from '../../lambda/aws/errors';
import { command, join, say } from '../../lambda/aws/message';
import { refuseOtherAccount } from '../../lambda/source-server/account';
import { type DisconnectionOptions, readOptions } from '../../lambda/source-server/options';
import type { DrsReader } from '../aws/drs';
import type { PlannedChange, Change } from '../operation/planned-change';
import type { AwsClients } from '../aws/clients';
import { FORGOTTEN, resourceFields, outcomeOf, isBlocking, unknownOutcome } from './outcome';
import { outcomeByFunction, settledOutcome } from './settled';
import type { Outcome, PlannedDisconnection, PlannedServer } from './plan-json';
import { type Described, serverOutcome, planServer } from './source-server';
import { type NamedServer, parseSourceServerArn, type SourceServerArn } from '../../lambda/physical-ids';

/** What becomes of the source server of a single disconnection. Its physical ID alone says which one that is. */
export async function planDisconnection(declaration: PlannedChange, clients: AwsClients): Promise<PlannedDisconnection> {
  const named = parseSourceServerArn(declaration.resource.physicalId);
  const sourceServer = named && (await planNamed(declaration, named, clients));
  const { verdict, reason, commands }: Outcome = sourceServer ?? settledOutcome(declaration, false) ?? outcomeOf('unknown');
  return { resourceType: SOURCE_SERVER_DISCONNECTION, ...resourceFields(declaration), verdict, reason, commands, sourceServer };
}

async function planNamed(planned: PlannedChange, named: SourceServerArn, clients: AwsClients): Promise<PlannedServer> {
  const { stack, change, read } = planned;
  let options: DisconnectionOptions | undefined;
  let described: Described = { instances: [] };
  let predicted: Outcome;
  try {
    options = readOptions(read((name) => name !== 'SourceServerArn'));
    const refusal =
      outcomeByFunction(planned) ?? refusalOf(() => refuseOtherAccount({ stack: stack.identity, type: 'Delete' }, named, options!));
    described = refusal ? described : await describe(named, await clients.drs(stack.identity, named.region, options));
    predicted = refusal ?? serverOutcome(named, described, options);
  } catch (error) {
    predicted = unknownOutcome(error);
  }
  return planServer(named, described, byChange(change, predicted, named), options);
}

function refusalOf(check: () => void): Outcome | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return outcomeOf('blocked', messageOf(error));
  }
}

async function describe({ sourceServerId }: NamedServer, drs: DrsReader): Promise<Described> {
  const server = await drs.sourceServer(sourceServerId);
  return { server, instances: server ? await drs.recoveryInstancesOf(sourceServerId) : [] };
}

function byChange(change: Change, predicted: Outcome, { sourceServerId, region }: NamedServer): Outcome {
  const { verdict, reason } = predicted;
  if (change.isRefusable && isBlocking(predicted)) {
    return outcomeOf(verdict, say`The update asks for another server, and is refused while this one can't be disconnected. ${reason}`);
  }
  if (change.kind === 'kept' || change.kind === 'unknown') {
    return outcomeOf(change.kind === 'kept' ? 'keep' : 'unknown', change.why);
  }
  if (change.kind === 'cleaned up' && verdict === 'blocked') {
    const disconnect = command`aws drs disconnect-source-server --source-server-id ${sourceServerId} --region ${region}`;
    return outcomeOf(verdict, join([reason, FORGOTTEN, say`Finish it by hand then, with ${disconnect}.`]));
  }
  return predicted;
}
