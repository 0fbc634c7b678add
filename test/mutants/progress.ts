const SHOWN_EVERY = 15_000;

/** Tells on stderr how far it is: in one line of a terminal, and elsewhere in a line now and then. */
export class Progress {
  private readonly begun = Date.now();
  private shown = Date.now();
  private done = 0;
  private survivors = 0;

  constructor(private readonly all: number) {}

  /** Another mutant was tried; if it survived, with the line that says so. */
  tried(survivor?: string) {
    this.done++;
    if (survivor) {
      this.survivors++;
      this.write(`${survivor}\n`);
    }
    if (process.stderr.isTTY) {
      this.write(this.line());
    } else if (Date.now() - this.shown >= SHOWN_EVERY || this.done === this.all) {
      this.shown = Date.now();
      this.write(`${this.line()}\n`);
    }
  }

  end() {
    this.write('');
  }

  private line(): string {
    const left = ((Date.now() - this.begun) / this.done) * (this.all - this.done);
    return `${this.done} of ${this.all} mutants tried, ${this.survivors} survive, about ${Math.ceil(left / 60_000)} min left`;
  }

  private write(text: string) {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : text);
  }
}
