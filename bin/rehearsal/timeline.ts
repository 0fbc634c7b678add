import { styleText } from 'node:util';
import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import type { EmbeddedAws } from '../../emulator';
import { defaultAccountId, defaultRegion } from '../../emulator/defaults';

type Style = Parameters<typeof styleText>[0];

/** What somebody sees of a rehearsal: needs a terminal only for colour and for the line that shows progress. */
export class Timeline {
  private readonly started = new Map<string, number>();
  private progress?: NodeJS.Timeout;
  private begin = 0;

  constructor(
    private readonly aws: EmbeddedAws,
    private readonly output: NodeJS.WriteStream | { isTTY?: boolean; columns?: number; write(text: string): unknown },
  ) {
    aws.cloudFormation.onEvent((event) => this.event(event));
    aws.lambda.logs.onLine(({ message }) => this.decision(message));
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
        Disks: `${disks.length} disks, ${gibibytes} GiB`,
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
      const show = () => this.output.write(`\r\x1b[2K${frames[turn++ % frames.length]} ${what}  ${this.seconds(this.begin)}`);
      this.progress = setInterval(show, 100);
    }
    try {
      return await work;
    } finally {
      clearInterval(this.progress);
      this.clearProgress();
    }
  }

  private event(event: { logicalId: string; type: string; status: string; reason?: string; time: number }) {
    const key = `${event.logicalId}/${event.status.split('_')[0]}`;
    const isStack = event.type === 'AWS::CloudFormation::Stack';
    if (event.status.endsWith('_IN_PROGRESS') && !isStack) {
      this.started.set(key, this.started.get(key) ?? event.time);
      return;
    }
    const took = this.started.has(key) && !isStack ? `${((event.time - this.started.get(key)!) / 1000).toFixed(1)} s` : '';
    const at = this.seconds(this.begin, event.time).padStart(8);
    const status = this.style(styleOf(event.status), event.status.padEnd(22));
    this.print(`${this.style('dim', at)}  ${status} ${event.logicalId}  ${this.style('dim', `${event.type}  ${took}`.trim())}`);
    if (event.reason && /FAILED/.test(event.status)) {
      this.reason(event.reason);
    }
  }

  /** What the teardown function decided, and why. */
  private decision(message: string) {
    const entry = message.startsWith('{') ? (JSON.parse(message) as { decision?: string; why?: string; logicalId?: string }) : {};
    if (entry.decision) {
      this.print(`${' '.repeat(10)}${this.style('dim', `${entry.logicalId}: ${entry.decision}: ${entry.why}`)}`);
    }
  }

  /** Each command of a reason stands on a line of its own, unbroken, to be copied. */
  private reason(reason: string) {
    const indent = ' '.repeat(10);
    for (const part of reason.split(/(`[^`]+`[.,;]?)/).map((text) => text.trim())) {
      const command = /^`(aws .+)`[.,;]?$/.exec(part)?.[1];
      if (part !== '') {
        this.print(command ? `${indent}  ${this.style('cyan', command)}` : this.wrap(part, indent));
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

  private seconds(from: number, to = this.aws.clock.now()): string {
    return `${((to - from) / 1000).toFixed(1)} s`;
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
    this.clearProgress();
    this.output.write(`${text}\n`);
  }

  private clearProgress() {
    if (this.output.isTTY) {
      this.output.write('\r\x1b[2K');
    }
  }
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
