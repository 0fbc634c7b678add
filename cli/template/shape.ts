import { isRecord } from '../../lambda/protocol/request';

/**
 * Which part of a template has a form that CloudFormation takes nowhere; undefined if there is none.
 * It takes null nowhere. Of the rest only what a plan reads is looked at: CloudFormation knows it better.
 */
export function misshapenPart(template: Readonly<Record<string, unknown>>): string | undefined {
  const found = nullIn(template, '');
  if (found !== undefined) {
    return `${found} is null`;
  }
  const { Resources, Parameters = {}, Mappings = {}, Conditions = {} } = template;
  const section = Object.entries({ Resources, Parameters, Mappings, Conditions }).find(([, value]) => !isRecord(value));
  if (section) {
    return `${section[0]} is no object`;
  }
  const parts = [...partsOf('Resources', Resources, misshapenResource), ...partsOf('Parameters', Parameters, misshapenParameter)];
  return parts.find((told) => told !== undefined);
}

/** Where the first null is. */
function nullIn(value: unknown, path: string): string | undefined {
  if (value === null) {
    return path;
  }
  const items = typeof value === 'object' ? Object.entries(value) : [];
  for (const [key, item] of items) {
    const found = nullIn(item, path === '' ? key : `${path}/${key}`);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

type Check = (part: Readonly<Record<string, unknown>>) => string | undefined;

function partsOf(section: string, parts: unknown, check: Check): (string | undefined)[] {
  // Functions of the template, which are no part of the section.
  const own = Object.entries(parts as object).filter(([name]) => !name.startsWith('Fn::'));
  return own.map(([name, part]: [string, unknown]) => {
    const told = isRecord(part) ? check(part) : 'is no object';
    return told === undefined ? undefined : `${section}/${name} ${told}`;
  });
}

function misshapenResource({
  Type,
  Properties = {},
  Metadata = {},
  Condition = '',
}: Readonly<Record<string, unknown>>): string | undefined {
  return typeof Type !== 'string'
    ? 'has a Type that is no text'
    : !isRecord(Properties)
      ? 'has Properties that are no object'
      : !isRecord(Metadata)
        ? 'has Metadata that are no object'
        : typeof Condition !== 'string'
          ? 'has a Condition that is no text'
          : undefined;
}

function misshapenParameter({ Type, Default = '' }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof Type !== 'string'
    ? 'has a Type that is no text'
    : !['string', 'number', 'boolean'].includes(typeof Default)
      ? 'has a Default that is no text'
      : undefined;
}
