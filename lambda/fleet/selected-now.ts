import type { Drs } from '../aws/drs';
import type { Selection } from './selection';

/** Ends the work on a server that is selected no more. */
export class NoLongerSelected extends Error {}

/** A look at several servers that is to begin, and what it will find. */
interface Look {
  readonly ids: string[];
  readonly selected: Promise<ReadonlySet<string>>;
}

/**
 * Looks at servers right before their turn: whoever was listed may have lost the tags since. One look at a time; whose turn comes meanwhile is in the next one,
 * so that no answer is older than the turn, and as few requests as possible are made.
 */
export class SelectedNow {
  private last: Promise<unknown> = Promise.resolve();
  private next?: Look;

  constructor(
    private readonly drs: Drs,
    private readonly selection: Selection,
  ) {}

  /** Whether the server is there, and still carries the tags. */
  private async has(id: string): Promise<boolean> {
    if (this.selection.tags === undefined) {
      return true;
    }
    const next = (this.next ??= this.plan());
    next.ids.push(id);
    return (await next.selected).has(id);
  }

  /** @throws NoLongerSelected if it is not, or not there */
  async confirm(id: string): Promise<void> {
    if (!(await this.has(id))) {
      throw new NoLongerSelected(id);
    }
  }

  private plan(): Look {
    const ids: string[] = [];
    const selected = this.last.then(() => this.look(ids));
    this.last = selected.catch(() => undefined);
    return { ids, selected };
  }

  private async look(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const servers = await this.drs.findSourceServers(() => {
      // Until it is sent, others may join.
      this.next = this.next?.ids === ids ? undefined : this.next;
      return ids;
    });
    return new Set(servers.filter((server) => this.selection.matches(server)).map(({ sourceServerID = '' }) => sourceServerID));
  }
}
