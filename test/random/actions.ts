import fc from 'fast-check';
import { declarable, roles, tagSets } from './simulation/fixtures';
import { forgedUrls, forgeries } from './simulation/forgery';
import type { Action, InstanceKind, OnFailure, StackName, Step } from './simulation/steps';
import { stackSpec } from './specs';

/** Those that are called most. */
export const operations = [
  'DisconnectSourceServer',
  'DescribeStacks',
  'ListStackResources',
  'DescribeSourceServers',
  'DescribeRecoveryInstances',
  'PutResponse',
  'DeleteSourceServer',
  'AssumeRole',
];

/** Seconds; none lets everything come to rest. */
export const pause = fc.option(fc.constantFrom(0, 1, 5, 30, 90, 200, 500, 2_000), { nil: undefined, freq: 2 });

export const faults = ['throttle', 'internal', 'reset', 'slow', 'lost-answer', 'hang', 'denied'] as const;

/** Of recovery instances that are launched at once. */
export const kinds: fc.Arbitrary<InstanceKind[]> = fc.array(
  fc.constantFrom('drill', 'drill', 'drill', 'drill', 'drill', 'recovery', 'unknown', 'unknown'),
  {
    minLength: 1,
    maxLength: 3,
  },
);

export const roleState = fc.constantFrom('trusting' as const, 'trusting nobody' as const, 'deleted' as const);

/** A server gets other tags. */
export const tagging: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('tag' as const),
  server: fc.constantFrom(...declarable),
  tags: fc.nat({ max: tagSets.length - 1 }),
});

/** Somebody invokes the function with a request of his own. */
export const forgery: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('forge' as const),
  last: fc.integer({ min: 1, max: 8 }),
  other: fc.integer({ min: 1, max: 8 }),
  change: fc.constantFrom(...forgeries),
  url: fc.constantFrom(...forgedUrls),
  then: pause,
});

const express = rarely(true as const);

/** Whatever somebody may do at any time. */
export function action(nested: boolean): fc.Arbitrary<Action> {
  const stack: fc.Arbitrary<StackName> = fc.oneof(
    { weight: 3, arbitrary: fc.constant('A' as const) },
    { weight: 1, arbitrary: fc.constant('B' as const) },
  );
  const server = fc.constantFrom(...declarable);
  const operation = fc.constantFrom(...operations);
  return fc.oneof(
    { weight: 10, arbitrary: deployment(stack, nested) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('delete' as const), stack, how: rarely('retain' as const, 'force' as const), express }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('age' as const), stack }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel update' as const), stack }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('continue rollback' as const), stack, skip: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('roll back' as const), stack }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('launch' as const), server, kinds }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('start failback' as const, 'stop failback' as const), server }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('end recovery' as const, 'end machine' as const), server }) },
    { weight: 2, arbitrary: tagging },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('disconnect by hand' as const, 'delete by hand' as const), server }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('change role' as const), role: fc.nat({ max: roles.length - 1 }), to: roleState }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver again' as const), last: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 4, arbitrary: failure(operation) },
    { weight: 3, arbitrary: death(operation) },
    { weight: 1, arbitrary: fc.constant({ do: 'clear faults' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'nothing' as const }) },
  );
}

/** The disconnections of stack A, or some of them, are to go. */
export function goingOn(nested: boolean): fc.Arbitrary<Action> {
  return fc.oneof(
    fc.constant<Action>({ do: 'delete', stack: 'A' }),
    stackSpec(nested, 1).map((spec): Action => ({ do: 'deploy', stack: 'A', spec })),
  );
}

/** A call of the operation fails, or many. */
export function failure(operation: fc.Arbitrary<string>): fc.Arbitrary<Action> {
  return fc.record({
    do: fc.constant('fail' as const),
    operation,
    kind: fc.constantFrom(...faults),
    nth: fc.integer({ min: 1, max: 3 }),
    times: fc.constantFrom(1, 2, 5, 40, 1_000),
    delay: fc.constantFrom(5_000, 45_000),
  });
}

/** The process that makes a call of the operation dies. */
export function death(operation: fc.Arbitrary<string>): fc.Arbitrary<Action> {
  return fc.record({
    do: fc.constant('kill' as const),
    operation,
    when: fc.constantFrom('before' as const, 'after' as const),
    how: fc.constantFrom('crash' as const, 'freeze' as const),
    nth: fc.integer({ min: 1, max: 3 }),
  });
}

function deployment(stack: fc.Arbitrary<StackName>, nested: boolean): fc.Arbitrary<Action> {
  const onFailure: fc.Arbitrary<OnFailure | undefined> = rarely('DELETE' as const, 'DO_NOTHING' as const);
  return fc.record({ do: fc.constant('deploy' as const), stack, spec: stackSpec(nested), onFailure, express });
}

function rarely<T>(...values: T[]): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.constantFrom(...values) });
}
