import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { mismatches, mutants } from './list';
import { applied } from './mutant';

// `npm run test:mutants` tries them, which takes minutes. This keeps the list true to the handler and to docs/rules.md meanwhile.

test('every row of docs/rules.md and every rule of the protocol has a mutant', () => {
  expect(mismatches()).toEqual([]);
});

test('a row without a mutant is seen, and a mutant without a row', () => {
  const document = readFileSync('docs/rules.md', 'utf8').replace(/\| anything else +\|/, '| something new |');
  expect(mismatches(document)).toEqual(['no mutant breaks the row: something new', 'docs/rules.md has no row: anything else']);
});

test.each(mutants)('$row: $name: finds its text exactly once', (mutant) => {
  const source = readFileSync(path.join('lambda', mutant.file), 'utf8');
  expect(applied(mutant, source)).not.toBe(source);
});
