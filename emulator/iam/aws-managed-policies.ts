import { partition } from '../defaults';
import { PolicyDocument } from './policy-document';

/** What AWS's own policies grant here, of the few that are attached by stacks with our resources, and by CDK's bootstrap. */
const documents: Record<string, PolicyDocument> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  },
  AdministratorAccess: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  AWSCloudFormationReadOnlyAccess: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['cloudformation:Describe*', 'cloudformation:Get*', 'cloudformation:List*'], Resource: '*' }],
  },
  ReadOnlyAccess: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'cloudformation:Describe*',
          'cloudformation:Get*',
          'cloudformation:List*',
          'drs:Describe*',
          'ec2:Describe*',
          'logs:FilterLogEvents',
          's3:Get*',
          's3:List*',
          'ssm:GetParameter*',
        ],
        Resource: '*',
      },
    ],
  },
};

/** Undefined for a policy that is not in the table: it can be attached and grants nothing. */
export function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  return documents[arn.replace(`arn:${partition}:iam::aws:policy/`, '')];
}
