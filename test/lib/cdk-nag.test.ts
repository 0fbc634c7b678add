import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RecoveryInstancePolicy, SourceServer, SourceServerDisconnection, TeardownFunction } from '../../lib';

/** Every finding of the AwsSolutions pack, and why it stays. */
const ACKNOWLEDGED = {
  'IAM5[Resource::arn:<AWS::Partition>:drs:eu-central-1:111122223333:source-server/*]':
    'One grant serves every server of the Region: a statement for each would not fit on a role. scopeToDeclaredServers makes one for each.',
  'IAM5[Resource::arn:<AWS::Partition>:drs:eu-central-1:111122223333:recovery-instance/*]':
    'Nobody knows the recovery instances before there are any.',
  'IAM5[Resource::arn:<AWS::Partition>:ec2:eu-central-1:111122223333:instance/*]':
    'Likewise; only with the tag of DRS, and only through DRS.',
  'IAM5[Resource::arn:<AWS::Partition>:ec2:eu-central-1:111122223333:volume/*]':
    'Likewise; only with the tag of DRS, and only through DRS.',
  'IAM5[Resource::*]': 'The describe actions of DRS and EC2 know no resources.',
  'IAM5[Resource::arn:<AWS::Partition>:cloudformation:eu-central-1:111122223333:stack/*]':
    'The ancestors of a nested stack tell a deletion from a rollback, and no template knows their names.',
};

function synthesize(acknowledged: Record<string, string>) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  const teardownFunction = new TeardownFunction(stack, 'Function');
  const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0');
  new SourceServerDisconnection(stack, 'Disconnection', {
    sourceServer,
    teardownFunction,
    recoveryInstancePolicy: RecoveryInstancePolicy.TERMINATE_DRILLS,
    deleteSourceServer: true,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const [finding, reason] of Object.entries(acknowledged)) {
    Validations.of(teardownFunction).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
  }
  app.synth();
}

test('no finding but the wildcards that the grants need', () => {
  expect(() => synthesize(ACKNOWLEDGED)).not.toThrow();
});

test.each(Object.keys(ACKNOWLEDGED))('the finding %s is real', (finding) => {
  const others = Object.fromEntries(Object.entries(ACKNOWLEDGED).filter(([other]) => other !== finding));
  expect(() => synthesize(others)).toThrow(finding);
});
