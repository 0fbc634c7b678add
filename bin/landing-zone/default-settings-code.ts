/**
 * The code of the function behind `DefaultSettings`: CommonJS, with the SDK that Lambda's runtime has. CloudFormation takes no more than 4 KB of it in a template.
 * It makes DRS's default settings, or takes over those that nobody can use any more; it deletes nothing.
 */
export const CODE = `
const { Drs } = require('@aws-sdk/client-drs');
const drs = new Drs({});

exports.handler = async (event) => {
  const { RequestType, StackId, RequestId, LogicalResourceId } = event;
  const answer = { Status: 'SUCCESS', PhysicalResourceId: 'drs-default-settings', StackId, RequestId, LogicalResourceId };
  try {
    if (RequestType !== 'Delete') await apply(event.ResourceProperties, RequestType === 'Update');
  } catch (error) {
    Object.assign(answer, { Status: 'FAILED', Reason: String(error).slice(0, 1000) });
  }
  // Bytes, since the type of a text would go beyond what the URL is signed for.
  await fetch(event.ResponseURL, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
};

async function apply(properties, isUpdate) {
  const replication = JSON.parse(properties.Replication);
  const launch = JSON.parse(properties.Launch);
  const id = await own(await all('describeReplicationConfigurationTemplates'), replication.stagingAreaSubnetId, isUpdate);
  await (id
    ? drs.updateReplicationConfigurationTemplate({ replicationConfigurationTemplateID: id, ...replication })
    : drs.createReplicationConfigurationTemplate(replication));
  const [template] = await all('describeLaunchConfigurationTemplates');
  await (template
    ? drs.updateLaunchConfigurationTemplate({ launchConfigurationTemplateID: template.launchConfigurationTemplateID, ...launch })
    : drs.createLaunchConfigurationTemplate(launch));
}

// An answer without its list is not an empty list.
async function all(operation) {
  const { items } = await drs[operation]({});
  if (!items) throw new Error(operation + ' answered no list. Deploy again.');
  return items;
}

// The template that is ours, or nobody's: its subnet is gone, so no server can replicate by it.
async function own(templates, subnetId, isUpdate) {
  for (const { replicationConfigurationTemplateID: id, stagingAreaSubnetId } of templates) {
    if (isUpdate || stagingAreaSubnetId === subnetId || !(await exists(stagingAreaSubnetId))) return id;
  }
  if (templates.length > 0) {
    const [{ replicationConfigurationTemplateID: id, stagingAreaSubnetId }] = templates;
    throw new Error(
      'The default settings of DRS are there already: ' + id + ' names ' + stagingAreaSubnetId + ', which exists. Deploy with -c defaultSettings=false, or, ' +
        'if nobody needs them, let them go first: aws drs delete-replication-configuration-template --replication-configuration-template-id ' + id,
    );
  }
}

async function exists(subnetId) {
  const { EC2 } = require('@aws-sdk/client-ec2');
  try {
    await new EC2({}).describeSubnets({ SubnetIds: [subnetId] });
    return true;
  } catch (error) {
    if (error.name === 'InvalidSubnetID.NotFound') return false;
    throw error;
  }
}
`.trimStart();
