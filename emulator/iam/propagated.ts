import { Clock } from '../control/clock';

/** A value whose edits take a while until they are seen; until then the one before counts, or none. */
export class Propagated<T> {
  private readonly versions: { readonly value: T; readonly seenFrom: number }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
    value: T,
  ) {
    this.set(value);
  }

  set(value: T): void {
    this.versions.push({ value, seenFrom: this.clock.now() + this.seconds * 1000 });
  }

  /** As written last. */
  get written(): T {
    return (this.versions[this.versions.length - 1] as { value: T }).value;
  }

  /** As it counts now. */
  get seen(): T | undefined {
    const now = this.clock.now();
    return this.versions.filter(({ seenFrom }) => seenFrom <= now).pop()?.value;
  }
}
