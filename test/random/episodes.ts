import fc from 'fast-check';
import { death, failure, faults, goingOn, kinds, operations, pause, roleState, tagging } from './actions';
import { abroad, drained } from './simulation/fixtures';
import type { Action, OnFailure, Step } from './simulation/steps';
import type { StackSpec } from './simulation/templates';
import { distinct, distinctFleets, fleets, stackSpec } from './specs';

const recoveryOperations = fc.constantFrom(
  'DisconnectSourceServer',
  'DescribeRecoveryInstances',
  'DisconnectRecoveryInstance',
  'DeleteRecoveryInstance',
  'TerminateRecoveryInstances',
  'DescribeJobs',
  'DeleteSourceServer',
);

/** An update that adds something fails, is mended or given up; meanwhile a request comes once more, and again when all is over. */
export function secondTry(nested: boolean): fc.Arbitrary<Step[]> {
  const parts = { old: stackSpec(nested, 1), added: stackSpec(nested, 1), goesOn: fc.constantFrom('again', 'without', 'delete') };
  return fc
    .record({ ...parts, then: fc.constantFrom(5, 60), last: fc.integer({ min: 1, max: 4 }) })
    .map(({ old, added, goesOn, then, last }) => {
      const both = together(old, added);
      const again: Action =
        goesOn === 'delete'
          ? { do: 'delete', stack: 'A' }
          : { do: 'deploy', stack: 'A', spec: { ...(goesOn === 'again' ? both : old), sibling: undefined } };
      return [
        { do: 'deploy', stack: 'A', spec: { ...old, sibling: { seconds: { delete: 600 }, position: 'after' } } },
        { do: 'deploy', stack: 'A', spec: { ...both, sibling: { seconds: { update: 20 }, fails: ['update'], position: 'after' } } },
        { ...again, then },
        { do: 'deliver again', last, then },
        { do: 'nothing' },
        { do: 'deliver again', last },
      ];
    });
}

function together(old: StackSpec, added: StackSpec): StackSpec {
  return {
    ...old,
    disconnections: distinct([...old.disconnections, ...added.disconnections]),
    fleets: distinctFleets([...(old.fleets ?? []), ...(added.fleets ?? [])]),
  };
}

/** The sibling fails when the disconnections are there already; and CloudFormation may not tell what it is about. */
export function failedCreate(nested: boolean): fc.Arbitrary<Step[]> {
  const onFailure: fc.Arbitrary<OnFailure | undefined> = fc.constantFrom(undefined, 'DELETE', 'DELETE', 'DO_NOTHING');
  const silence: Action = { do: 'fail', operation: 'DescribeStacks', kind: 'internal', times: 1_000 };
  const trouble = fc.constantFrom<Action>({ do: 'nothing' }, { do: 'nothing' }, silence);
  return fc.tuple(stackSpec(nested, 1), onFailure, trouble, pause).map(([spec, how, goesWrong, then]) => [
    { do: 'delete', stack: 'B' },
    { ...goesWrong, then: 0 },
    { do: 'deploy', stack: 'B', spec: { ...spec, sibling: { fails: ['create'], position: 'after' } }, onFailure: how, then },
    { do: 'clear faults', then: 0 },
  ]);
}

/** Something fails for as long as a deletion or an update takes: often what tells whether a deletion is meant. */
export function outage(nested: boolean): fc.Arbitrary<Step[]> {
  const operation = fc.oneof(
    { weight: 1, arbitrary: fc.constant('DescribeStacks') },
    { weight: 2, arbitrary: fc.constantFrom(...operations) },
  );
  return fc
    .tuple(stackSpec(nested, 1), operation, fc.constantFrom(...faults), goingOn(nested))
    .map(([spec, what, kind, next]) => [
      { do: 'deploy', stack: 'A', spec: { ...spec, sibling: undefined } },
      { do: 'fail', operation: what, kind, times: 1_000, delay: 45_000 },
      next,
      { do: 'clear faults' },
    ]);
}

/** A server has recovery instances when it is to be disconnected; then somebody may see to them, and it is tried again. */
export function recovery(nested: boolean): fc.Arbitrary<Step[]> {
  const trouble: fc.Arbitrary<Action> = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'nothing' as const }) },
    { weight: 1, arbitrary: failure(recoveryOperations) },
    { weight: 1, arbitrary: death(recoveryOperations) },
  );
  const parts = {
    spec: stackSpec(nested, 1),
    policy: fc.constantFrom(
      undefined,
      'DISCONNECT' as const,
      'DISCONNECT' as const,
      'TERMINATE_DRILLS' as const,
      'TERMINATE_DRILLS' as const,
      'TERMINATE_DRILLS' as const,
    ),
    kinds,
    failback: fc.constantFrom('nothing' as const, 'nothing' as const, 'start failback' as const),
    ended: fc.constantFrom('nothing' as const, 'nothing' as const, 'nothing' as const, 'nothing' as const, 'end machine' as const),
    trouble,
    next: goingOn(nested),
    then: pause,
    mending: fc.constantFrom('nothing' as const, 'stop failback' as const, 'end recovery' as const),
  };
  return fc.record(parts).map(({ spec, policy, kinds: launched, failback, ended, trouble: goesWrong, next, then, mending }) => {
    const [first, ...others] = spec.disconnections;
    const { server } = first;
    const disconnections = [{ ...first, policy, retain: undefined }, ...others];
    return [
      { do: 'deploy', stack: 'A', spec: { ...spec, disconnections, sibling: undefined } },
      { do: 'launch', server, kinds: launched, then: 0 },
      { ...toServer(failback, server), then: 0 },
      { ...toServer(ended, server), then: ended === 'nothing' ? 0 : 90 },
      { ...goesWrong, then: 0 },
      { ...next, then },
      { ...toServer(mending, server), then: 0 },
      next,
    ];
  });
}

function toServer(what: 'nothing' | 'end machine' | 'start failback' | 'stop failback' | 'end recovery', server: number): Action {
  return what === 'nothing' ? { do: what } : { do: what, server };
}

const fleetOperations = fc.constantFrom(
  'DescribeSourceServers',
  'DisconnectSourceServer',
  'DisconnectSourceServer',
  'DeleteSourceServer',
  'DescribeStacks',
  'ListStackResources',
  'PutResponse',
);

/** A fleet changes while servers gain and lose its tags, some of them have recovery instances, and something goes wrong; then it is tried again. */
export function fleetTeardown(nested: boolean): fc.Arbitrary<Step[]> {
  const trouble: fc.Arbitrary<Action> = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: 'nothing' as const }) },
    { weight: 2, arbitrary: failure(fleetOperations) },
    { weight: 1, arbitrary: death(fleetOperations) },
  );
  const deletion: Action = { do: 'delete', stack: 'A' };
  const parts = {
    spec: stackSpec(nested),
    first: fleets(1),
    second: fleets(0),
    launched: fc.option(fc.record({ server: fc.constantFrom(0, 1, 2, 3), kinds }), { nil: undefined, freq: 1 }),
    taggings: fc.array(tagging, { minLength: 1, maxLength: 3 }),
    late: tagging,
    soon: fc.constantFrom(0, 0, 1, 5),
    trouble,
    isChanged: fc.boolean(),
    then: pause,
  };
  return fc.record(parts).map(({ spec, first, second, launched, taggings, late, soon, trouble: goesWrong, isChanged, then }) => {
    const deploy = (declared: StackSpec['fleets']): Action => ({
      do: 'deploy',
      stack: 'A',
      spec: { ...spec, fleets: declared, sibling: undefined },
    });
    return [
      deploy(first),
      ...taggings.map((tag) => ({ ...tag, then: 0 })),
      ...(launched ? [{ do: 'launch' as const, ...launched, then: 0 }] : []),
      { ...goesWrong, then: 0 },
      ...(isChanged ? [{ ...deploy(second), then }] : []),
      { ...deletion, then: soon },
      { ...late, then },
      ...(launched ? [{ do: 'end recovery' as const, server: launched.server, then: 0 }] : []),
      { do: 'clear faults', then: 0 },
      deletion,
    ];
  });
}

const drainOperations = fc.constantFrom('DescribeInstances', 'DescribeInstances', 'DescribeSecurityGroups', 'DeleteSecurityGroup');

/** What replicates into the staging area goes with its stack, or stays; the drain may get shorter, or go alone. */
export function drainage(nested: boolean): fc.Arbitrary<Step[]> {
  const trouble: fc.Arbitrary<Action> = fc.oneof(
    { weight: 2, arbitrary: fc.constant({ do: 'nothing' as const }) },
    { weight: 1, arbitrary: failure(drainOperations) },
    { weight: 1, arbitrary: death(drainOperations) },
  );
  const parts = {
    spec: stackSpec(nested),
    isFleet: fc.boolean(),
    links: fc.constantFrom(1, 2, 3),
    fewer: fc.constantFrom(undefined, undefined, 0, 1, 1, 1),
    byHand: fc.constantFrom(undefined, ...drained),
    trouble,
    then: pause,
  };
  return fc.record(parts).map(({ spec, isFleet, links, fewer, byHand, trouble: goesWrong, then }) => {
    const declared: Partial<StackSpec> = isFleet
      ? { fleets: [{ name: 'Fleet', selection: 0 }], disconnections: [] }
      : { disconnections: drained.map((server) => ({ name: `Drained${server}`, server })) };
    const deploy = (drain: number): Action => ({ do: 'deploy', stack: 'A', spec: { ...spec, ...declared, drain, sibling: undefined } });
    return [
      deploy(links),
      ...(byHand === undefined ? [] : [{ do: 'disconnect by hand' as const, server: byHand, then: 0 }]),
      { ...goesWrong, then: 0 },
      ...(fewer === undefined ? [] : [{ ...deploy(fewer), then }]),
      { do: 'delete', stack: 'A', then },
      { do: 'clear faults', then: 0 },
      { do: 'delete', stack: 'A' },
    ];
  });
}

/** A role is changed while it is needed, and an update may name another one. */
export function otherRole(nested: boolean): fc.Arbitrary<Step[]> {
  const role = fc.nat({ max: 1 });
  const parts = {
    spec: stackSpec(nested),
    server: fc.constantFrom(...abroad),
    old: role,
    role,
    to: roleState,
    next: goingOn(nested),
    then: pause,
  };
  return fc.record(parts).map(({ spec, server, old, role: other, to, next, then }) => {
    const withRole = (index: number) => [{ name: 'Abroad', server, role: index }, ...spec.disconnections];
    return [
      { do: 'deploy', stack: 'A', spec: { ...spec, disconnections: distinct(withRole(old)), sibling: undefined } },
      { do: 'change role', role: old, to, then },
      { do: 'deploy', stack: 'A', spec: { ...spec, disconnections: distinct(withRole(other)) } },
      next,
      { do: 'change role', role: old, to: 'trusting' },
      next,
    ];
  });
}
