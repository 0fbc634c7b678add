import { readFileSync } from 'node:fs';
import { cellsOf, rowsUnder } from './markdown';
import { argumentsOf, HOLE, type Text, textsIn } from './texts';

// Whoever searches docs/operations.md for the words of a failure must find them, and what is there must be what is said.

const document = readFileSync('docs/operations.md', 'utf8');
const ours = [...textsIn('lambda'), ...textsIn('lib')];
const emulated = textsIn('emulator');

/** What the first cells of the tables with this header quote. */
function quotedIn(header: string): string[] {
  return rowsUnder(document, header).flatMap((row) => Array.from(cellsOf(row)[0].matchAll(/"([^"]+)"/g), ([, words]) => words));
}

/** The words of a text that are always there; a quote may leave some out at either end. */
const occurs = (quote: string, { text }: Text) => text.includes(quote.replace(/^… ?| ?…$/g, ''));

const quotes = quotedIn('It says');

test.each(quotes)('it says: %s', (quote) => {
  expect(ours.filter((text) => occurs(quote, text))).not.toEqual([]);
});

test.each(quotedIn('CloudFormation says'))('CloudFormation says, as far as the embedded one knows: %s', (quote) => {
  expect(emulated.filter((text) => occurs(quote, text))).not.toEqual([]);
});

test('every failure, every error at synth and every warning is there', () => {
  const failures = ours.filter(({ isTold, text }) => isTold && wordsOf(text) > 3);
  expect(failures.length).toBeGreaterThan(50);
  expect(failures.filter((failure) => !quotes.some((quote) => occurs(quote, failure)))).toEqual([]);
});

describe('the log', () => {
  const documented = rowsUnder(document, 'Decision').map((row) => cellsOf(row)[0].replaceAll('`', ''));
  const decided = [...argumentsOf('lambda', 'logDecision', 1), ...argumentsOf('lambda', 'note', 0)];
  const literals = new Set(ours.map(({ text }) => text));

  test('has every decision that is there, and no other', () => {
    expect(decided.length).toBeGreaterThan(10);
    expect(decided.filter((decision) => !documented.includes(decision))).toEqual([]);
    expect(documented.filter((decision) => !literals.has(decision))).toEqual([]);
  });

  test('has what the queries look for', () => {
    const queries = Array.from(document.matchAll(/```text\n([^]*?)```/g), ([, query]) => query);
    const sought = queries.flatMap((query) => Array.from(query.matchAll(/(?:=|\[|,) "([A-Za-z ]+)"/g), ([, value]) => value));
    expect(sought.length).toBeGreaterThan(5);
    expect(sought.filter((value) => !literals.has(value))).toEqual([]);
  });
});

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => /\w/.test(word.replaceAll(HOLE, ''))).length;
}
