import { Failure, type FailureKind, isOfKind } from '../../../lambda/aws/errors';

const denied = new Failure('denied', { kind: 'denied' });

test.each<[string, unknown, FailureKind | undefined]>([
  ['one with a kind', denied, 'denied'],
  ['one without a kind', new Failure('wrong'), undefined],
  ['one that says more of another', new Failure('more', { cause: denied }), 'denied'],
  ['one that says more of one that says more', new Failure('most', { cause: new Failure('more', { cause: denied }) }), 'denied'],
  ['one that has a kind of its own, and says more of another', new Failure('more', { kind: 'timeout', cause: denied }), 'timeout'],
  ['one that says more of one without a kind', new Failure('more', { cause: new Failure('wrong') }), undefined],
  [
    'one that says more of an error of a service',
    new Failure('more', { cause: Object.assign(new Error(), { kind: 'denied' }) }),
    undefined,
  ],
  ['an error of a service', Object.assign(new Error(), { kind: 'denied' }), undefined],
  ['no error', undefined, undefined],
])('%s is of the kind it is, and of no other', (_what, error, expected) => {
  const kinds: FailureKind[] = ['denied', 'timeout', 'expired'];
  expect(kinds.filter((kind) => isOfKind(error, kind))).toEqual(expected ? [expected] : []);
});

test('a failure keeps its cause', () => {
  expect(new Failure('more', { cause: denied }).cause).toBe(denied);
});
