import { leaveAFolder } from './leave';

test('passes', () => leaveAFolder());
