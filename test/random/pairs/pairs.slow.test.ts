import { unknowns, type Unknowns } from '../../../emulator/settings';
import { type Columns, coveringArray, type Row } from './covering-array';
import { genuine, type Genuine, type Kept, others } from './deletions';
import { playRow } from './play-row';

// On a busy machine it may take a while.
jest.setTimeout(3_600_000);

const values = Object.fromEntries(Object.entries(unknowns).map(([name, unknown]) => [name, unknown.values])) as Columns;
const kinds = Array.from({ length: Math.max(genuine.length, others.length) }, (_, index) => index);
const columns = { ...values, kind: kinds };
const table = coveringArray(columns);

test('any two values of any two settings stand together in a row, and each value with each kind of deletion', () => {
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const together = (name: string, value: unknown, other: string, second: unknown) =>
    table.some((row: Row<Columns>) => Object.is(row[name], value) && Object.is(row[other], second));
  const missing = names.flatMap((name, index) =>
    names
      .slice(index + 1)
      .flatMap((other) =>
        columns[name].flatMap((value) =>
          columns[other].filter((second) => !together(name, value, other, second)).map((second) => [name, value, other, second]),
        ),
      ),
  );
  expect(missing).toEqual([]);
});

const rows = table.map(({ kind, ...settings }, index): [number, Partial<Unknowns>, Genuine, Kept] => [
  index,
  settings as Partial<Unknowns>,
  genuine[Number(kind) % genuine.length],
  others[Number(kind) % others.length],
]);

test.each(rows)('row %i', async (_index, settings, deletion, other) => {
  const faults = await playRow(settings, deletion, other);
  expect({ faults, settings, deletion: deletion.what, other: other.what }).toEqual({
    faults: [],
    settings,
    deletion: deletion.what,
    other: other.what,
  });
});
