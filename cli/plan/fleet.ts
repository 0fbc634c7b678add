import type { SourceServer } from '@aws-sdk/client-drs';
import { FLEET_DISCONNECTION } from '../../lib/contract';
import { join, say } from '../../lambda/aws/message';
import { Failure } from '../../lambda/aws/errors';
import { explainExtended } from '../../lambda/source-server/messages';
import { type Fleet, nameOfFleet, needsWork, readFleet } from '../../lambda/fleet/fleet';
import { stateOf } from '../../lambda/source-server/source-server';
import type { DrsReader } from '../aws/drs';
import type { PlannedChange, Change } from '../operation/planned-change';
import type { AwsClients } from '../aws/clients';
import { FORGOTTEN, resourceFields, orNoted, outcomeOf, unknownOutcome, mostSevere } from './outcome';
import { settledOutcome } from './settled';
import type { Outcome, PlannedFleet, PlannedServer } from './plan-json';
import { serverOutcome, planServer } from './source-server';
import { parseFleetId } from '../../lambda/physical-ids';

/** What becomes of the source servers that a fleet selects at this moment. */
export async function planFleet(declaration: PlannedChange, clients: AwsClients): Promise<PlannedFleet> {
  const { resource, change } = declaration;
  const common = { resourceType: FLEET_DISCONNECTION, ...resourceFields(declaration) } as const;
  const settled = settledOutcome(declaration, parseFleetId(resource.physicalId) !== undefined);
  if (settled) {
    return { ...common, ...settled, sourceServers: [] };
  }
  try {
    const fleet = declaredFleet(declaration);
    const drs = await clients.drs(declaration.stack.identity, fleet.region, fleet.options);
    const members = await drs.sourceServers((server) => fleet.selection.matches(server));
    const untold: Outcome[] = [];
    const sourceServers = await Promise.all(members.map((server) => planMember(fleet, server, drs, untold)));
    return { ...common, ...fleetOutcome(sourceServers, change, untold), selection: nameOfFleet(fleet), sourceServers };
  } catch (error) {
    return { ...common, ...unknownOutcome(error), sourceServers: [] };
  }
}

/** The physical ID holds a hash of the selection, which tells whether the template was read right. */
function declaredFleet({ stack, resource, read }: PlannedChange): Fleet {
  const fleet = readFleet({ stack: stack.identity, properties: read() });
  if (fleet.physicalId !== resource.physicalId) {
    throw new Failure(say`The template selects ${nameOfFleet(fleet)}, which is not what ${resource.physicalId} was declared for.`);
  }
  return fleet;
}

/** Why a member can't be told, which is said of the fleet, goes to `untold`. */
async function planMember(
  { accountId, region, options }: Fleet,
  server: SourceServer,
  drs: DrsReader,
  untold: Outcome[],
): Promise<PlannedServer> {
  const named = { sourceServerId: server.sourceServerID ?? '', accountId, region };
  const state = stateOf(server);
  if (!needsWork(state, options)) {
    const outcome =
      state === 'extended' ? outcomeOf('keep', explainExtended(server, region)) : outcomeOf('nothing', 'it is disconnected already');
    return planServer(named, { server, instances: [] }, outcome);
  }
  const instances = await orNoted(drs.recoveryInstancesOf(named.sourceServerId), untold);
  if (!instances) {
    return planServer(named, { server, instances: [] }, outcomeOf('unknown', "its recovery instances can't be told"));
  }
  const described = { server, instances };
  return planServer(named, described, serverOutcome(named, described, options), options);
}

function fleetOutcome(servers: readonly PlannedServer[], { kind }: Change, [untold]: readonly Outcome[]): Outcome {
  const verdict = mostSevere(servers);
  const left = servers.filter((server) => server.verdict === 'blocked').length;
  if (servers.length === 0) {
    return outcomeOf(verdict, 'no source server matches at this moment');
  }
  if (left === 0) {
    return untold ?? outcomeOf(verdict);
  }
  const unknown = servers.filter((server) => server.verdict === 'unknown').length;
  const others = unknown > 0 ? say`of ${unknown} it can't be told` : 'the others go';
  const told = say`${left} of ${servers.length} would be left, ${others}`;
  return outcomeOf(verdict, join([told, untold?.reason, kind === 'cleaned up' ? FORGOTTEN : ''], '. '));
}
