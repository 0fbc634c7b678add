import type { Plan } from '../plan/plan-json';
import { shown } from './shown';

/** A plan for scripts. It is ASCII, whatever others wrote: a terminal may show it, too. */
export function toJson(plan: Plan): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(shown(plan), null, 2).replace(/[^\n -~]/g, escaped)}\n`;
}
