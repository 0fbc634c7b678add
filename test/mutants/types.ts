import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { applied, type Mutant } from './mutant';

/** What the compiler has to say about each mutant: a mistake that it finds needs no test. Each is a file beside the one it is made of, all in one program. */
export function typeErrorsOf(mutants: readonly Mutant[]): string[][] {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)).config, ts.sys, '.').options,
    // What a mutant leaves out, nobody uses any more.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const texts = new Map(
    mutants.map((mutant, index) => {
      const file = path.resolve('lambda', mutant.file);
      return [file.replace(/\.ts$/, `.mutant${index}.ts`), applied(mutant, readFileSync(file, 'utf8'))];
    }),
  );
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...texts.keys()], options, {
    ...host,
    fileExists: (file) => texts.has(file) || host.fileExists(file),
    getSourceFile: (file, version, ...more) => {
      const text = texts.get(file);
      return text === undefined ? host.getSourceFile(file, version, ...more) : ts.createSourceFile(file, text, version);
    },
  });
  return Array.from(texts.keys(), (name) => {
    const file = program.getSourceFile(name);
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  });
}
