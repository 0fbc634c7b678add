import {
  DeleteRecoveryInstanceCommand,
  DeleteSourceServerCommand,
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  type Job,
  type RecoveryInstance,
  type SourceServer,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import { clientConfiguration, type Credentials } from './client-configuration';
import { isOfKind } from './errors';
import type { RateLimiter } from './rate-limiter';
import { isNamed, listIn, mayBeDone, type Patience, retry } from './retry';
import type { Principal, Reach, RoleSession } from './role';
import type { StackIdentity } from './stack-id';

/** For which stack DRS is called, and how a role is assumed for that. */
export interface DrsCaller {
  readonly stack: StackIdentity;
  readonly assumeRole: AssumeRole;
  readonly signal: AbortSignal;
}

export type AssumeRole = (
  stack: StackIdentity,
  roleArn: string,
  patience: Patience,
  session: RoleSession,
  reach: Reach,
) => Promise<Credentials>;

/** How many calls are made at once, and how long after the deadline throttling is waited for. */
interface Pace {
  readonly rateLimiter?: RateLimiter;
  /** In milliseconds since 1970; the deadline unless told. */
  readonly throttledUntil?: number;
}

/** How long it goes on after a throttling that outlasted the deadline, in milliseconds. */
const AFTER_THROTTLING = 60_000;

/** The calls that are made to DRS in one Region, each one repeated until it is answered or the deadline comes. */
export class Drs {
  /**
   * DRS in the Region of the servers, as the role or, without one, as the function itself.
   *
   * @throws Failure if the role can't be assumed
   */
  static async open(
    { stack, assumeRole, signal }: DrsCaller,
    reach: Reach,
    { assumeRoleArn: roleArn, session = {} }: Principal,
    deadline: number,
    { rateLimiter, throttledUntil = deadline }: Pace = {},
  ): Promise<Drs> {
    const patience = { deadline, throttledUntil, signal };
    const credentials = roleArn === undefined ? undefined : await assumeRole(stack, roleArn, patience, session, reach);
    const role = roleArn === undefined ? undefined : `the role ${roleArn}`;
    return new Drs(
      new DrsClient(clientConfiguration(stack, reach.region, credentials)),
      role,
      deadline,
      signal,
      throttledUntil,
      rateLimiter,
    );
  }

  private constructor(
    private readonly client: DrsClient,
    private readonly role: string | undefined,
    /** When it gives up, in milliseconds since 1970. */
    public deadline: number,
    readonly signal: AbortSignal,
    private readonly throttledUntil: number,
    private readonly rateLimiter: RateLimiter | undefined,
    /** The actions that stayed denied. */
    private readonly denied = new Set<string>(),
    /** Whether nothing but a throttling is waited for. */
    readonly asksOnce = false,
  ) {}

  /** The same, but it gives up earlier, or even asks once only. */
  until(deadline: number, asksOnce: boolean): Drs {
    const earlier = Math.min(deadline, this.deadline);
    return new Drs(this.client, this.role, earlier, this.signal, earlier, this.rateLimiter, this.denied, asksOnce);
  }

  /** The source server as it is after the disconnect. */
  disconnectSourceServer(sourceServerID: string): Promise<SourceServer> {
    const command = new DisconnectSourceServerCommand({ sourceServerID });
    return this.call('drs:DisconnectSourceServer', (abortSignal) => this.client.send(command, { abortSignal }));
  }

  /** The source server, or undefined if there is none. */
  async findSourceServer(sourceServerID: string): Promise<SourceServer | undefined> {
    return (await this.findSourceServers(() => [sourceServerID])).find((server) => server.sourceServerID === sourceServerID);
  }

  /** Those that there are of these source servers, of which DRS takes no more than 200 in a request. `ids` is called when a request is sent: it may have waited for its turn. */
  findSourceServers(ids: () => readonly string[]): Promise<SourceServer[]> {
    return this.all('drs:DescribeSourceServers', async (nextToken, abortSignal) => {
      const command = new DescribeSourceServersCommand({ filters: { sourceServerIDs: [...ids()] }, nextToken });
      return this.client.send(command, { abortSignal });
    });
  }

  /** The recovery instances of the source server, drills and real ones; and those of which DRS doesn't tell whose they are. */
  async recoveryInstancesOf(sourceServerID: string): Promise<RecoveryInstance[]> {
    const found = await this.all('drs:DescribeRecoveryInstances', async (nextToken, abortSignal) => {
      const command = new DescribeRecoveryInstancesCommand({ filters: { sourceServerIDs: [sourceServerID] }, nextToken });
      return this.client.send(command, { abortSignal });
    });
    return found.filter((instance) => (instance.sourceServerID ?? sourceServerID) === sourceServerID);
  }

  /** Ends DRS's hold on the instance; its EC2 instance runs on, unprotected. */
  async disconnectRecoveryInstance(recoveryInstanceID: string): Promise<void> {
    const command = new DisconnectRecoveryInstanceCommand({ recoveryInstanceID });
    await this.call('drs:DisconnectRecoveryInstance', (abortSignal) => this.client.send(command, { abortSignal }));
  }

  /** Deletes the record of an instance that is disconnected. */
  async deleteRecoveryInstance(recoveryInstanceID: string): Promise<void> {
    const command = new DeleteRecoveryInstanceCommand({ recoveryInstanceID });
    await this.call('drs:DeleteRecoveryInstance', (abortSignal) => this.client.send(command, { abortSignal }));
  }

  /** Terminates the EC2 instances, for which DRS uses the caller's own permissions; returns the ID of the job that does it. */
  async terminateRecoveryInstances(recoveryInstanceIDs: string[]): Promise<string | undefined> {
    const command = new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs });
    const { job } = await this.call('drs:TerminateRecoveryInstances', (abortSignal) => this.client.send(command, { abortSignal }));
    return job?.jobID;
  }

  /** The job, or undefined if it is not, or not yet, to be seen. */
  async findJob(jobID: string): Promise<Job | undefined> {
    const found = await this.all('drs:DescribeJobs', async (nextToken, abortSignal) => {
      const command = new DescribeJobsCommand({ filters: { jobIDs: [jobID] }, nextToken });
      return this.client.send(command, { abortSignal });
    });
    return found.find((job) => job.jobID === jobID);
  }

  /**
   * Deletes the record of a source server that is disconnected, or extended from another account. A try whose answer was lost may have done it:
   * then its tags are gone, too, and a policy that asks for them denies the next try.
   */
  async deleteSourceServer(sourceServerID: string): Promise<void> {
    const command = new DeleteSourceServerCommand({ sourceServerID });
    await this.call('drs:DeleteSourceServer', async (abortSignal) => {
      try {
        await this.client.send(command, { abortSignal });
      } catch (error) {
        if (!mayBeDone(error) || (await this.isThere(sourceServerID))) {
          throw error;
        }
      }
    });
  }

  /** Whether DRS has the source server, or may have it. */
  private isThere(sourceServerID: string): Promise<boolean> {
    return this.findSourceServer(sourceServerID).then(
      (found) => found !== undefined,
      () => true,
    );
  }

  /** What `pick` makes of each source server of the account and Region; nothing else of them is kept, since there may be thousands. */
  async pickSourceServers<T>(pick: (server: SourceServer) => T | undefined): Promise<T[]> {
    const picked: T[] = [];
    const pages = this.pages('drs:DescribeSourceServers', (nextToken, abortSignal) =>
      this.client.send(new DescribeSourceServersCommand({ nextToken }), { abortSignal }),
    );
    for await (const page of pages) {
      picked.push(...page.map(pick).filter((one) => one !== undefined));
    }
    return picked;
  }

  private async all<T>(action: string, page: PageCall<T>): Promise<T[]> {
    const items: T[] = [];
    for await (const more of this.pages(action, page)) {
      items.push(...more);
    }
    return items;
  }

  /** The pages of a describe. In an account that never used DRS in the Region there is none; after a page, that can't be. */
  private async *pages<T>(action: string, page: PageCall<T>): AsyncGenerator<T[]> {
    let nextToken: string | undefined;
    try {
      do {
        const answer = await this.call(action, async (abortSignal) => {
          const { items, ...rest } = await page(nextToken, abortSignal);
          return { items: listIn(items), ...rest };
        });
        yield answer.items;
        nextToken = answer.nextToken;
      } while (nextToken);
    } catch (error) {
      if (nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')) {
        throw error;
      }
    }
  }

  private async call<T>(action: string, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const { deadline, throttledUntil, signal, role, rateLimiter, asksOnce } = this;
    let begun = 0;
    const limited = (abortSignal: AbortSignal) => {
      begun = Date.now();
      return rateLimiter ? rateLimiter.run(() => call(abortSignal)) : call(abortSignal);
    };
    try {
      const answer = await retry(action, limited, {
        deadline,
        throttledUntil,
        signal,
        role,
        wasDenied: this.denied.has(action),
        asksOnce,
      });
      if (begun >= deadline) {
        // Only what is throttled is begun so late. What follows from the answer needs a time, too.
        this.deadline = Math.min(throttledUntil, Date.now() + AFTER_THROTTLING);
      }
      return answer;
    } catch (error) {
      if (isOfKind(error, 'denied')) {
        this.denied.add(action);
      }
      throw error;
    }
  }
}

/** What is asked about is gone, or was never there. */
export function isNothingThere(error: unknown): boolean {
  return isNamed(error, 'ResourceNotFoundException', 'UninitializedAccountException');
}

type PageCall<T> = (nextToken: string | undefined, abortSignal: AbortSignal) => Promise<Page<T>>;

interface Page<T> {
  readonly items?: T[];
  readonly nextToken?: string;
}
