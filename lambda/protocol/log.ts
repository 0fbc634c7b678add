import { requestFields, type Request } from './request';

type Entry = Readonly<Record<string, unknown>>;

/** Writes one line of JSON. JSON escapes line breaks, so that nothing that AWS or a user wrote can forge a line. */
export function log(entry: Entry) {
  // Not console.log: Lambda puts a prefix before it, which neither a metric nor a query of the log could parse.
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

/** What was decided of a request, and why. */
export function logDecision(request: Request, decision: string, why: string, level: 'info' | 'warning' = 'info') {
  log({ level, event: 'decided', decision, why, ...requestFields(request) });
}
