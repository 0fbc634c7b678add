import { partition } from '../defaults';
import { PolicyDocument } from './policy-document';

/** What AWS's own policies grant, of the few that stacks with our resources attach. */
const documents: Record<string, PolicyDocument> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  },
};

/** Undefined for a policy that is not in the table: it can be attached and grants nothing. */
export function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  return documents[arn.replace(`arn:${partition}:iam::aws:policy/`, '')];
}
