import type { ListedMutant } from './list';

/** The test files, by how likely each one is to catch a mutant. It learns with each one that is caught. */
export class Likeliest {
  /** The test files that caught mutants of a row or of a file of the handler, the last one first. */
  private readonly caught = new Map<string, readonly string[]>();

  /** From the fastest to the slowest: where nothing is known, that is the order. */
  constructor(private readonly testFiles: readonly string[]) {}

  /** Those that caught its neighbours come first, and all the others follow. */
  inOrderFor({ row, file }: ListedMutant): string[] {
    return [...new Set([...this.of(row), ...this.of(file), ...this.testFiles])];
  }

  learn({ row, file }: ListedMutant, testFile: string) {
    [row, file].forEach((key) => this.caught.set(key, [testFile, ...this.of(key).filter((other) => other !== testFile)]));
  }

  private of(key: string): readonly string[] {
    return this.caught.get(key) ?? [];
  }
}
