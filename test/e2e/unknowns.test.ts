import { unknowns } from '../../emulator/settings';
import { cases } from './unknowns';

// So that no value is forgotten: `npm run test:slow` plays the cases.

test.each(Object.entries(unknowns))('each value of %s is played, and it has the likely one', (name, { likely, values }) => {
  const played = Object.entries(cases).flatMap(([unknown, ofUnknown]) => (unknown === name ? ofUnknown.map(([value]) => value) : []));
  expect(played).toEqual(values);
  expect(values).toContain(likely);
});
