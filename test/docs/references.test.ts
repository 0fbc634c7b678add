import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { scenarios } from '../../scenarios';
import { cellsOf, documents, rowsUnder } from './markdown';

// What the documents refer to is there: files, headings, commands, scenarios.

interface Manifest {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly jsii: { readonly targets: Readonly<Record<'python' | 'java' | 'dotnet' | 'go', Readonly<Record<string, unknown>>>> };
}
const { name: packageName, scripts, jsii } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const folders = ['.ci', '.github', 'bench', 'bin', 'cli', 'docs', 'emulator', 'examples', 'lambda', 'lib', 'scenarios', 'scripts', 'test'];
const withoutCode = (document: string) => document.replace(/```[^]*?```/g, '').replace(/`[^`\n]*`/g, '');

function linksOf(document: string): string[] {
  const targets = Array.from(withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub names headings; a second one of the same name gets a number. */
function anchorsOf(document: string): string[] {
  const headings = Array.from(document.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .replace(/<[^>]*>|\[|\]\([^)]*\)/g, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  const numbered = headings.map((name, index) => {
    const before = headings.slice(0, index).filter((other) => other === name).length;
    return before > 0 ? `${name}-${before}` : name;
  });
  return [...numbered, ...Array.from(document.matchAll(/ (?:id|name)="([^"]+)"/g), ([, id]) => id)];
}

/** What is wrong with a link of a document, if anything. */
function problemOf(from: string, link: string): string | undefined {
  const [file, anchor] = link.split('#');
  const target = file ? path.join(path.dirname(from), decodeURI(file)) : from;
  if (!existsSync(target)) {
    return `${link}: no such file`;
  }
  // A folder shows its README, which GitHub calls by this name.
  const anchors = () => (statSync(target).isDirectory() ? ['readme'] : anchorsOf(readFileSync(target, 'utf8')));
  const isThere = anchor === undefined || anchors().includes(anchor);
  return isThere ? undefined : `${link}: no such heading`;
}

describe.each(documents())('%s', (file) => {
  const document = readFileSync(file, 'utf8');
  const mentioned = (pattern: RegExp) => Array.from(document.matchAll(pattern), ([, name]) => name);

  test('links to what is there', () => {
    expect(linksOf(document).flatMap((link) => problemOf(file, link) ?? [])).toEqual([]);
  });

  test('names commands that are there', () => {
    expect(mentioned(/npm run ([a-z:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    expect(mentioned(/--scenario ([a-z0-9-]+)/g).filter((name) => !scenarios.some((scenario) => scenario.name === name))).toEqual([]);
    expect(mentioned(/npx jest ([\w./-]+)/g).filter((name) => !existsSync(name) && !existsSync(`${name}.test.ts`))).toEqual([]);
  });

  test('names files that are there', () => {
    const paths = mentioned(/`([\w.-]+\/[\w./-]*)`/g).filter((name) => folders.includes(name.split('/')[0]));
    expect(paths.filter((name) => !existsSync(name))).toEqual([]);
  });
});

test('the README names the packages of all languages as jsii makes them', () => {
  const { python, java, dotnet, go } = jsii.targets;
  const { groupId, artifactId } = java.maven as Record<string, string>;
  const commands = [
    ['TypeScript, JavaScript', `npm install ${packageName}`, packageName],
    ['Python', `pip install ${String(python.distName)}`, python.module],
    ['Java', `${groupId}:${artifactId}`, java.package],
    ['C#', `dotnet add package ${String(dotnet.packageId)}`, dotnet.namespace],
    ['Go', `go get ${String(go.moduleName)}/${String(go.packageName)}`, go.packageName],
  ];
  const rows = rowsUnder(readFileSync('README.md', 'utf8'), 'Language').map((row) => cellsOf(row).slice(0, 3));
  expect(rows.map(([language, install, imported]) => [language, /`(.+)`/.exec(install)?.[1], imported.replaceAll('`', '')])).toEqual(
    commands,
  );
});

test('the change that CONTRIBUTING.md walks through can be made', () => {
  const diffs = readFileSync('CONTRIBUTING.md', 'utf8').split('```diff\n').slice(1);
  expect(diffs).not.toEqual([]);
  const missing = diffs.flatMap((rest) => {
    const [header, ...lines] = rest.split('```')[0].split('\n');
    const file = readFileSync(header.replace('---', '').trim(), 'utf8');
    const old = lines.filter((line) => !/^ *(\+|$)/.test(line)).map((line) => line.replace(/^ *-?/, '').trim());
    return old.filter((line) => !file.includes(line));
  });
  expect(missing).toEqual([]);
});

test('what is not there is found', () => {
  expect(problemOf('README.md', 'docs/no-such.md')).toContain('no such file');
  expect(problemOf('README.md', 'SECURITY.md#no-such')).toContain('no such heading');
  expect(problemOf('docs/security.md', '../SECURITY.md#report-a-vulnerability')).toBeUndefined();
  expect(linksOf('[a](b.md#c) `[d](e)` [f](https://g.h)')).toEqual(['b.md#c']);
  expect(anchorsOf('# It\'s a `b_c`\n## [D](e) & f\n## D  f\n<a name="g">')).toEqual(['its-a-b_c', 'd--f', 'd--f-1', 'g']);
});

test('the index of the decisions has each record, under its title', () => {
  const index = readFileSync('docs/decisions/README.md', 'utf8');
  const records = readdirSync('docs/decisions').filter((file) => /^\d/.test(file));
  const titled = records.map((file) => {
    const [title] = readFileSync(`docs/decisions/${file}`, 'utf8').split('\n');
    return `| [${title.replace(/^# /, '')}](${file}) `;
  });
  expect(titled.length).toBeGreaterThan(10);
  expect(titled.filter((row) => !index.includes(row))).toEqual([]);
});

test('a document runs the command by `npx --no`: without it, npx would install whatever has our name on the registry', () => {
  // The changelog says what was, and changes with the next version.
  const others = documents().filter((file) => file !== 'CHANGELOG.md');
  expect(others.flatMap((file) => readFileSync(file, 'utf8').match(/npx (?!--no )[^`\n]*cdk-drs [^`\n]*/g) ?? [])).toEqual([]);
});
