import { styleText } from 'node:util';
import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import type { EmbeddedAws } from '../emulator';
import type { StackEvent } from '../emulator/cloudformation/model';
import { defaultAccountId, defaultRegion } from '../emulator/defaults';
import { STAGING_AREA_DRAIN } from '../lib/contract';

type Style = Parameters<typeof styleText>[0];

/** Resources that every stack has, and that tell nothing of what happens to servers and their network. */
const BACKGROUND = /^AWS::(CloudWatch|IAM|Lambda|Logs|SNS)::|^AWS::EC2::(FlowLog|Route|RouteTable|SubnetRouteTableAssociation)$/;

/** A link of a drain whose deletion took no longer, in milliseconds, had nothing to wait for. */
const SHORT = 60_000;

/** How often a drain tells that it still waits, in milliseconds. */
const REMINDER = 3 * 60_000;

/** What a function logs: a decision, or progress. */
interface LogEntry {
  readonly decision?: string;
  readonly why?: string;
  readonly logicalId?: string;
  readonly machines?: number;
}

/** Events that tell nothing by themselves. */
interface Folded {
  /** That of the last one. */
  time: number;
  readonly types: string[];
}

/** What somebody sees of a rehearsal: needs a terminal only for colour and for the line that shows progress. */
export class Timeline {
  private readonly started = new Map<string, number>();
  private readonly types = new Map<string, string>();
  /** By their status. */
  private readonly folded = new Map<string, Folded>();
  /** What a drain told last, and when. */
  private drain = { told: '', at: -Infinity };
  private progress?: NodeJS.Timeout;
  private begin: number;

  constructor(
    private readonly aws: EmbeddedAws,
    private readonly output: NodeJS.WriteStream | { isTTY?: boolean; columns?: number; write(text: string): unknown },
  ) {
    this.begin = aws.clock.now();
    aws.cloudFormation.onEvent((event) => this.event(event));
    aws.lambda.logs.onLine(({ message }) => this.logged(message));
  }

  title(name: string, summary: string) {
    this.print(`\n${this.style('bold', `cdk-drs · ${name}`)}  ${summary}`);
  }

  say(text: string) {
    this.print(`\n${this.wrap(text, '')}`);
  }

  /** A command that somebody types. */
  command(text: string) {
    this.print(`\n${this.style('cyan', '$')} ${text}`);
  }

  servers(title: string, servers: readonly SourceServer[]) {
    const isElsewhere = servers.some(({ arn }) => accountAndRegionOf(arn!) !== `${defaultAccountId}, ${defaultRegion}`);
    const rows = servers.map((server) => {
      const replication = server.dataReplicationInfo;
      const disks = replication?.replicatedDisks ?? [];
      const gibibytes = disks.reduce((sum, disk) => sum + (disk.totalStorageBytes ?? 0), 0) / 1024 ** 3;
      return {
        'Source server': server.sourceServerID!,
        ...(isElsewhere && { 'Account, Region': accountAndRegionOf(server.arn!) }),
        Hostname: server.sourceProperties?.identificationHints?.hostname ?? '-',
        State: replication?.dataReplicationState ?? '-',
        Lag: lagOf(server),
        Disks: `${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}, ${gibibytes} GiB`,
      };
    });
    this.table(title, rows);
  }

  recoveryInstances(title: string, instances: readonly RecoveryInstance[]) {
    const rows = instances.map((instance) => ({
      'Recovery instance': instance.recoveryInstanceID!,
      'Source server': instance.sourceServerID!,
      Kind: instance.isDrill ? 'drill' : 'recovery',
      EC2: instance.ec2InstanceState!,
      Replication: instance.dataReplicationInfo?.dataReplicationState ?? '-',
      Failback: instance.failback?.state?.replace('FAILBACK_', '') ?? '-',
    }));
    this.table(title, rows);
  }

  /** Shows that something is under way, until it is done. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    this.begin = this.aws.clock.now();
    this.started.clear();
    if (this.output.isTTY) {
      let turn = 0;
      const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
      const show = () => this.output.write(`\r\x1b[2K${frames[turn++ % frames.length]} ${what}  ${this.passed(this.begin)}`);
      this.progress = setInterval(show, 100);
    }
    try {
      return await work;
    } finally {
      clearInterval(this.progress);
      this.clearProgress();
    }
  }

  private event({ logicalId, type, status, time, reason }: StackEvent) {
    const key = `${logicalId}/${status.split('_')[0]}`;
    const isStack = type === 'AWS::CloudFormation::Stack';
    this.types.set(logicalId, type);
    if (status.endsWith('_IN_PROGRESS') && !isStack) {
      this.started.set(key, this.started.get(key) ?? time);
      return;
    }
    const begun = isStack ? time : (this.started.get(key) ?? time);
    // It may be deleted once more: after a rollback, say.
    this.started.delete(key);
    const isIdleLink = type === STAGING_AREA_DRAIN && (!status.startsWith('DELETE') || time - begun < SHORT);
    if (!/FAILED/.test(status) && (BACKGROUND.test(type) || isIdleLink)) {
      this.folded.set(status, { time, types: [...(this.folded.get(status)?.types ?? []), type] });
      return;
    }
    if (isStack) {
      this.unfold();
    }
    const took = isStack ? '' : this.passed(begun, time);
    this.write(this.eventLine(time, status, `${logicalId}  ${this.style('dim', `${type}  ${took}`.trim())}`));
    if (reason && /FAILED/.test(status)) {
      this.reason(reason);
    }
  }

  private eventLine(time: number, status: string, what: string): string {
    return `${this.at(time)}${this.style(styleOf(status), status.padEnd(22))} ${what}`;
  }

  /** Shows in a line for each status what was folded until now: before the stack's own events, and before anything else that is said. */
  private unfold() {
    for (const [status, { time, types }] of this.folded) {
      const count = (type: string) => types.filter((other) => other === type).length;
      const counted = [...new Set(types)].map((type) => (count(type) > 1 ? `${count(type)}×${type}` : type));
      const lines = this.wrap(counted.join(', '), ' '.repeat(33)).trimStart();
      this.write(this.eventLine(time, status, this.style('dim', lines)));
    }
    this.folded.clear();
  }

  private logged(message: string) {
    const entry = message.startsWith('{') ? (JSON.parse(message) as LogEntry) : {};
    const isDrain = this.types.get(entry.logicalId ?? '') === STAGING_AREA_DRAIN;
    if (isDrain ? this.isNewOfDrain(entry) : entry.decision) {
      this.write(`${this.at()}${this.style('dim', `${entry.logicalId}: ${textOf(entry)}`)}`);
    }
  }

  /** Each link of a drain says the same, and every few seconds. */
  private isNewOfDrain(entry: LogEntry): boolean {
    const now = this.aws.clock.now();
    const told = textOf(entry);
    const isRepeated = told === this.drain.told && !(entry.machines !== undefined && now - this.drain.at >= REMINDER);
    if (told === '' || entry.decision === 'declared' || isRepeated) {
      return false;
    }
    this.drain = { told, at: now };
    return true;
  }

  /** Each command of a reason stands on a line of its own, unbroken, to be copied. */
  private reason(reason: string) {
    const indent = ' '.repeat(10);
    for (const part of reason.split(/(`[^`]+`[.,;]?)/).map((text) => text.trim())) {
      const command = /^`(aws .+)`[.,;]?$/.exec(part)?.[1];
      if (part !== '') {
        this.write(command ? `${indent}  ${this.style('cyan', command)}` : this.wrap(part, indent));
      }
    }
  }

  /** The names of a row's cells are the header. */
  private table(title: string, rows: readonly Record<string, string>[]) {
    this.print(`\n${this.style('bold', title)}`);
    if (rows.length === 0) {
      this.print(`  ${this.style('dim', 'none')}`);
      return;
    }
    const header = Object.keys(rows[0]);
    const widths = header.map((name) => Math.max(name.length, ...rows.map((row) => row[name].length)));
    const line = (cells: string[]) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd();
    this.print(`  ${this.style('dim', line(header))}`);
    const colour = (state: string) => this.style(state === 'DISCONNECTED' ? 'yellow' : 'green', state);
    rows.forEach((row) => this.print(`  ${line(Object.values(row)).replace(/\b(CONTINUOUS|RUNNING|DISCONNECTED)\b/g, colour)}`));
  }

  /** The column of the time. */
  private at(time = this.aws.clock.now()): string {
    return `${this.style('dim', this.passed(this.begin, time).padStart(8))}  `;
  }

  /** In emulated time. */
  private passed(from: number, to = this.aws.clock.now()): string {
    const seconds = (to - from) / 1000;
    return seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)}m ${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  }

  private style(style: Style, text: string): string {
    return this.output.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
  }

  private wrap(text: string, indent: string): string {
    const width = Math.max(40, Math.min(this.output.columns ?? 120, 140) - indent.length);
    const lines = text.split(' ').reduce<string[]>((wrapped, word) => {
      const last = wrapped.at(-1);
      return last !== undefined && last.length + word.length < width ? [...wrapped.slice(0, -1), `${last} ${word}`] : [...wrapped, word];
    }, []);
    return lines.map((line) => indent + line).join('\n');
  }

  private print(text: string) {
    this.unfold();
    this.write(text);
  }

  private write(text: string) {
    this.clearProgress();
    this.output.write(`${text}\n`);
  }

  private clearProgress() {
    if (this.output.isTTY) {
      this.output.write('\r\x1b[2K');
    }
  }
}

/** What the teardown function decided, and why; or what a drain waits for. */
function textOf({ decision, why, machines = 0 }: LogEntry): string {
  return decision !== undefined ? `${decision}: ${why}` : machines > 0 ? `waiting: machines of DRS in the staging area: ${machines}` : '';
}

function accountAndRegionOf(arn: string): string {
  const [, , , region, account] = arn.split(':');
  return `${account}, ${region}`;
}

/** DRS writes PT1M30S, people 1m 30s. */
function lagOf({ dataReplicationInfo }: SourceServer): string {
  const [, ...parts] = (dataReplicationInfo?.lagDuration ?? '').toLowerCase().match(/^pt|\d+[hms]/g) ?? [];
  return parts.join(' ') || '-';
}

function styleOf(status: string): Style {
  return /FAILED|ROLLBACK/.test(status) ? 'red' : status.endsWith('_COMPLETE') ? 'green' : 'dim';
}
