/*
 * A landing zone in every account of an organizational unit, by CloudFormation StackSets:
 *
 *   npx cdk deploy -c account=111122223333 -c region=eu-central-1 -c organizationId=o-a1b2c3d4e5 \
 *     -c organizationalUnitId=ou-ab12-cdef3456 -c assetBucketPrefix=example-corp-disaster-recovery
 */
import { App } from 'aws-cdk-lib';
import { RollOutStack } from './stacks';

const app = new App();
const context = (name: string) => String(app.node.getContext(name));
new RollOutStack(app, 'RollOut', {
  env: { account: context('account'), region: context('region') },
  organizationId: context('organizationId'),
  organizationalUnitId: context('organizationalUnitId'),
  assetBucketPrefix: context('assetBucketPrefix'),
});
app.synth();
