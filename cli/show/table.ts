import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';

/** The gap between two columns. */
const GAP = 2;
/** Columns are made no narrower, however narrow the terminal is; the last one holds sentences. */
const NARROWEST = 14;
const NARROWEST_LAST = 26;

/**
 * A table whose header is the keys of its rows. What doesn't fit is wrapped, at the expense of the widest columns: nothing is cut off.
 *
 * `whole` names the columns that are never wrapped.
 */
export function layOut(rows: readonly Readonly<Record<string, string>>[], width: number, whole: readonly string[] = []): string {
  const header = Object.keys(rows[0] ?? {});
  const lines = [header, ...rows.map((row) => header.map((name) => row[name] ?? ''))];
  const columns = header.map((name, column) => {
    const natural = Math.max(...lines.map((line) => stringWidth(line[column] ?? '')));
    const narrowest = whole.includes(name) ? natural : column === header.length - 1 ? NARROWEST_LAST : NARROWEST;
    return { natural, narrowest };
  });
  const drawn = table(lines, {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: GAP, wrapWord: true },
    columns: fitted(columns, width - GAP * header.length).map((one) => ({ width: one })),
    drawHorizontalLine: () => false,
  });
  return drawn.replace(/ +$/gm, '').trimEnd();
}

/** Takes from the widest of those that may be narrower, until all fit. */
function fitted(columns: readonly { readonly natural: number; readonly narrowest: number }[], available: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - available; excess > 0; excess--) {
    const spare = widths.map((width, column) => (width > columns[column].narrowest ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) {
      break;
    }
    widths[spare.indexOf(widest)]--;
  }
  return widths;
}
