import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import {
  type DisconnectionOptions,
  RecoveryInstancePolicy,
  SourceServer,
  SourceServerDisconnection,
  StagingAreaDrain,
  TeardownFunction,
} from '../../../lib';

/** A value of each option that is not its default. */
const VALUES: { readonly [Option in keyof Required<DisconnectionOptions>]: (stack: Stack) => DisconnectionOptions[Option] } = {
  recoveryInstancePolicy: () => RecoveryInstancePolicy.TERMINATE_DRILLS,
  deleteSourceServer: () => true,
  assumeRole: (stack) => Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::111122223333:role/target'),
  assumeRoleOptions: () => ({ externalId: 'payments', sourceIdentity: 'cdk-drs', sessionTags: { team: 'dr' } }),
  stagingAreaDrain: (stack) => new StagingAreaDrain(stack, 'Drain', { vpc: new Vpc(stack, 'Vpc') }),
  removalPolicy: () => RemovalPolicy.RETAIN,
  teardownFunction: (stack) => new TeardownFunction(stack, 'Function'),
};

/** What the disconnection with these options depends on, in a stack where others were declared before. */
function dependenciesOf(options: (stack: Stack) => DisconnectionOptions, ...before: DisconnectionOptions[]): string[] {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  const declare = (id: string, of: DisconnectionOptions) => {
    const sourceServer = SourceServer.fromSourceServerId(stack, `Server${id}`, `s-${id.padEnd(17, '0')}`);
    new SourceServerDisconnection(stack, id, { sourceServer, ...of });
  };
  before.forEach((others, index) => declare(`Before${index}`, others));
  declare('Last', options(stack));
  const resources = Template.fromStack(stack).findResources('Custom::DRSSourceServerDisconnection');
  const [, last] = Object.entries(resources).find(([logicalId]) => logicalId.startsWith('Last'))!;
  return last.DependsOn as string[];
}

test.each(Object.entries(VALUES))('%s: a disconnection has the same grants, whatever was declared before it', (option, value) => {
  const role = (stack: Stack) => (option === 'assumeRoleOptions' ? { assumeRole: VALUES.assumeRole(stack) } : {});
  const options = (stack: Stack) => ({ ...role(stack), [option]: value(stack) });
  const alone = dependenciesOf(options);
  expect(alone).not.toEqual([]);
  expect(dependenciesOf(options, {})).toEqual(alone);
  expect(dependenciesOf(options, { deleteSourceServer: true }, { recoveryInstancePolicy: RecoveryInstancePolicy.DISCONNECT })).toEqual(
    alone,
  );
});

test('what an option grants shows in the dependencies', () => {
  const plain = dependenciesOf(() => ({}));
  expect(dependenciesOf(() => ({ deleteSourceServer: true })).length).toBeGreaterThan(plain.length);
});
