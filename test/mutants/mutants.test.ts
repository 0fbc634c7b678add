import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { mismatches, mutants } from './list';
import { applied } from './mutant';

// `npm run test:mutants` tries them, which takes minutes. This keeps the list true to the handler and to the README meanwhile.

test("every row of the README's tables and every rule of the protocol has a mutant", () => {
  expect(mismatches()).toEqual([]);
});

test('a row without a mutant is seen, and a mutant without a row', () => {
  const readme = readFileSync('README.md', 'utf8').replace('| anything else    ', '| something new    ');
  expect(mismatches(readme)).toEqual(["no mutant breaks the README's row: something new", 'the README has no row: anything else']);
});

test.each(mutants)('$row: $name: finds its text exactly once', (mutant) => {
  const source = readFileSync(path.join('lambda', mutant.file), 'utf8');
  expect(applied(mutant, source)).not.toBe(source);
});
