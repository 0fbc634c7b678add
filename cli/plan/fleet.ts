import type { SourceServer } from '@aws-sdk/client-drs';
import { FLEET_DISCONNECTION } from '../../lib/contract';
import { explainExtended } from '../../lambda/source-server/messages';
import { type Fleet, isFleet, nameOfFleet, readFleet } from '../../lambda/fleet/fleet';
import { isDue } from '../../lambda/fleet/teardown';
import { stateOf } from '../../lambda/source-server/source-server';
import type { DrsAt } from '../aws/drs';
import type { Declaration, Fate } from '../operation/planned-change';
import type { Estate } from '../aws/clients';
import { FORGOTTEN, identityOf, judge, NEVER_CREATED, settledBy, untold, worstOf } from './outcome';
import type { Judgement, PlannedFleet, PlannedServer } from './plan-json';
import { judgeServer, planServer } from './source-server';

/** What becomes of the source servers that a fleet selects at this moment. */
export async function planFleet(declaration: Declaration, estate: Estate): Promise<PlannedFleet> {
  const { resource, fate } = declaration;
  const common = { resourceType: FLEET_DISCONNECTION, ...identityOf(declaration) } as const;
  const settled = isFleet(resource.physicalId) ? settledBy(fate) : judge('keep', NEVER_CREATED);
  if (settled) {
    return { ...common, ...settled, sourceServers: [] };
  }
  try {
    const fleet = declaredFleet(declaration);
    const sourceServers = await planMembers(fleet, await estate.drs(declaration.stack.identity, fleet.region, fleet.options.assumeRoleArn));
    return { ...common, ...judgeFleet(sourceServers, fate), selection: nameOfFleet(fleet), sourceServers };
  } catch (error) {
    return { ...common, ...untold(error), sourceServers: [] };
  }
}

/** The physical ID holds a hash of the selection, which tells whether the template was read right. */
function declaredFleet({ stack, resource, read }: Declaration): Fleet {
  const fleet = readFleet({ stack: stack.identity, properties: read() });
  if (fleet.physicalId !== resource.physicalId) {
    throw new Error(`The template selects ${nameOfFleet(fleet)}, which is not what ${resource.physicalId} was declared for.`);
  }
  return fleet;
}

async function planMembers(fleet: Fleet, drs: DrsAt): Promise<PlannedServer[]> {
  const members = await drs.sourceServers((server) => fleet.selection.matches(server));
  return Promise.all(members.map((server) => planMember(fleet, server, drs)));
}

async function planMember({ accountId, region, options }: Fleet, server: SourceServer, drs: DrsAt): Promise<PlannedServer> {
  const named = { sourceServerId: server.sourceServerID ?? '', accountId, region };
  const state = stateOf(server);
  if (!isDue(state, options)) {
    const judgement =
      state === 'extended' ? judge('keep', explainExtended(server, region)) : judge('nothing', 'it is disconnected already');
    return planServer(named, { server, instances: [] }, judgement);
  }
  const described = { server, instances: await drs.recoveryInstancesOf(named.sourceServerId) };
  return planServer(named, described, judgeServer(named, described, options), options);
}

function judgeFleet(servers: readonly PlannedServer[], { kind }: Fate): Judgement {
  const verdict = worstOf(servers);
  const left = servers.filter((server) => server.verdict === 'blocked').length;
  if (servers.length === 0) {
    return judge(verdict, 'no source server matches at this moment');
  }
  if (left === 0) {
    return judge(verdict);
  }
  return judge(verdict, `${left} of ${servers.length} would be left, the others go${kind === 'cleaned up' ? `. ${FORGOTTEN}` : ''}`);
}
