import { checkHalf } from './check';

const AN_HOUR = 3_600_000;

test('stacks without nested ones, whatever happens to them, violate no invariant', () => checkHalf({ nested: false }), AN_HOUR);
