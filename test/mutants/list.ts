import { readFileSync } from 'node:fs';
import { cellsOf, rowsUnder } from '../docs/markdown';
import { answers } from './answers';
import { deletions } from './deletions';
import { drain, drainFindings } from './drain';
import { fleetRequests, fleetRules, selectedServers } from './fleets';
import type { Mutant, Mutants } from './mutant';
import { physicalIdRules } from './physical-ids';
import { protocol } from './protocol';
import { receivedRequests } from './received-requests';
import { records } from './records';
import { recoveryInstances } from './recovery-instances';
import { requests } from './requests';
import { roles } from './roles';

/** A mutant, and what it breaks. */
export interface ListedMutant extends Mutant {
  readonly row: string;
}

/** The tables of docs/rules.md: the header that each begins with, how many of its cells name a row, and the mutants of its rows. */
const tables: readonly { readonly header: string; readonly cells: number; readonly mutants: Mutants }[] = [
  { header: 'What happened', cells: 1, mutants: deletions },
  { header: 'A request, as it comes in', cells: 1, mutants: receivedRequests },
  { header: 'Request', cells: 2, mutants: requests },
  { header: 'DRS says to the disconnect', cells: 1, mutants: answers },
  { header: 'A conflict, and the server has', cells: 1, mutants: recoveryInstances },
  { header: 'The server, or what DRS says to the deletion of its record', cells: 1, mutants: records },
  { header: 'Fleet: request', cells: 2, mutants: fleetRequests },
  { header: 'Fleet: a selected server', cells: 1, mutants: selectedServers },
  { header: 'The drain finds', cells: 1, mutants: drainFindings },
];

/** Rules that no table has. */
const rules: Readonly<Record<string, Mutants>> = {
  Protocol: protocol,
  Roles: roles,
  Fleet: fleetRules,
  Drain: drain,
  'Physical IDs': physicalIdRules,
};

export const mutants: readonly ListedMutant[] = [
  ...tables.flatMap(({ header, mutants }) => listed(header, mutants)),
  ...Object.entries(rules).flatMap(([name, mutants]) => listed(name, mutants)),
];

function listed(name: string, table: Mutants): ListedMutant[] {
  return Object.entries(table).flatMap(([row, ofRow]) => ofRow.map((mutant) => ({ row: `${name}: ${row}`, ...mutant })));
}

/** The rows of the tables that have no mutant, the mutants' rows that are in no table, and the rules without a mutant. */
export function mismatches(document = readFileSync('docs/rules.md', 'utf8')): string[] {
  return [
    ...tables.flatMap(({ header, cells, mutants }) => compare(Object.keys(mutants), rowsOf(document, header, cells))),
    ...[...tables.map(({ mutants }) => mutants), ...Object.values(rules)]
      .flatMap((table) => Object.entries(table))
      .filter(([, ofRow]) => ofRow.length === 0)
      .map(([row]) => `no mutant breaks: ${row}`),
  ];
}

function compare(listed: readonly string[], rows: readonly string[]): string[] {
  return [
    ...rows.filter((row) => !listed.includes(row)).map((row) => `no mutant breaks the row: ${row}`),
    ...listed.filter((row) => !rows.includes(row)).map((row) => `docs/rules.md has no row: ${row}`),
  ];
}

/** The rows of the table whose header begins with this cell, each named by its first cells. */
function rowsOf(document: string, header: string, cells: number): string[] {
  return rowsUnder(document, header).map((row) => cellsOf(row).slice(0, cells).join(': '));
}
