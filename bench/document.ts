import * as fs from 'node:fs';
import * as path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { OURS } from './case';
import type { Result, Row } from './measure';
import { ROOT } from './paths';
import { number, ratioOf } from './table';

const DOCUMENT = path.join(ROOT, 'docs', 'benchmarks.md');

/** So many characters has the longest bar of a chart. */
const LONGEST = 30;

/** Puts the results into docs/benchmarks.md, each between the comments that name its case: `<!-- bench: NAME -->` and `<!-- /bench: NAME -->`. */
export async function publish(results: readonly Result[]): Promise<void> {
  const written = results.reduce(replaced, fs.readFileSync(DOCUMENT, 'utf8'));
  fs.writeFileSync(DOCUMENT, await format(written, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
}

function replaced(document: string, result: Result): string {
  const [begin, end] = [`<!-- bench: ${result.case} -->`, `<!-- /bench: ${result.case} -->`];
  const [before, old, after] = [document.split(begin)[0], document.split(begin)[1]?.split(end)[0], document.split(end)[1]];
  if (before === undefined || old === undefined || after === undefined) {
    throw new Error(`docs/benchmarks.md has no place for the case ${result.case}: ${begin} and ${end}.`);
  }
  return `${before}${begin}\n\n${section(result)}\n\n${end}${after}`;
}

function section({ date, node, processor, rows }: Result): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const runs = Math.max(...rows.map((row) => row.runs));
  const when = `${date.slice(0, 10)}, Node ${node}, ${processor}${runs > 1 ? `, medians of ${runs} runs` : ''}.`;
  return [when, ...groups.map((group) => groupTable(group, rows))].join('\n\n');
}

/** A row for each contestant: what was measured, ours as a multiple of it, and a bar for the first measure. */
function groupTable(group: string, all: readonly Row[]): string {
  const rows = all.filter((row) => row.group === group);
  const measures = [...new Set(rows.map(({ measure }) => measure))];
  const contestants = [...new Set(rows.map(({ contestant }) => contestant))];
  const longest = Math.max(...rows.filter(({ measure }) => measure === measures[0]).map(({ median }) => median));
  // Where nothing of ours competes, there is nothing to compare.
  const isContest = contestants.includes(OURS);
  const header = [group, ...measures.flatMap((measure) => (isContest ? [measure, `${OURS} ÷ it`] : [measure])), measures[0] ?? ''];
  const lines = contestants.map((contestant) => {
    const own = measures.map((measure) => rows.find((row) => row.contestant === contestant && row.measure === measure));
    const cells = own.flatMap((row) => (isContest ? [median(row), ratio(row, rows)] : [median(row)]));
    return [contestant, ...cells, '█'.repeat(Math.max(1, Math.round((LONGEST * (own[0]?.median ?? 0)) / longest)))];
  });
  const alignment = ['---', ...header.slice(2).map(() => '--:'), '---'];
  return [header, alignment, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function median(row: Row | undefined): string {
  return row ? number(row.median) : '';
}

function ratio(row: Row | undefined, rows: readonly Row[]): string {
  return row && row.contestant !== OURS ? (ratioOf(row, rows)?.toFixed(2) ?? '') : '';
}
