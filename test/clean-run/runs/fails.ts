import { leaveAFolder } from './leave';

test('fails', () => {
  leaveAFolder();
  throw new Error('as it should');
});
