import { createColors } from 'picocolors';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN, UNKNOWN } from '../../lib/contract';
import type { Message } from '../../lambda/aws/message';
import { pluralize } from '../plan/outcome';
import type { Outcome, Plan, PlannedRecoveryInstance, PlannedServer, PlanVerdict } from '../plan/plan-json';
import { layOut } from './table';
import { shown } from './shown';
import { withCommands, wrap } from './text';

/** Where a report is shown. */
export interface Screen {
  readonly width: number;
  readonly isColoured: boolean;
}

/** What is longer, or has commands, stands below the table: commands must not be broken. */
const LONGEST_CELL = 90;

const LABELS: Readonly<Record<PlanVerdict, string>> = {
  blocked: 'blocked',
  unknown: "can't be told",
  disconnect: 'will be disconnected',
  'delete-record': 'its record will be deleted',
  drain: 'will be drained',
  nothing: 'nothing to do',
  keep: 'kept',
};

/** A plan for somebody to read. */
export function report(plan: Plan, screen: Screen): string {
  return new Report(shown(plan), screen).text();
}

class Report {
  private readonly colours;

  constructor(
    private readonly plan: Plan,
    private readonly screen: Screen,
  ) {
    this.colours = createColors(screen.isColoured);
  }

  text(): string {
    const { blockers, notes } = this.plan;
    const blocks = [
      this.title(),
      ...blockers.map((text) => this.paragraph(text, this.colours.red)),
      ...notes.map((text) => this.paragraph(text)),
      ...this.disconnections(),
      ...this.fleets(),
      ...this.drains(),
      ...this.details(),
      this.summary(),
    ];
    return `${blocks.filter(Boolean).join('\n\n')}\n`;
  }

  private title(): string {
    const { operation, stack } = this.plan;
    const what = this.colours.bold(`${operation === 'delete' ? 'The deletion' : 'The update'} of ${stack.name}`);
    return wrap(`${what} (account ${stack.accountId}, Region ${stack.region}, ${stack.status}), if it began now:`, this.screen.width);
  }

  private disconnections(): string[] {
    const planned = this.plan.resources.filter((resource) => resource.resourceType === SOURCE_SERVER_DISCONNECTION);
    const neverCreated = planned.filter(({ sourceServer }) => !sourceServer);
    return [
      this.servers(planned.flatMap(({ sourceServer }) => sourceServer ?? [])),
      ...neverCreated.map((resource) => this.headline(`Disconnection ${resource.logicalId}`, resource)),
    ];
  }

  private fleets(): string[] {
    const planned = this.plan.resources.filter((resource) => resource.resourceType === FLEET_DISCONNECTION);
    return planned.map((fleet) => {
      const { logicalId, selection, sourceServers } = fleet;
      const selected = selection === undefined ? '' : `${sourceServers.length} at this moment: ${String(selection)}`;
      return [this.headline(`Fleet ${logicalId}`, fleet), wrap(selected, this.screen.width), this.servers(sourceServers)]
        .filter(Boolean)
        .join('\n');
    });
  }

  private drains(): string[] {
    const planned = this.plan.resources.filter((resource) => resource.resourceType === STAGING_AREA_DRAIN);
    return planned.map((drain) => this.headline(`Drain ${drain.logicalId}${drain.vpcId === undefined ? '' : ` of ${drain.vpcId}`}`, drain));
  }

  private headline(name: string, outcome: Outcome): string {
    return wrap(`${this.colours.bold(name)}: ${this.outcome(outcome)}`, this.screen.width);
  }

  private servers(servers: readonly PlannedServer[]): string {
    const { accountId, region } = this.plan.stack;
    const isElsewhere = servers.some((server) => server.accountId !== accountId || server.region !== region);
    const rows = servers.map((server) => ({
      'Source server': server.sourceServerId,
      ...(isElsewhere && { 'Account, Region': `${server.accountId} ${server.region}` }),
      Hostname: orDash(server.hostname),
      State: orDash(server.replicationState),
      Lag: lagOf(server),
      'Recovery instances': instancesOf(server.recoveryInstances),
      'What happens': this.outcome(server),
    }));
    const { width } = this.screen;
    return rows.length === 0 ? '' : layOut(rows, { width, whole: ['Source server', 'Lag'], header: this.colours.dim });
  }

  private outcome(outcome: Outcome): string {
    const { verdict, reason } = outcome;
    const told = isLong(outcome) ? 'see below' : String(reason);
    return `${this.paint(verdict)(LABELS[verdict])}${told && `: ${told}`}`;
  }

  private details(): string[] {
    const checked = this.plan.resources.flatMap((resource): [string, Outcome][] => {
      const { logicalId } = resource;
      const of = (server: PlannedServer): [string, Outcome] => [`${this.nameOf(server)}, declared by ${logicalId}`, server];
      switch (resource.resourceType) {
        case SOURCE_SERVER_DISCONNECTION:
          return resource.sourceServer ? [of(resource.sourceServer)] : [];
        case FLEET_DISCONNECTION:
          return [[logicalId, resource], ...resource.sourceServers.map(of)];
        default:
          return [[logicalId, resource]];
      }
    });
    return checked
      .filter(([, outcome]) => isLong(outcome))
      .map(([name, { verdict, reason }]) => {
        const title = `${this.colours.bold(name)}: ${this.paint(verdict)(LABELS[verdict])}`;
        return `${wrap(title, this.screen.width)}\n${this.paragraph(reason, String, '  ')}`;
      });
  }

  /** Commands are for the account of the server. */
  private nameOf({ sourceServerId, hostname, accountId }: PlannedServer): string {
    const inAccount = accountId === this.plan.stack.accountId ? '' : ` in account ${accountId}`;
    return `${sourceServerId}${hostname === UNKNOWN ? '' : ` (${hostname})`}${inAccount}`;
  }

  private paragraph(text: Message, style: (line: string) => string = String, indent = ''): string {
    const { width } = this.screen;
    return withCommands(text, { width, indent, text: style, command: this.colours.cyan });
  }

  private summary(): string {
    const { clear, counts } = this.plan;
    const servers = Object.entries(counts).map(([verdict, count]) => `${count} ${LABELS[verdict as PlanVerdict]}`);
    const told = servers.length > 0 ? `Source servers: ${servers.join(', ')}. ` : '';
    const { green, red } = this.colours;
    return wrap(told + (clear ? green('Nothing is in the way.') : red('Something is in the way, or can not be told.')), this.screen.width);
  }

  private paint(verdict: PlanVerdict): (text: string) => string {
    const { red, yellow, green } = this.colours;
    return verdict === 'blocked' || verdict === 'unknown' ? red : verdict === 'nothing' || verdict === 'keep' ? green : yellow;
  }
}

function isLong({ reason, commands }: Outcome): boolean {
  const told = String(reason);
  // A cell may be broken inside of a word, and a line that begins with :: is an order to GitHub.
  return commands.length > 0 || told.length > LONGEST_CELL || told.includes('::');
}

function orDash(text: string): string {
  return text === UNKNOWN ? '-' : text;
}

/** DRS writes PT1M30S, people 1m 30s. */
function lagOf({ lag }: PlannedServer): string {
  return (lag.toLowerCase().match(/\d+[a-z]/g) ?? []).join(' ') || '-';
}

function instancesOf(instances: readonly PlannedRecoveryInstance[]): string {
  const drills = instances.filter(({ isDrill }) => isDrill === true).length;
  const real = instances.length - drills;
  return [drills > 0 ? pluralize(drills, 'drill') : '', real > 0 ? `${real} real` : ''].filter(Boolean).join(', ') || '-';
}
