import { DrsReader } from './drs';
import { Ec2Reader } from './ec2';
import type { Session } from './session';
import type { StackIdentity } from '../../lambda/aws/stack-id';

/** What is asked about: DRS in each account and Region, and EC2 where the stack is. */
export class AwsClients {
  private readonly places = new Map<string, Promise<DrsReader>>();

  constructor(private readonly session: Session) {}

  /**
   * DRS as the teardown function would see it: in the Region, as the role if there is one to assume.
   *
   * @throws Failure if the role can't be assumed
   */
  drs({ name }: StackIdentity, region: string, roleArn: string | undefined): Promise<DrsReader> {
    const key = `${region} ${roleArn}`;
    const place = this.places.get(key) ?? this.open(name, region, roleArn);
    this.places.set(key, place);
    return place;
  }

  ec2({ region }: StackIdentity): Ec2Reader {
    return new Ec2Reader(this.session.configuration(region));
  }

  private async open(stackName: string, region: string, roleArn: string | undefined): Promise<DrsReader> {
    const credentials = roleArn === undefined ? undefined : await this.session.assumeRole(roleArn, stackName);
    return new DrsReader(this.session.configuration(region, credentials));
  }
}
