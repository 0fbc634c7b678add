import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { documents } from './markdown';

const samples = documents().flatMap((file) =>
  Array.from(readFileSync(file, 'utf8').matchAll(/```ts\n([^]*?)```/g), ([, code = '']) => ({ file, code })),
);
const wrong = "import { NoSuch } from 'cdk-drs'; export default NoSuch;";

/** What the compiler has to say about each of these files of a user; one program for all, since it reads all of the CDK's types. */
function problemsOf(codes: readonly string[]): string[][] {
  const files = new Map(codes.map((code, index) => [path.resolve(`sample-${index}.ts`), code]));
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ['node'],
    paths: { 'cdk-drs': [path.resolve('lib/index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  // Most of what there is to read of the CDK's types is comments.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const underlying = ts.createCompilerHost(options);
  host.fileExists = (name) => files.has(name) || underlying.fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const code = files.get(name);
    return code === undefined ? underlying.getSourceFile(name, ...rest) : ts.createSourceFile(name, code, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

test('every sample compiles, and a wrong one would not', () => {
  expect(samples.map(({ file }) => file)).toContain('README.md');
  const [ofWrong, ...problems] = problemsOf([wrong, ...samples.map(({ code }) => code)]);
  expect(ofWrong).toEqual([expect.stringContaining('NoSuch')]);
  const found = samples.map(({ file, code }, index) => ({ file, code, problems: problems[index] }));
  expect(found.filter(({ problems }) => problems?.length !== 0)).toEqual([]);
});
