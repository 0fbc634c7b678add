import { join, type Message, say, type Told } from '../aws/message';
import { type Fleet, nameOfFleet } from './fleet';
import type { FleetProgress, FleetServer } from './progress';

/** So many are named with their hostnames, of which so many bytes are shown; the others are counted. */
const SERVERS_NAMED = 12;
const SHOWN_OF_HOSTNAME = 24;

/** So much is told of why one was not disconnected, in bytes. Of how many, depends on the room in the Reason. */
const SHOWN_OF_REASON = 700;
const REASONS_SHOWN = 6;

/** How many servers are left, which, and why; and why it can't be told whether that is all, if so. */
export function explainRest(fleet: Fleet, progress: FleetProgress, problem?: Message): Message {
  return join([
    say`${progress.count('failed', 'pending')} of ${progress.size} are left of ${nameOfFleet(fleet)}: ${progress.count('succeeded')} were disconnected, ${progress.count('skipped')} needed nothing.`,
    problem && say`Whether more are selected by now could not be told: ${problem}`,
    named('Not disconnected, with a line each in the log', progress.of('failed')),
    named('Not reached before the function had to end', progress.of('pending')),
    ...progress
      .failures()
      .slice(0, REASONS_SHOWN)
      .map(({ reason }) => say`${reason}`.cut(SHOWN_OF_REASON)),
  ]);
}

function named(what: string, servers: readonly FleetServer[]): Told {
  if (servers.length === 0) {
    return '';
  }
  const names = servers.slice(0, SERVERS_NAMED).map(nameOf);
  const more = servers.length - names.length;
  return say`${what}: ${join(names, ', ')}${more > 0 ? say` and ${more} more` : ''}.`;
}

function nameOf({ id, hostname }: FleetServer): Message {
  return say`${id} (${say`${hostname}`.cut(SHOWN_OF_HOSTNAME)})`;
}
