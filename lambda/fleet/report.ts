import { cut } from '../aws/errors';
import { type Fleet, nameOfFleet } from './fleet';
import { countOf, type Member, type Progress } from './teardown';

/** So many are named with their hostnames, of which so many bytes are shown; the others are counted. */
const NAMED = 12;
const LONGEST_HOSTNAME = 24;

/** So much is told of why one was not disconnected, in bytes. Of how many, depends on the room in the Reason. */
const LONGEST_REASON = 700;
const TOLD = 6;

/** How many servers are left, which, and why; and why it can't be told whether that is all, if so. */
export function explainRest(fleet: Fleet, progress: Progress, problem?: string): string {
  const { skipped, done, failed, waiting } = progress;
  return [
    `${failed.size + waiting.size} of ${countOf(progress)} are left of ${nameOfFleet(fleet)}: ${done.size} were disconnected, ${skipped.size} needed nothing.`,
    problem === undefined ? '' : `Whether more are selected by now could not be told: ${problem}`,
    named('Not disconnected, with a line each in the log', [...failed.keys()]),
    named('Not reached before the function had to end', [...waiting]),
    ...[...failed.values()].slice(0, TOLD).map((reason) => cut(reason, LONGEST_REASON)),
  ]
    .filter(Boolean)
    .join(' ');
}

function named(what: string, members: readonly Member[]): string {
  if (members.length === 0) {
    return '';
  }
  const names = members.slice(0, NAMED).map(nameOf);
  const more = members.length - names.length;
  return `${what}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function nameOf({ id, hostname }: Member): string {
  return `${id} (${cut(hostname, LONGEST_HOSTNAME)})`;
}
