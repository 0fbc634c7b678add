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
    if (RequestType !== 'Delete') await apply(event.ResourceProperties, event.OldResourceProperties || event.ResourceProperties);
  } catch (error) {
    Object.assign(answer, { Status: 'FAILED', Reason: String(error).slice(0, 1000) });
  }
  // Bytes, since the type of a text would go beyond what the URL is signed for.
  const { ok, status } = await fetch(event.ResponseURL, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
  // Then Lambda runs it again.
  if (!ok) throw new Error('The answer was refused with HTTP status ' + status);
};

async function apply(properties, before) {
  const [replication, old] = [properties, before].map((one) => JSON.parse(one.Replication));
  const launch = JSON.parse(properties.Launch);
  const id = await own(await all('describeReplicationConfigurationTemplates'), [replication, old].map((one) => one.stagingAreaSubnetId));
  await (id
    ? ask('updateReplicationConfigurationTemplate', { replicationConfigurationTemplateID: id, ...replication })
    : ask('createReplicationConfigurationTemplate', replication));
  const [template] = await all('describeLaunchConfigurationTemplates');
  await (template
    ? ask('updateLaunchConfigurationTemplate', { launchConfigurationTemplateID: template.launchConfigurationTemplateID, ...launch })
    : ask('createLaunchConfigurationTemplate', launch));
}

// A new policy may need a minute and a half to spread.
async function ask(operation, input) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await drs[operation](input);
    } catch (error) {
      if (error.name !== 'AccessDeniedException' || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  }
}

// An answer without its list is not an empty list.
async function all(operation) {
  const found = [];
  let nextToken;
  do {
    const page = await ask(operation, { nextToken });
    if (!page.items) throw new Error(operation + ' answered no list. Deploy again.');
    found.push(...page.items);
    ({ nextToken } = page);
  } while (nextToken);
  return found;
}

// The template that is ours, or nobody's: its subnet is gone, so no server can replicate by it.
async function own(templates, subnetIds) {
  const ours = templates.find(({ stagingAreaSubnetId }) => subnetIds.includes(stagingAreaSubnetId));
  if (ours) return ours.replicationConfigurationTemplateID;
  for (const { replicationConfigurationTemplateID: id, stagingAreaSubnetId } of templates) {
    if (!(await exists(stagingAreaSubnetId))) return id;
  }
  if (templates.length > 0) {
    const [{ replicationConfigurationTemplateID: id, stagingAreaSubnetId }] = templates;
    throw new Error(
      'The default settings of DRS are there already: ' + id + ' names ' + stagingAreaSubnetId + ', which exists. Deploy with -c defaultSettings=false, or, ' +
        'if nobody needs them, let them go first: aws drs delete-replication-configuration-template --region ' + process.env.AWS_REGION + ' --replication-configuration-template-id ' + id,
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
