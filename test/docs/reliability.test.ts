import { readFileSync } from 'node:fs';
import { unknowns } from '../../emulator/settings';
import { cellsOf, rowsUnder } from './markdown';

test('each unknown of AWS has its row in reliability.md, and each row its unknown', () => {
  const rows = rowsUnder(readFileSync('docs/reliability.md', 'utf8'), 'Unknown of AWS').map(cellsOf);
  const expected = Object.entries(unknowns).map(([name, { what, likely, values }]) => [
    what,
    `\`${name}\``,
    `\`${likely}\``,
    values.map((value) => `\`${value}\``).join(', '),
  ]);
  expect(rows).toEqual(expected);
});
