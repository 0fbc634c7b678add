import type { Project } from './cdk';

/** Where the steps are played: an account, and what in it may be disconnected. The environment of this process leads there. */
export interface World {
  readonly project: Project;
  readonly accountId: string;
  readonly region: string;
  /** Source servers that the landing zone names, and that the steps disconnect. */
  readonly named: readonly string[];
  /** What else the context of the landing zone says. */
  readonly context: Readonly<Record<string, string>>;
}
