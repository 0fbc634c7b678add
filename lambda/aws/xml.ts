/** An element of an XML document as services answer it: with children or with text, and without attributes that matter. */
export class Element {
  text = '';
  readonly children: Element[] = [];

  constructor(readonly name: string) {}

  child(name: string): Element | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** The text of a child, or undefined if there is no such child. */
  textOf(name: string): string | undefined {
    return this.child(name)?.text;
  }

  /** The elements of a list: `<Stacks><member>…`; undefined if there is no such list. */
  listOf(name: string): readonly Element[] | undefined {
    return this.child(name)?.children;
  }
}

/** A declaration or a comment; a tag; or a text. */
const TOKEN = /<\?[^]*?\?>|<!--[^]*?-->|<(\/?)([\w.:-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The root element of a document.
 *
 * @throws Error if it is none, or was cut off
 */
export function parseXml(document: string): Element {
  const whole = new Element('');
  const open = [whole];
  let position = 0;
  while (position < document.length) {
    TOKEN.lastIndex = position;
    const [token, closing, name, empty, text] = TOKEN.exec(document) ?? [''];
    const parent = open.at(-1);
    if (token === '' || parent === undefined || (closing && name !== parent.name)) {
      throw new Error(`The answer is not XML, at character ${position}.`);
    }
    position += token.length;
    if (closing) {
      open.pop();
    } else if (name) {
      const element = new Element(name);
      parent.children.push(element);
      open.push(...(empty ? [] : [element]));
    } else if (text) {
      parent.text += decode(text);
    }
  }
  const [root, ...more] = whole.children;
  if (root === undefined || more.length > 0 || open.length !== 1) {
    throw new Error('The answer is XML that was cut off.');
  }
  return root;
}

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity: string, hexadecimal?: string, decimal?: string, name?: string) => {
    if (name !== undefined) {
      return ENTITIES[name] ?? entity;
    }
    return String.fromCodePoint(hexadecimal === undefined ? Number(decimal) : parseInt(hexadecimal, 16));
  });
}
