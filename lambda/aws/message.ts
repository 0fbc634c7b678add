/** What a message is put together from: a string is taken for text that others wrote. */
export type Told = string | number | undefined | Message;

/** What others wrote is cut to so many bytes, so that our own words still fit into a response. */
const LONGEST_TEXT = 500;

/** So many characters of a name always fit into a response; no host has a longer one. */
const LONGEST_NAME = 255;

/** What a message may quote of a signed request: all of it; what is called a token, in any notation; and what is as long as one, which only the path of a role may be. */
const QUOTED_REQUEST = /The (?:Canonical String|String-to-Sign)[^]*/gi;
const NAMED_SECRET =
  /(?<=(?:token|signature|credential|authorization|bearer|(?<!:)secret(?:[_ ]?access)?(?:[_ ]?key)?)["']?(?:(?:[:=]|%3[AD])["']?|[\s:=]{1,3}["']?(?=[^\s"',]{16})))(?!arn:)[^\s"',]{8,}/gi;
const LONG_AS_SECRET = /(?<![\w+/=%.~-])(?!role\/)[\w+/=%.~-]{257,}/g;
const ACCESS_KEY = /\bA[KS]IA[A-Z\d]{8,}/g;

/** An ID or a name that AWS gave: no shell, and no option of the AWS CLI, reads more into it. */
const ID = /^\w[\w+=,.@-]{0,254}$/;

/** A command to type. */
export class Command {
  constructor(private readonly text: string) {}

  toString(): string {
    return `\`${this.text}\``;
  }

  /** Where commands are listed, they need no backticks. */
  toJSON(): string {
    return this.text;
  }
}

type Part = string | Command;

/** What is said to an operator: text, and commands to type. Nothing that others wrote can pass for a command. */
export class Message {
  constructor(readonly parts: readonly Part[]) {}

  get commands(): readonly Command[] {
    return this.parts.filter((part) => part instanceof Command);
  }

  /** The beginning of one that is longer than so many bytes, without half a character or half a command. */
  cut(longest: number): Message {
    let room = longest;
    const end = this.parts.findIndex((part) => (room -= bytesOf(part)) < 0);
    const last = this.parts[end];
    return last === undefined
      ? this
      : new Message([...this.parts.slice(0, end), last instanceof Command ? '' : beginning(last, room + bytesOf(last)), '…']);
  }

  /** Backticks stand around commands, and nowhere else. */
  toString(): string {
    return this.parts.join('');
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The tag of a message: what stands between the values is ours. */
export function say(words: TemplateStringsArray, ...values: readonly Told[]): Message {
  return new Message(words.flatMap((word, index) => [word, ...(index < values.length ? partsOf(values[index]) : [])]));
}

/** Those that say something, one after the other. */
export function join(told: readonly Told[], separator = ' '): Message {
  const saying = told.filter((one) => String(one ?? '') !== '');
  return new Message(saying.flatMap((one, index) => [index > 0 ? separator : '', ...partsOf(one)]));
}

/** A word of a command that may be any text, such as the name of a profile. */
export interface AnyWord {
  readonly any: string;
}

/**
 * The tag of a command; nothing else makes one. A value is an ID, or a list of them: for what is none stands a question mark, since nobody may type it unread.
 * Any other word is quoted for a POSIX shell.
 */
export function command(words: TemplateStringsArray, ...values: readonly (string | undefined | readonly string[] | AnyWord)[]): Message {
  const typed = values.map((value = '') =>
    typeof value === 'object' && 'any' in value ? quoted(value.any) : [value].flat().map(idOf).join(' '),
  );
  return new Message([new Command(words.flatMap((word, index) => [word, typed[index] ?? '']).join(''))]);
}

function idOf(value: string): string {
  return ID.test(value) ? value : "'?'";
}

function quoted(word: string): string {
  return ID.test(word) || textOf(word) !== word ? idOf(word) : `'${word.replaceAll("'", `'\\''`)}'`;
}

function partsOf(told: Told): readonly Part[] {
  return told instanceof Message ? told.parts : new Message([textOf(String(told))]).cut(LONGEST_TEXT).parts;
}

/** What others wrote, as it may be shown to a person, a terminal and a CI: it moves no cursor, hides nothing, is no command, and tells no secret. */
export function textOf(others: string): string {
  return harmless(others).replaceAll('`', "'");
}

function harmless(others: string): string {
  return (
    others
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(QUOTED_REQUEST, '[cut]')
      .replace(NAMED_SECRET, '[cut]')
      .replace(LONG_AS_SECRET, '[cut]')
      .replace(ACCESS_KEY, '[cut]')
      // Anywhere in a line they are orders to Azure Pipelines, TeamCity and GitHub, even after what stands before; where a word begins, the others to GitHub.
      .replace(/##+/g, '#')
      .replace(/#(?=\w*\[)/g, '# ')
      .replace(/(?<![\w:])::(?=[a-z])/gi, ': :')
  );
}

/** A name that others gave, such as a hostname: neither a template nor a shell reads more into it, and it fits into a response. */
export function nameFrom(others: string): string {
  return harmless(others)
    .replace(/[^\w.-]/gu, '?')
    .slice(0, LONGEST_NAME);
}

/** How many bytes it takes in a response, which is JSON. */
export function bytesOf(text: Part | Message): number {
  return Buffer.byteLength(JSON.stringify(String(text))) - 2;
}

/** The beginning of a text that is longer than so many bytes, without half a character. */
export function beginning(text: string, longest: number): string {
  if (bytesOf(text) <= longest) {
    return text;
  }
  let bytes = 0;
  // No character has less than a byte.
  const characters = Array.from(text.slice(0, longest + 1));
  return characters
    .slice(
      0,
      characters.findIndex((character) => (bytes += bytesOf(character)) > longest),
    )
    .join('');
}
