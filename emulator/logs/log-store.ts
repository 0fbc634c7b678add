import { partition } from '../defaults';

export interface LogLine {
  /** Emulated. */
  readonly time: number;
  readonly logGroup: string;
  readonly stream: string;
  readonly message: string;
}

export interface LogGroup {
  readonly name: string;
  /** Without the `:*` that CloudFormation's attribute ends with. */
  readonly arn: string;
  readonly retentionInDays?: number;
}

/** CloudWatch Logs: the groups there are, and the record of all that was ever written. */
export class LogStore {
  private readonly groups = new Map<string, LogGroup>();
  private readonly written: LogLine[] = [];
  private readonly listeners: ((line: LogLine) => void)[] = [];

  group(arn: string): LogGroup | undefined {
    return this.groups.get(arn);
  }

  putGroup(group: LogGroup): void {
    this.groups.set(group.arn, group);
  }

  /** Its lines stay on record: they are what a test, or the person at the terminal, asks for afterwards. */
  deleteGroup(arn: string): void {
    this.groups.delete(arn);
  }

  write(line: LogLine): void {
    this.written.push(line);
    this.listeners.forEach((listener) => listener(line));
  }

  lines(logGroupName: string): readonly LogLine[] {
    return this.written.filter((line) => line.logGroup === logGroupName);
  }

  all(): readonly LogLine[] {
    return [...this.written];
  }

  onLine(listener: (line: LogLine) => void): void {
    this.listeners.push(listener);
  }
}

export function logGroupArn(of: { region: string; accountId: string }, name: string): string {
  return `arn:${partition}:logs:${of.region}:${of.accountId}:log-group:${name}`;
}
