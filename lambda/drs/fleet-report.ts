import { cut } from '../custom-resource/failure';
import { type Fleet, nameOfFleet } from './fleet';
import type { Member, Progress } from './fleet-teardown';

/** So many failures are told in full, and so much of each, in bytes: a response has 4,096 bytes, and the commands that follow must fit. */
const TOLD = 3;
const LONGEST_REASON = 400;

/** So many more are named with their hostnames, of which so many bytes are shown; the others are counted. */
const NAMED = 12;
const LONGEST_HOSTNAME = 24;

/** How many servers are left, which, and why. */
export function explainRest(fleet: Fleet, { selected, skipped, done, failed, waiting }: Progress): string {
  const told = failed.slice(0, TOLD).map(({ member, reason }) => `${nameOf(member)}: ${cut(reason, LONGEST_REASON)}`);
  return [
    `${failed.length + waiting.length} of ${selected} are left of ${nameOfFleet(fleet)}: ${done} were disconnected, ${skipped} needed nothing.`,
    ...told,
    named(
      'Failed likewise, with a line each in the log',
      failed.slice(TOLD).map(({ member }) => member),
    ),
    named('Not reached before the function had to end', waiting),
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
