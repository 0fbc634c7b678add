import { ec2Error, invalidParameter } from './errors';

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** The parameters of a request. Lists are flat: `InstanceId.1`, `Filter.1.Value.2`. */
export class Ec2Query {
  private readonly unread: Set<string>;

  constructor(private readonly parameters: URLSearchParams) {
    this.unread = new Set(parameters.keys());
    this.unread.delete('Action');
    this.unread.delete('Version');
  }

  text(name: string): string | undefined {
    this.unread.delete(name);
    return this.parameters.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (!value) throw ec2Error('MissingParameter', `The request must contain the parameter ${name}`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.text(name) ?? 'false';
    if (value !== 'true' && value !== 'false') throw invalidParameter(`Value (${value}) for parameter ${name} is invalid.`);
    return value === 'true';
  }

  /** An empty list travels as its bare name. */
  list(name: string): string[] {
    const values: string[] = [];
    if (this.parameters.get(name) === '') this.unread.delete(name);
    for (let index = 1; ; index++) {
      const value = this.text(`${name}.${index}`);
      if (value === undefined) return values;
      values.push(value);
    }
  }

  filters(): Filter[] {
    const filters: Filter[] = [];
    if (this.parameters.get('Filter') === '') this.unread.delete('Filter');
    for (let index = 1; ; index++) {
      const name = this.text(`Filter.${index}.Name`);
      if (name === undefined) return filters;
      filters.push({ name, values: this.list(`Filter.${index}.Value`) });
    }
  }

  /** What nobody has asked for is not known to the operation. */
  refuseUnread(): void {
    const [unknown] = this.unread;
    if (unknown !== undefined) throw ec2Error('UnknownParameter', `The parameter ${unknown} is not recognized`);
  }
}
