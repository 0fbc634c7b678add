import fc from 'fast-check';
import { abroad, extended, missing, selections } from './simulation/fixtures';
import type { Verb } from './simulation/sibling';
import type { DisconnectionSpec, FleetSpec, StackSpec } from './simulation/templates';

const verbs: readonly Verb[] = ['create', 'update', 'delete'];

const options = {
  policy: fc.constantFrom(undefined, undefined, undefined, 'DISCONNECT' as const, 'TERMINATE_DRILLS' as const),
  retain: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, true),
  deleteSourceServer: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, true),
};

/** What an app declares in a stack that may have a nested one, or has none. */
export function stackSpec(nested: boolean, minLength = 0): fc.Arbitrary<StackSpec> {
  const sibling: fc.Arbitrary<StackSpec['sibling']> = fc.record({
    seconds: fc.dictionary(fc.constantFrom(...verbs), fc.constantFrom(1, 20, 120, 600), { maxKeys: 3 }),
    fails: fc.uniqueArray(fc.constantFrom(...verbs), { maxLength: 2 }),
    position: fc.constantFrom(undefined, 'before' as const, 'after' as const),
  });
  return fc.record({
    disconnections: fc.array(disconnection(), { minLength, maxLength: 3 }).map(distinct),
    fleets: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fleets(1) }),
    drain: fc.oneof({ weight: 24, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(1, 2) }),
    sibling: fc.option(sibling, { nil: undefined, freq: 2 }),
    ...(nested ? { nested: fc.option(stackSpec(false, 1), { nil: undefined, freq: 3 }) } : {}),
  });
}

/** A stack has a name once; and the constructs refuse to declare a server twice in a stack. */
export function distinct(disconnections: readonly DisconnectionSpec[]): DisconnectionSpec[] {
  return disconnections.filter(
    ({ name, server }, index) => disconnections.findIndex((other) => other.name === name || other.server === server) === index,
  );
}

/** Fleets as a stack may have them: the constructs refuse to declare one twice. */
export function fleets(minLength: number): fc.Arbitrary<FleetSpec[]> {
  return fc.array(fleet(), { minLength, maxLength: 2 }).map(distinctFleets);
}

export function distinctFleets(all: readonly FleetSpec[]): FleetSpec[] {
  return all.filter(
    ({ name, selection, role }, index) =>
      all.findIndex((other) => other.name === name || (other.selection === selection && other.role === role)) === index,
  );
}

function fleet(): fc.Arbitrary<FleetSpec> {
  return fc.record({
    name: fc.constantFrom('Fleet', 'Fleet', 'Another'),
    selection: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: selections.length - 1 }) }),
    role: fc.constantFrom(undefined, undefined, undefined, 0, 1, 2),
    ...options,
  });
}

function disconnection(): fc.Arbitrary<DisconnectionSpec> {
  const server = fc.oneof(
    { weight: 20, arbitrary: fc.nat({ max: 3 }) },
    { weight: 5, arbitrary: fc.constantFrom(...abroad) },
    { weight: 2, arbitrary: fc.constant(extended) },
    { weight: 1, arbitrary: fc.constant(missing) },
  );
  const lot = fc.nat({ max: 39 });
  return fc.record({ name: fc.constantFrom('One', 'Two', 'Three'), server, lot, ...options }).map(mostlyCreatable);
}

/** What can't be created proves little: so an extended server's record mostly goes, and the role is mostly of the server's account. */
function mostlyCreatable({ lot, ...spec }: DisconnectionSpec & { readonly lot: number }): DisconnectionSpec {
  const isAbroad = abroad.includes(spec.server);
  const deleteSourceServer = spec.server === extended ? lot < 36 || undefined : spec.deleteSourceServer;
  if (lot === 39) {
    return { ...spec, deleteSourceServer, role: isAbroad ? undefined : 0 };
  }
  return { ...spec, deleteSourceServer, role: isAbroad ? lot % 2 : lot > 32 ? 2 : undefined };
}
