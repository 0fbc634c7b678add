import { intrinsicName, splitAttribute, substitution } from './intrinsics';
import { isObject, ResourceDeclaration } from './template';

/** Everything that a declaration names: by DependsOn, Ref, Fn::GetAtt and Fn::Sub. */
export function namesIn(resource: ResourceDeclaration): Set<string> {
  const names = new Set([resource.DependsOn ?? []].flat());
  collectNames(resource.Properties, names);
  return names;
}

function collectNames(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((item) => collectNames(item, names));
  if (!isObject(value)) return;
  const intrinsic = intrinsicName(value);
  if (intrinsic === 'Ref') names.add(String(value.Ref));
  else if (intrinsic === 'Fn::GetAtt') names.add(splitAttribute(value[intrinsic])[0]);
  else if (intrinsic === 'Fn::Sub') collectSubstitutions(value[intrinsic], names);
  else Object.values(value).forEach((item) => collectNames(item, names));
}

function collectSubstitutions(argument: unknown, names: Set<string>): void {
  const [text, variables] = Array.isArray(argument) ? [String(argument[0]), argument[1] as unknown] : [String(argument), {}];
  const own = isObject(variables) ? variables : {};
  for (const [, name = ''] of text.matchAll(substitution)) if (!(name in own)) names.add(splitAttribute(name.trim())[0]);
  collectNames(own, names);
}

/** The nodes that depend on each other in a circle, or on one that does; none if all is well. */
export function circular<Node>(dependencies: ReadonlyMap<Node, ReadonlySet<Node>>): Node[] {
  const left = new Map(dependencies);
  for (let removed = true; removed;) {
    removed = false;
    for (const [node, others] of left) {
      if ([...others].some((other) => left.has(other))) continue;
      left.delete(node);
      removed = true;
    }
  }
  return [...left.keys()];
}

/** Whether it waits, by whatever detour, for another one. */
function isBehind<Node>(node: Node, other: Node, before: (node: Node) => Iterable<Node>, seen = new Set<Node>()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  return [...before(node)].some((next) => next === other || isBehind(next, other, before, seen));
}

/**
 * Visits every node as soon as all that come before it have been visited, so independent ones concurrently.
 * A visit that answers false keeps everything behind it from being visited.
 */
export async function walk<Node>(
  nodes: Iterable<Node>,
  before: (node: Node) => Iterable<Node>,
  visit: (node: Node) => Promise<boolean>,
): Promise<void> {
  const all = [...nodes];
  // Each template is free of circles, but after a failed rollback a stack has resources of two templates.
  const stuck = new Set(circular(new Map(all.map((node) => [node, new Set(before(node))]))));
  const visits = new Map<Node, Promise<boolean>>();
  const visitOnce = (node: Node): Promise<boolean> => {
    const known = visits.get(node);
    if (known) return known;
    const first = [...before(node)].filter((other) => !stuck.has(node) || !isBehind(other, node, before));
    const started = Promise.all(first.map(visitOnce)).then((done) => done.every(Boolean) && visit(node));
    visits.set(node, started);
    return started;
  };
  await Promise.all(all.map(visitOnce));
}
