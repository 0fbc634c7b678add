import type { Told } from '../aws/message';
import type { SourceServerState } from '../source-server/source-server';

/** A selected server, and what is kept of it: there may be thousands. */
export interface FleetServer {
  readonly id: string;
  readonly hostname: string;
  readonly state: SourceServerState;
  /** Those are the copies of recovered machines, which DRS wants to be taken down first. */
  readonly isFailback: boolean;
}

/**
 * What became of a server: `skipped` needed nothing, since it is disconnected, another account's, absent, or selected no more;
 * `succeeded` was disconnected, and its record deleted if it was to go.
 */
export type ServerOutcome = 'pending' | 'succeeded' | 'failed' | 'skipped';

/** How far the teardown of a fleet came: each server that was ever selected, and its outcome. It changes while the teardown runs. */
export class FleetProgress {
  private readonly servers = new Map<string, { readonly server: FleetServer; readonly outcome: ServerOutcome; readonly reason?: Told }>();

  /** `reason` tells why a server failed. */
  set(server: FleetServer, outcome: ServerOutcome, reason?: Told) {
    // Those of an outcome are told in the order in which they came to it.
    this.servers.delete(server.id);
    this.servers.set(server.id, { server, outcome, reason });
  }

  outcomeOf(id: string): ServerOutcome | undefined {
    return this.servers.get(id)?.outcome;
  }

  of(outcome: ServerOutcome): FleetServer[] {
    return this.entriesOf(outcome).map(({ server }) => server);
  }

  /** Who failed, and why. */
  failures(): { readonly id: string; readonly reason: Told }[] {
    return this.entriesOf('failed').map(({ server: { id }, reason = '' }) => ({ id, reason }));
  }

  count(...outcomes: ServerOutcome[]): number {
    return outcomes.reduce((sum, outcome) => sum + this.entriesOf(outcome).length, 0);
  }

  /** How many servers it knows of. */
  get size(): number {
    return this.servers.size;
  }

  private entriesOf(wanted: ServerOutcome) {
    return [...this.servers.values()].filter(({ outcome }) => outcome === wanted);
  }
}
