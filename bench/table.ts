import { OURS } from './case';
import type { Result, Row } from './measure';

/** The result for a terminal: what was measured, and how ours compares. */
export function table({ case: name, about, rows }: Result): string {
  const lines = rows.map((row) => [
    row.group,
    row.measure,
    row.contestant,
    number(row.median),
    number(row.minimum),
    number(row.maximum),
    ratio(row, rows),
  ]);
  const header = ['', 'measure', 'contestant', 'median', 'minimum', 'maximum', 'ours is × it'];
  return `${name}: ${about}\n\n${align([header, ...sorted(lines)])}\n`;
}

/** Ours, as a multiple of this: below one is faster, or smaller. */
export function ratioOf(row: Row, rows: readonly Row[]): number | undefined {
  const ours = rows.find(({ group, measure, contestant }) => group === row.group && measure === row.measure && contestant === OURS);
  return ours && ours.median / row.median;
}

function ratio(row: Row, rows: readonly Row[]): string {
  return row.contestant === OURS ? '' : (ratioOf(row, rows)?.toFixed(2) ?? '');
}

/** By group and measure, each in the order in which it came first. */
function sorted(lines: string[][]): string[][] {
  const keys = [...new Set(lines.map(([group, measure]) => `${group}\n${measure}`))];
  const groups = [...new Set(lines.map(([group]) => group))];
  const rank = ([group = '', measure = '']: string[]) => groups.indexOf(group) * keys.length + keys.indexOf(`${group}\n${measure}`);
  return [...lines].sort((one, other) => rank(one) - rank(other));
}

export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

function align(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number) => column < 3;
  return lines
    .map((line) => line.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))))
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}
