import type { Measures } from '../case';
import type { Contender } from './contenders';
import { deletion } from './deletion';
import type { FakeAws } from './fake-aws';
import { type Code, runCold, type Surroundings, type Usage, type Way } from './function';

/** How a function runs, and how it speaks to AWS; CloudFormation hears its answer over TLS always. */
export interface Situation {
  readonly way: Way;
  readonly protocol: 'http' | 'https';
}

/** Where the functions are run, one at a time. */
export class Stage {
  /** How functions that a function invokes are run, and what they took. */
  private way: Way = 'bare process';
  private surroundings?: Surroundings;
  private invoked: Usage[] = [];

  constructor(
    private readonly certificateFile: string,
    private readonly onEvent: Code,
  ) {}

  async play(
    { name, code, resourceType = 'Custom::Peer', properties }: Contender,
    { way, protocol }: Situation,
    aws: FakeAws,
  ): Promise<Measures> {
    const { certificateFile } = this;
    const surroundings = { endpoint: aws.endpoints[protocol], responsePort: aws.responsePort, certificateFile };
    Object.assign(this, { way, surroundings, invoked: [] });
    const answered = aws.answered();
    const usage = await runCold(code, way, deletion(aws.responsePort, resourceType, properties), surroundings);
    const { at, status } = await within(5_000, answered, `${name} did not answer.`);
    const calls = aws.takeCalls();
    if (status !== 'SUCCESS' || calls.filter((call) => call === 'DisconnectSourceServer').length !== 1) {
      throw new Error(`${name} answered ${String(status)} after ${calls.join(', ')}.`);
    }
    const usages = [usage, ...this.invoked];
    return {
      ms: at - usage.startedAt,
      'CPU ms': usages.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0),
      'peak MB': Math.max(...usages.map(({ peakMegabytes }) => peakMegabytes)),
    };
  }

  async invoke(payload: string): Promise<string> {
    if (!this.surroundings) throw new Error('Nobody plays.');
    this.invoked.push(await runCold(this.onEvent, this.way, JSON.parse(payload) as object, this.surroundings));
    return '{}';
  }
}

function within<T>(milliseconds: number, work: Promise<T>, complaint: string): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => setTimeout(() => reject(new Error(complaint)), milliseconds).unref())]);
}
