import { readFileSync } from 'node:fs';
import { answers } from './answers';
import { deletions } from './deletions';
import type { Mutant } from './mutant';
import { protocol } from './protocol';
import { requests } from './requests';

/** A mutant, and what it breaks. */
export interface ListedMutant extends Mutant {
  readonly row: string;
}

export const mutants: readonly ListedMutant[] = [deletions, requests, answers, protocol].flatMap((table) =>
  Object.entries(table).flatMap(([row, ofRow]) => ofRow.map((mutant) => ({ row, ...mutant }))),
);

/** The rows of the README's tables that have no mutant, the mutants' rows that it does not have, and the rules without a mutant. */
export function mismatches(readme = readFileSync('README.md', 'utf8')): string[] {
  return [
    ...compare(
      Object.keys(deletions),
      rowsOf(readme, 'What happened', ([what]) => what),
    ),
    ...compare(
      Object.keys(requests),
      rowsOf(readme, 'Request', ([request, situation]) => `${request}: ${situation}`),
    ),
    ...compare(
      Object.keys(answers),
      rowsOf(readme, 'DRS says to the disconnect', ([says]) => says),
    ),
    ...Object.entries({ ...deletions, ...requests, ...answers, ...protocol })
      .filter(([, ofRow]) => ofRow.length === 0)
      .map(([row]) => `no mutant breaks: ${row}`),
  ];
}

function compare(listed: readonly string[], rows: readonly string[]): string[] {
  return [
    ...rows.filter((row) => !listed.includes(row)).map((row) => `no mutant breaks the README's row: ${row}`),
    ...listed.filter((row) => !rows.includes(row)).map((row) => `the README has no row: ${row}`),
  ];
}

/** The rows of the table whose header begins with this cell. */
function rowsOf(readme: string, header: string, nameOf: (cells: string[]) => string): string[] {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => cellsOf(line)[0] === header);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  if (start < 0 || length < 3) {
    throw new Error(`The README has no table '${header}'.`);
  }
  return lines.slice(start + 2, start + length).map((line) => nameOf(cellsOf(line)));
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
