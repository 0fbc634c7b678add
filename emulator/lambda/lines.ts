import { Readable } from 'node:stream';

/** Calls back with each line. Returns a function that calls back with what is left over when nothing more will come. */
export function forEachLine(stream: Readable, callback: (line: string) => void): () => void {
  let unfinished = '';
  // The runtime client writes the line breaks inside one console.log as carriage returns.
  const report = (line: string): void => callback(line.replaceAll('\r', '\n'));
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop() ?? '';
    lines.forEach(report);
  });
  return () => {
    if (unfinished !== '') report(unfinished);
    unfinished = '';
  };
}
