import type { Case, Contestant } from './case';

/** What came of a case: a row for each contestant and measure. */
export interface Result {
  readonly case: string;
  readonly about: string;
  readonly date: string;
  readonly node: string;
  readonly processor: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly group: string;
  readonly contestant: string;
  readonly measure: string;
  readonly runs: number;
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

type Samples = Map<Contestant, Map<string, number[]>>;

/** Runs the contestants in turn, so that a machine that is busy for a while is so for all of them; who begins changes from round to round. */
export async function measure(one: Case, tell: (round: number, of: number) => void): Promise<Row[]> {
  const { runs = 25, warmUps = 3 } = one;
  const contest = await one.prepare();
  const { contestants } = contest;
  const samples: Samples = new Map(contestants.map((contestant) => [contestant, new Map<string, number[]>()]));
  try {
    for (let round = 0; round < warmUps + runs; round++) {
      tell(round + 1, warmUps + runs);
      const first = round % contestants.length;
      for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
        const measures = await contestant.run();
        if (round >= warmUps) keep(samples, contestant, measures);
      }
    }
  } finally {
    await contest.stop?.();
  }
  return contestants.flatMap((contestant) => rowsOf(contestant, samples));
}

function keep(samples: Samples, contestant: Contestant, measures: Readonly<Record<string, number>>): void {
  const kept = samples.get(contestant);
  for (const [name, value] of Object.entries(measures)) kept?.set(name, [...(kept.get(name) ?? []), value]);
}

function rowsOf(contestant: Contestant, samples: Samples): Row[] {
  return Array.from(samples.get(contestant) ?? [], ([name, values]) => ({
    group: contestant.group ?? '',
    contestant: contestant.name,
    measure: name,
    runs: values.length,
    median: median(values),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
