import stringWidth from 'string-width';

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

/** A text whose commands, between backticks, each stand on a line of their own: unbroken, to be copied. */
export function withCommands(content: string, { width, indent, text, command }: Style): string {
  const lines = content.split('`').map((part, index) => {
    // Odd ones stood between backticks. A full stop or a comma after a command would be copied with it.
    const words = index === 0 ? part : part.replace(/^[.,;:]+(?=\s|$)/, '');
    return index % 2 === 1 ? `${indent}  ${command(part)}` : text(wrap(words, width, indent));
  });
  return lines.filter((line) => line.trim() !== '').join('\n');
}

/** What others wrote, such as a hostname, must not move the cursor. */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
