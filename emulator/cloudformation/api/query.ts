import { validationError } from '../errors';

/** The input of an operation in AWS's query protocol. */
export class QueryInput {
  constructor(private readonly parameters: URLSearchParams) {}

  text(name: string): string | undefined {
    return this.parameters.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (!value)
      throw validationError(
        `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
      );
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : value === 'true';
  }

  /** `NAME.member.1`, `NAME.member.2`, … */
  list(name: string): string[] {
    return this.members(name, (prefix) => this.text(prefix));
  }

  /** `NAME.member.1.KEY`, …, each as an object. */
  structures(name: string): Record<string, string>[] {
    return this.members(name, (prefix) => {
      const entries = [...this.parameters]
        .filter(([key]) => key.startsWith(`${prefix}.`))
        .map(([key, value]) => [key.slice(prefix.length + 1), value] as const);
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    });
  }

  private members<T>(name: string, read: (prefix: string) => T | undefined): T[] {
    const members: T[] = [];
    for (let index = 1; ; index++) {
      const member = read(`${name}.member.${index}`);
      if (member === undefined) return members;
      members.push(member);
    }
  }
}
