import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import { wrap } from './text';

/** The gap between two columns. */
const GAP = 2;
/** Columns are made no narrower; the last one holds sentences, with IDs in them. */
const NARROWEST = 9;
const NARROWEST_LAST = 20;

interface Layout {
  readonly width: number;
  /** The columns that are never wrapped. */
  readonly whole: readonly string[];
  /** How the header looks, which is the names of a row's cells. */
  readonly header: (name: string) => string;
}

/** A table as wide as the screen at most: what doesn't fit is wrapped, at the expense of the widest columns, and nothing is cut off. */
export function layOut(rows: readonly Readonly<Record<string, string>>[], { width, whole, header }: Layout): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names.map(header), ...rows.map((row) => names.map((name) => row[name]))];
  const columns = names.map((name, column) => {
    const natural = Math.max(...lines.map((line) => stringWidth(line[column])));
    const narrowest = whole.includes(name) ? natural : column === names.length - 1 ? NARROWEST_LAST : NARROWEST;
    return { natural, narrowest };
  });
  const widths = fitted(columns, width - GAP * (names.length - 1));
  if (!widths) {
    return rows.map((row) => names.map((name) => wrap(`${header(name)}: ${row[name]}`, width)).join('\n')).join('\n\n');
  }
  const drawn = table(lines, {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: GAP, wrapWord: true },
    columns: widths.map((one) => ({ width: one })),
    drawHorizontalLine: () => false,
  });
  return drawn.replace(/ +$/gm, '').trimEnd();
}

interface Column {
  readonly natural: number;
  readonly narrowest: number;
}

/** Takes from the widest of those that may be narrower, until all fit; undefined if they can't. */
function fitted(columns: readonly Column[], available: number): number[] | undefined {
  const widths = columns.map(({ natural }) => natural);
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - available; excess > 0; excess--) {
    const spare = widths.map((width, column) => (width > columns[column].narrowest ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) {
      return undefined;
    }
    widths[spare.indexOf(widest)]--;
  }
  return widths;
}
