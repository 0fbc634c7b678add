/** A mistake in the handler that its tests must catch. */
export interface Mutant {
  /** What the handler does with the mistake. */
  readonly name: string;
  /** In lambda/. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replacement: string;
}

/** Mutants by what they break: the row of a table, or a rule. */
export type Mutants = Readonly<Record<string, readonly Mutant[]>>;

/** Mutants of one file. */
export function mutate(file: string) {
  return (name: string, find: string, replacement: string): Mutant => ({ name, file, find, replacement });
}

/** A condition in code that serves every resource type: a mutant of one type leaves the others alone. */
export function isOfType(resourceType: string): string {
  return `request.resourceType === '${resourceType}'`;
}

export function isOfOtherType(resourceType: string): string {
  return `request.resourceType !== '${resourceType}'`;
}

/** The file with the mistake in it. */
export function applied({ name, file, find, replacement }: Mutant, source: string): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`The mutant '${name}' must find its text exactly once in lambda/${file}: ${find}`);
  }
  return before + replacement + after;
}
