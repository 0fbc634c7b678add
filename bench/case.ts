/** What is measured side by side: peers and ours, one run of each after the other, again and again. */
export interface Case {
  /** Its name on the command line. */
  readonly name: string;
  /** What is measured, in a line. */
  readonly about: string;
  /** How often each contestant runs: 25 counted runs after 3 to warm up, unless told. */
  readonly runs?: number;
  readonly warmUps?: number;
  prepare(): Promise<Contest>;
}

export interface Contest {
  readonly contestants: readonly Contestant[];
  /** Leaves no process, port or file behind. */
  stop?(): Promise<void>;
}

export interface Contestant {
  /** Ours is `cdk-drs`: each other one of the group is compared with it. */
  readonly name: string;
  /** Where a case measures in several situations: the one that this is. */
  readonly group?: string;
  run(): Promise<Measures>;
}

/** What was measured in a run, by name and unit, such as `ms` or `peak MB`. */
export type Measures = Readonly<Record<string, number>>;

/** The contestant that the others are compared with. */
export const OURS = 'cdk-drs';
