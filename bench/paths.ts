import * as path from 'node:path';

/** The benchmarks run from .build. */
export const ROOT = path.join(__dirname, '..');

const CDK = path.join(ROOT, 'node_modules', 'aws-cdk-lib');

/** The functions of the peers, as aws-cdk-lib ships them. */
export const AWS_CUSTOM_RESOURCE = path.join(CDK, 'custom-resource-handlers/dist/custom-resources/aws-custom-resource-handler');
export const PROVIDER_FRAMEWORK = path.join(CDK, 'custom-resources/lib/provider-framework/runtime');
