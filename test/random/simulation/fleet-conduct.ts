import type { SourceServer } from '@aws-sdk/client-drs';
import type { Demand } from './demand';
import type { Invocation } from './invocation';
import { fleetMandate, tagsOf } from './mandate';
import type { Exchange } from './network';
import type { World } from './world';

/** What a run that deletes a fleet has seen, and done since. */
interface Round {
  /** When it listed, in milliseconds since 1970, and who carried the tags then. */
  readonly listedAt: number;
  readonly members: readonly SourceServer[];
  /** Whether somebody was taken on since it listed. */
  hasGoneOn: boolean;
}

/** What a run asked of DRS. */
type Taking = Pick<Exchange, 'operation' | 'sentAt'> & { readonly invocation: Invocation; readonly told: string };

/** How the deletion of a fleet behaves: whom it takes on, and in which order; and what its success means. */
export class FleetConduct {
  /** Of each run, the last one first. */
  private readonly runs = new Map<Invocation, readonly Round[]>();

  constructor(
    private readonly world: World,
    private readonly demand: Demand,
  ) {}

  /** A listing of everything was answered. */
  listed(invocation: Invocation) {
    const before = this.runs.get(invocation) ?? [];
    this.runs.set(invocation, [{ listedAt: Date.now(), members: this.selected(invocation), hasGoneOn: false }, ...before]);
  }

  /** A server is to be disconnected, or its record deleted. What counts is what the run had seen when it sent that: DRS may take its time. */
  takesOn({ invocation, operation, told, sentAt }: Taking, sourceServerID: string) {
    const run = this.runs.get(invocation)?.find(({ listedAt }) => listedAt <= sentAt);
    const { members = [] } = run ?? {};
    const member = members.find((one) => one.sourceServerID === sourceServerID);
    this.demand(member !== undefined, 'I6', `${told}: ${sourceServerID}, which it has not seen with the tags`);
    if (run) {
      run.hasGoneOn = true;
    }
    if (operation !== 'DisconnectSourceServer') {
      return;
    }
    // Whoever was found gone, or without the tags, when its turn came, has had its turn.
    const isStill = (one: SourceServer) => this.selected(invocation).some(({ sourceServerID: id }) => id === one.sourceServerID);
    const others = members.filter((one) => one.replicationDirection === 'FAILBACK' && replicatesHere(one));
    const isFirst =
      member?.replicationDirection === 'FAILBACK' || others.every((one) => wasAskedFor(one, invocation, sentAt) || !isStill(one));
    this.demand(isFirst, 'I9', `${told}: ${sourceServerID}, before a server that replicates back`);
  }

  /** Whoever was selected when it listed last, and is still, must be gone. One that is selected only since then may be left. */
  succeeded(invocation: Invocation, told: string) {
    const [last, before] = this.runs.get(invocation) ?? [];
    const { listedAt } = last ?? {};
    const listedTwice = before !== undefined && !last.hasGoneOn && !before.hasGoneOn;
    this.demand(listedTwice, 'I1', `${told}, but it has not listed who is selected by now, twice in a row`);
    const isWanted = invocation.event.ResourceProperties.DeleteSourceServer === 'true';
    for (const server of this.selected(invocation, listedAt)) {
      this.demand(!replicatesHere(server), 'I1', `${told}, but ${server.sourceServerID} replicates`);
      this.demand(!isWanted, 'I1', `${told}, but ${server.sourceServerID} still has a record`);
    }
  }

  private selected({ event }: Invocation, since?: number): SourceServer[] {
    const { accountId, region } = fleetMandate(event);
    return this.world.serversWith(tagsOf(event), accountId, region, since);
  }
}

/** Whether a run had asked DRS to disconnect a server by then, whether or not DRS has heard it. */
function wasAskedFor({ sourceServerID = '' }: SourceServer, { sent }: Invocation, by: number): boolean {
  return sent.some(
    ({ operation, body, sentAt }) => operation === 'DisconnectSourceServer' && body.includes(`"${sourceServerID}"`) && sentAt < by,
  );
}

/** An extended one replicates in another account. */
function replicatesHere({ dataReplicationInfo, stagingArea }: SourceServer): boolean {
  return stagingArea?.status !== 'EXTENDED' && dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}
