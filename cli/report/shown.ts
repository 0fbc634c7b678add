import { Command, Message, say } from '../../lambda/aws/message';

/** A plan as anybody may see it: its messages are made of parts, and everything else in it is taken for what others wrote. */
export function shown<T>(plan: T): T {
  return of(plan) as T;
}

function of(value: unknown): unknown {
  if (typeof value === 'string') {
    return String(say`${value}`);
  }
  if (typeof value !== 'object' || value === null || value instanceof Message || value instanceof Command) {
    return value;
  }
  return Array.isArray(value) ? value.map(of) : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, of(item)]));
}
