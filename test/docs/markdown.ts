import { execFileSync } from 'node:child_process';

/** Every document of the repository, tracked or about to be. */
export function documents(): string[] {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { encoding: 'utf8' });
  return listing.trimEnd().split('\n');
}

/** The rows, without the header, of all tables whose header begins with this cell. */
export function rowsUnder(document: string, header: string): string[] {
  const lines = document.split('\n');
  const starts = lines.flatMap((line, index) => (cellsOf(line)[0] === header ? [index + 2] : []));
  if (starts.length === 0) {
    throw new Error(`There is no table '${header}'.`);
  }
  return starts.flatMap((start) => {
    const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
    return lines.slice(start, length < 0 ? undefined : start + length);
  });
}

export function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
