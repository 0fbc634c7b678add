import type { EmbeddedAws } from '../emulator';
import type { Call } from '../emulator/control/calls';
import type { RateLimit } from '../emulator/control/faults';
import type { Measures } from './case';

/** What DRS takes, while a stack is torn down on the embedded AWS. */
export const RATE: RateLimit = { service: 'drs', perSecond: 10, burst: 10 };

/** What Lambda reports of a run, in emulated time. */
interface Report {
  readonly seconds: number;
  readonly megabytes: number;
}

export function reportsOf(aws: EmbeddedAws): Report[] {
  return aws.lambda.logs.all().flatMap(({ message }) => {
    const [, milliseconds] = /^REPORT .*\tDuration: ([\d.]+) ms/.exec(message) ?? [];
    const [, megabytes] = /\tMax Memory Used: (\d+) MB/.exec(message) ?? [];
    return milliseconds === undefined ? [] : [{ seconds: Number(milliseconds) / 1000, megabytes: Number(megabytes) }];
  });
}

/** How near it came to what the rate allows: `needed` requests, the first of them at once. */
export function whatDrsSaw(
  calls: readonly Call[],
  { servers, needed, seconds, peak }: { servers: number; needed: number; seconds: number; peak: number },
): Measures {
  const ideal = Math.max(0, needed - RATE.burst) / RATE.perSecond;
  const throttled = calls.filter(({ fault }) => fault === 'throttle').length;
  return {
    s: seconds,
    'ideal s': ideal,
    ...(ideal > 1 && { '÷ ideal': seconds / ideal }),
    'throttled %': (100 * throttled) / calls.length,
    'requests for each server': calls.length / servers,
    'peak MB': peak,
  };
}
