import { Template } from '../template';

const iamTypes = /^AWS::IAM::(AccessKey|Group|InstanceProfile|ManagedPolicy|Policy|Role|User|UserToGroupAddition)$/;
const nameProperties = ['RoleName', 'UserName', 'GroupName', 'InstanceProfileName', 'ManagedPolicyName'];

/** What a template needs to be allowed for its IAM resources. */
export function requiredCapabilities(template: Template): string[] {
  const iamResources = Object.values(template.resources).filter(({ Type }) => iamTypes.test(Type));
  if (iamResources.length === 0) return [];
  const isNamed = iamResources.some(
    ({ Type, Properties = {} }) => Type !== 'AWS::IAM::Policy' && nameProperties.some((name) => name in Properties),
  );
  return [isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

/** CAPABILITY_NAMED_IAM includes CAPABILITY_IAM. */
export function missingCapabilities(template: Template, given: readonly string[]): string[] {
  return given.includes('CAPABILITY_NAMED_IAM') ? [] : requiredCapabilities(template).filter((capability) => !given.includes(capability));
}
