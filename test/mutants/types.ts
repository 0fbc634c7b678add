import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { applied, type Mutant } from './mutant';

/** What the compiler has to say about each mutant: a mistake that it finds needs no test. One service for all, since most of the program stays the same. */
export function typeErrorsOf(mutants: readonly Mutant[]): string[][] {
  const versions = new Map<string, { version: number; text: string }>();
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)).config, ts.sys, '.').options,
    // What a mutant leaves out, nobody uses any more.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path.resolve('lambda/index.ts')],
    getScriptVersion: (file) => String(versions.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      const text = versions.get(file)?.text ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getCurrentDirectory: () => process.cwd(),
    fileExists: (file) => ts.sys.fileExists(file),
    readFile: (file) => ts.sys.readFile(file),
    directoryExists: (folder) => ts.sys.directoryExists(folder),
  });
  const write = (file: string, text: string) => versions.set(file, { version: (versions.get(file)?.version ?? 0) + 1, text });

  return mutants.map((mutant) => {
    const file = path.resolve('lambda', mutant.file);
    const source = readFileSync(file, 'utf8');
    write(file, applied(mutant, source));
    const diagnostics = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
    write(file, source);
    return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  });
}
