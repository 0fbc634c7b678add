/** The values that each column may take, by the column's name. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

/** A value for each column. */
export type Row<C extends Columns> = { readonly [Name in keyof C]: C[Name][number] };

/**
 * Rows such that any two values of any two columns stand together in one of them at least. Always the same rows for the same columns:
 * each begins with the first pair that is still missing, and each further column takes the value that adds most pairs.
 */
export function coveringArray<C extends Columns>(columns: C): Row<C>[] {
  const names = Object.keys(columns).sort((one, other) => columns[other].length - columns[one].length || (one < other ? -1 : 1));
  const missing = new Set(pairsOf(columns, names));
  const rows: Row<C>[] = [];
  while (missing.size > 0) {
    const [pair] = missing;
    const chosen = new Map(JSON.parse(pair) as [string, number][]);
    for (const name of names.filter((one) => !chosen.has(one))) {
      const gains = columns[name].map((_, value) => pairsWith(chosen, [name, value]).filter((one) => missing.has(one)).length);
      // Where several add as much, each has its turn.
      const turns = gains.map((_, index) => (index + rows.length) % gains.length);
      chosen.set(
        name,
        turns.reduce((best, value) => (gains[value] > gains[best] ? value : best)),
      );
    }
    for (const entry of chosen) {
      pairsWith(chosen, entry).forEach((one) => missing.delete(one));
    }
    rows.push(Object.fromEntries([...chosen].map(([name, value]) => [name, columns[name][value]])) as Row<C>);
  }
  return rows;
}

/** All that have to stand together once. */
function pairsOf(columns: Columns, names: readonly string[]): string[] {
  return names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .flatMap((other) => columns[one].flatMap((_, value) => columns[other].map((__, second) => pairOf([one, value], [other, second])))),
  );
}

/** Those that a value of a column makes with what is chosen in the others. */
function pairsWith(chosen: ReadonlyMap<string, number>, entry: readonly [string, number]): string[] {
  return [...chosen].filter(([name]) => name !== entry[0]).map((other) => pairOf(entry, other));
}

function pairOf(...pair: (readonly [string, number])[]): string {
  return JSON.stringify(pair.sort(([one], [other]) => (one < other ? -1 : 1)));
}
