import fc from 'fast-check';
import type { Action, OnFailure, Sequence, StackName, Step } from './simulation/steps';
import type { Verb } from './simulation/sibling';
import type { DisconnectionSpec, StackSpec } from './simulation/templates';

/** Short sequences find as much as long ones, and shrink sooner. */
const LONGEST = 6;

const operations = [
  'DisconnectSourceServer',
  'DescribeStacks',
  'ListStackResources',
  'DescribeSourceServers',
  'DescribeRecoveryInstances',
  'PutResponse',
];
const kinds = ['throttle', 'internal', 'reset', 'slow', 'lost-answer', 'hang', 'denied'] as const;
/** Seconds; none lets everything come to rest. */
const pause = fc.option(fc.constantFrom(0, 1, 5, 30, 90, 200, 500, 2_000), { nil: undefined, freq: 2 });
const verbs: readonly Verb[] = ['create', 'update', 'delete'];

/** Sequences of stacks that may have nested ones, or have none. */
export function sequences({ nested }: { readonly nested: boolean }): fc.Arbitrary<Sequence> {
  return fc.record({
    settings: fc.record(
      {
        disconnectedAgain: fc.constantFrom('ok' as const, 'conflict' as const, 'validation' as const),
        lastOperations: fc.constantFrom('names-only-the-create' as const, 'names-a-delete-too' as const, 'absent' as const),
        deletionReason: fc.constantFrom('told' as const, 'absent' as const),
        policyPropagation: fc.constantFrom(0, 15, 60, 200),
      },
      { requiredKeys: [] },
    ),
    seed: fc.nat({ max: 1_000_000 }),
    steps: fc
      .tuple(
        deployment(nested),
        fc.array(
          fc.oneof(
            { weight: 8, arbitrary: step(nested).map((one) => [one]) },
            { weight: 1, arbitrary: secondTry(nested) },
            { weight: 1, arbitrary: failedCreate(nested) },
            { weight: 1, arbitrary: outage(nested) },
          ),
          { minLength: 1, maxLength: LONGEST },
        ),
      )
      .map(([first, parts]) => [first, ...parts.flat()]),
  });
}

function step(nested: boolean): fc.Arbitrary<Step> {
  return fc.tuple(action(nested), pause).map(([chosen, then]) => ({ ...chosen, then }));
}

/** An update that adds something fails, is mended or given up, and meanwhile a request comes once more. */
function secondTry(nested: boolean): fc.Arbitrary<Step[]> {
  const parts = { old: stackSpec(nested, 1), added: stackSpec(nested, 1), goesOn: fc.constantFrom('again', 'without', 'delete') };
  return fc
    .record({ ...parts, then: fc.constantFrom(5, 60), last: fc.integer({ min: 1, max: 4 }) })
    .map(({ old, added, goesOn, then, last }) => {
      const both = { ...old, disconnections: distinct([...old.disconnections, ...added.disconnections]) };
      const again: Action =
        goesOn === 'delete'
          ? { do: 'delete', stack: 'A' }
          : { do: 'deploy', stack: 'A', spec: { ...(goesOn === 'again' ? both : old), sibling: undefined } };
      return [
        { do: 'deploy', stack: 'A', spec: { ...old, sibling: { seconds: { delete: 600 }, position: 'after' } } },
        { do: 'deploy', stack: 'A', spec: { ...both, sibling: { seconds: { update: 20 }, fails: ['update'], position: 'after' } } },
        { ...again, then },
        { do: 'deliver again', last, then },
      ];
    });
}

/** The sibling fails when the disconnections are there already. */
function failedCreate(nested: boolean): fc.Arbitrary<Step[]> {
  return fc.tuple(stackSpec(nested, 1), failureOption, pause).map(([spec, onFailure, then]) => [
    { do: 'delete', stack: 'B' },
    { do: 'deploy', stack: 'B', spec: { ...spec, sibling: { fails: ['create'], position: 'after' } }, onFailure, then },
  ]);
}

/** Something fails for as long as a deletion or an update takes. */
function outage(nested: boolean): fc.Arbitrary<Step[]> {
  const goesOn: fc.Arbitrary<Action> = fc.oneof(
    fc.constant<Action>({ do: 'delete', stack: 'A' }),
    stackSpec(nested, 1).map((spec): Action => ({ do: 'deploy', stack: 'A', spec })),
  );
  return fc
    .tuple(stackSpec(nested, 1), fc.constantFrom(...operations), fc.constantFrom(...kinds), goesOn)
    .map(([spec, operation, kind, next]) => [
      { do: 'deploy', stack: 'A', spec: { ...spec, sibling: undefined } },
      { do: 'fail', operation, kind, times: 1_000, delay: 45_000 },
      next,
      { do: 'clear faults' },
    ]);
}

const failureOption: fc.Arbitrary<OnFailure | undefined> = fc.constantFrom(undefined, 'DELETE', 'DELETE', 'DO_NOTHING');

function deployment(nested: boolean): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant('deploy' as const), stack: fc.constant('A' as const), spec: stackSpec(nested, 1) });
}

function action(nested: boolean): fc.Arbitrary<Action> {
  const stack: fc.Arbitrary<StackName> = fc.oneof(
    { weight: 3, arbitrary: fc.constant('A' as const) },
    { weight: 1, arbitrary: fc.constant('B' as const) },
  );
  const server = fc.nat({ max: 3 });
  const rarely = { arbitrary: fc.constant(undefined), weight: 5 };
  return fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant('deploy' as const),
        stack,
        spec: stackSpec(nested),
        onFailure: fc.oneof(rarely, { arbitrary: fc.constantFrom('DELETE' as const, 'DO_NOTHING' as const), weight: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('delete' as const),
        stack,
        how: fc.oneof(rarely, { arbitrary: fc.constantFrom('retain' as const, 'force' as const), weight: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel update' as const), stack }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('continue rollback' as const), stack, skip: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('roll back' as const), stack }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('launch' as const), server, isDrill: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('end recovery' as const), server }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('disconnect by hand' as const, 'delete by hand' as const), server }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver again' as const), last: fc.integer({ min: 1, max: 6 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        operation: fc.constantFrom(...operations),
        kind: fc.constantFrom(...kinds),
        nth: fc.integer({ min: 1, max: 3 }),
        times: fc.constantFrom(1, 2, 5, 40, 1_000),
        delay: fc.constantFrom(5_000, 45_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('kill' as const),
        operation: fc.constantFrom(...operations),
        when: fc.constantFrom('before' as const, 'after' as const),
        how: fc.constantFrom('crash' as const, 'freeze' as const),
        nth: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'clear faults' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'nothing' as const }) },
  );
}

function stackSpec(nested: boolean, minLength = 0): fc.Arbitrary<StackSpec> {
  // 4 is extended and 5 does not exist, so that the resource can't be created.
  const server = fc.oneof({ weight: 20, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.constantFrom(4, 5) });
  const retain = fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(true) });
  const disconnection = fc.record({ name: fc.constantFrom('One', 'Two', 'Three'), server, retain });
  const sibling: fc.Arbitrary<StackSpec['sibling']> = fc.record({
    seconds: fc.dictionary(fc.constantFrom(...verbs), fc.constantFrom(1, 20, 120, 600), { maxKeys: 3 }),
    fails: fc.uniqueArray(fc.constantFrom(...verbs), { maxLength: 2 }),
    position: fc.constantFrom(undefined, 'before' as const, 'after' as const),
  });
  return fc.record({
    disconnections: fc.array(disconnection, { minLength, maxLength: 3 }).map(distinct),
    sibling: fc.option(sibling, { nil: undefined, freq: 2 }),
    ...(nested ? { nested: fc.option(stackSpec(false, 1), { nil: undefined, freq: 3 }) } : {}),
  });
}

/** A stack has a name once; and the constructs refuse to declare a server twice in a stack. */
function distinct(disconnections: readonly DisconnectionSpec[]): DisconnectionSpec[] {
  return disconnections.filter(
    ({ name, server }, index) => disconnections.findIndex((other) => other.name === name || other.server === server) === index,
  );
}
