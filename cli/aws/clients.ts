import { DrsReader } from './drs';
import { Ec2Reader } from './ec2';
import type { Session } from './session';
import { Failure } from '../../lambda/aws/errors';
import { say, type Told } from '../../lambda/aws/message';
import { isRegionOf } from '../../lambda/aws/region';
import { accountOfRole, type Principal } from '../../lambda/aws/role';
import type { StackIdentity } from '../../lambda/aws/stack-id';

/** What is asked about: DRS in each account and Region, and EC2 where the stack is. */
export class AwsClients {
  private readonly places = new Map<string, Promise<DrsReader>>();
  private readonly announced = new Set<string>();

  /**
   * @param roleArns the roles that the user lets be assumed
   * @param announce tells the user of a role before it is assumed
   */
  constructor(
    private readonly session: Session,
    private readonly roleArns: readonly string[],
    private readonly announce: (what: Told) => void,
  ) {}

  /**
   * DRS in the account and the Region that the teardown function would ask: as a role, if it assumes one.
   *
   * @throws Failure if it is no Region of the partition, or the role can't be assumed, or is another account's and the user didn't name it
   */
  async drs(stack: StackIdentity, region: string, principal: Partial<Principal> = {}): Promise<DrsReader> {
    if (!isRegionOf(region, stack.partition)) {
      throw new Failure(say`'${region}' is not a Region of the partition ${stack.partition}, so nothing was asked there.`);
    }
    const reader = principal.assumeRoleArn === undefined ? undefined : this.readerFor(stack, principal.assumeRoleArn);
    const key = `${region} ${reader}`;
    const place = this.places.get(key) ?? this.open(stack, region, reader, principal);
    this.places.set(key, place);
    return place;
  }

  ec2({ region }: StackIdentity): Ec2Reader {
    return new Ec2Reader(this.session.configuration(region));
  }

  /** The role that reads where the function assumes this one: a stack may name any account, which is asked nothing unless the user says so. */
  private readerFor({ accountId: ownAccount }: StackIdentity, roleArn: string): string {
    const account = accountOfRole(roleArn);
    const named = this.roleArns.find((arn) => arn === roleArn) ?? this.roleArns.find((arn) => accountOfRole(arn) === account);
    if (named === undefined && account !== ownAccount) {
      throw new Failure(
        say`DRS in account ${account} is asked only as a role that you name: add --role-arn ${roleArn}, or a role of that account that only reads.`,
      );
    }
    return named ?? roleArn;
  }

  private async open(
    { name }: StackIdentity,
    region: string,
    roleArn: string | undefined,
    { assumeRoleArn, session }: Partial<Principal>,
  ): Promise<DrsReader> {
    if (roleArn === undefined) {
      return new DrsReader(this.session.configuration(region));
    }
    if (!this.announced.has(roleArn)) {
      this.announced.add(roleArn);
      this.announce(say`Assuming the role ${roleArn}, with a session that only reads.`);
    }
    // Its trust policy may ask for what the teardown function sends; another role's may forbid it.
    const credentials = await this.session.assumeRole(roleArn, name, roleArn === assumeRoleArn ? session : undefined);
    return new DrsReader(this.session.configuration(region, credentials));
  }
}
