/** It is said so often how far it is. */
const REPORTS = 20;

/** Says how far the soak is. */
export class Progress {
  private readonly begin = Date.now();
  private done = 0;
  private reports = 0;

  constructor(private readonly total: number) {}

  played(count: number, violations: number) {
    this.done += count;
    const part = this.done / this.total;
    if (Math.floor(part * REPORTS) > this.reports) {
      this.reports = Math.floor(part * REPORTS);
      const left = Math.ceil(((Date.now() - this.begin) / part - (Date.now() - this.begin)) / 60_000);
      console.log(
        `${this.done} of ${this.total} sequences (${Math.round(part * 100)} %), violations: ${violations}, about ${left} min left`,
      );
    }
  }
}
