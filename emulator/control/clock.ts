/** Emulated time: starts at the real time, then runs `speed` times faster. */
export class Clock {
  readonly epoch = Date.now();

  constructor(readonly speed: number) {}

  /** Milliseconds since 1970, emulated. */
  now(): number {
    return this.epoch + (Date.now() - this.epoch) * this.speed;
  }

  /** When it is, or was, this emulated time by the wall clock, for who compares it with a clock of their own. */
  wallTime(emulated: number): number {
    return this.epoch + Math.floor((emulated - this.epoch) / this.speed);
  }

  /** Calls back once `milliseconds` of emulated time have passed. */
  after(milliseconds: number, callback: () => void): NodeJS.Timeout {
    return setTimeout(callback, milliseconds / this.speed);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }
}
