import { textOf, type Told } from '../aws/message';
import { requestFields, type Request } from './request';

type Entry = Readonly<Record<string, unknown>>;

/** Writes one line of JSON. Nothing that AWS or a user wrote can forge a line, or be more than text to who reads it. */
export function log(entry: Entry) {
  // Not console.log: Lambda puts a prefix before it, which neither a metric nor a query of the log could parse.
  const line = JSON.stringify(entry, function (this: Entry, name, value: unknown) {
    // A message is a string by now, and is as it should be.
    const written = this[name];
    return typeof written === 'string' ? textOf(written) : value;
  });
  process.stdout.write(`${line}\n`);
}

/** What was decided of a request, and why. */
export function logDecision(request: Request, decision: string, why: Told, level: 'info' | 'warning' = 'info') {
  log({ level, event: 'decided', decision, why, ...requestFields(request) });
}
