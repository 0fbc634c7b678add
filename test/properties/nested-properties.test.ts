import { checkHalf } from './check';

const AN_HOUR = 3_600_000;

test('stacks with nested ones, whatever happens to them, violate no invariant', () => checkHalf({ nested: true }), AN_HOUR);
