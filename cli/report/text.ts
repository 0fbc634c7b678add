import stringWidth from 'string-width';
import { Command, type Message } from '../../lambda/aws/message';

/** Breaks a text into lines of a width, between words. A longer word has a line of its own. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && stringWidth(indent + longer) <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines.map((line) => indent + line).join('\n');
}

interface Style {
  readonly width: number;
  readonly indent: string;
  readonly text: (line: string) => string;
  readonly command: (command: string) => string;
}

/** A message whose commands each stand on a line of their own: unbroken, to be copied. */
export function withCommands({ parts }: Message, { width, indent, text, command }: Style): string {
  const runs: (string | Command)[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    runs.push(typeof part === 'string' && typeof last === 'string' ? String(runs.pop()) + part : part);
  }
  const lines = runs.map((run, index) => {
    if (run instanceof Command) {
      return `${indent}  ${command(run.toJSON())}`;
    }
    // A full stop or a comma after a command would be copied with it.
    return text(wrap(index === 0 ? run : run.replace(/^[.,;:]+(?=\s|$)/, ''), width, indent));
  });
  return lines.filter((line) => line.trim() !== '').join('\n');
}
