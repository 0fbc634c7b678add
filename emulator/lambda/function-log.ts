import { Clock } from '../control/clock';
import { randomHex } from '../control/random';
import { Caller } from '../http/service';
import { Iam } from '../iam/iam';
import { logGroupArn, LogStore } from '../logs/log-store';
import { FunctionConfiguration } from './model';

interface FunctionLogParts {
  readonly clock: Clock;
  readonly iam: Pick<Iam, 'authorize'>;
  readonly logs: LogStore;
}

/** The log stream of one process. */
export class FunctionLog {
  readonly streamName: string;

  constructor(
    private readonly configuration: FunctionConfiguration,
    private readonly caller: Caller,
    private readonly parts: FunctionLogParts,
  ) {
    const day = new Date(parts.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    this.streamName = `${day}/[$LATEST]${randomHex(32)}`;
  }

  /** What the function's role may not write is lost, as on AWS. */
  write(message: string): void {
    if (!this.mayWrite()) return;
    const { logGroupName } = this.configuration;
    this.parts.logs.write({ time: this.parts.clock.now(), logGroup: logGroupName, stream: this.streamName, message });
  }

  private mayWrite(): boolean {
    const { iam, logs } = this.parts;
    const group = logGroupArn(this.configuration, this.configuration.logGroupName);
    const stream = `${group}:log-stream:${this.streamName}`;
    try {
      if (!logs.group(group)) {
        iam.authorize(this.caller, 'logs:CreateLogGroup', `${group}:log-stream:`);
        logs.putGroup({ name: this.configuration.logGroupName, arn: group });
      }
      iam.authorize(this.caller, 'logs:CreateLogStream', stream);
      iam.authorize(this.caller, 'logs:PutLogEvents', stream);
      return true;
    } catch {
      return false;
    }
  }
}
