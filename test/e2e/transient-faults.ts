import type { FaultRule } from '../../emulator/control/faults';

/** An operation fails in every way that passes; at the end it is done, and the answer is lost. */
export function badWeather(service: string, operation: string): FaultRule[] {
  const faults: Omit<FaultRule, 'service' | 'operation' | 'nth'>[] = [
    { kind: 'throttle', retryAfter: 3 },
    { kind: 'throttle' },
    { kind: 'internal' },
    { kind: 'reset' },
    { kind: 'denied' },
    { kind: 'denied' },
    { kind: 'lost-answer' },
  ];
  return faults.map((fault, index) => ({ service, operation, nth: index + 1, ...fault }));
}
