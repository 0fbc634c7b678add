/** Whether a text fits a pattern in which * stands for any characters and ? for any one. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

/** Whether an ARN fits a pattern; its six parts are compared one by one, since a wildcard doesn't reach across their colons. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const patterns = sixParts(pattern);
  const parts = sixParts(arn);
  return parts.length === 6 && patterns.every((part, index) => matchesWildcard(part, parts[index] ?? '')) && patterns.length === 6;
}

function sixParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
