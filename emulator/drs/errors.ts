import { FaultErrorKind } from '../control/faults';
import { AwsError } from '../http/service';

export type DrsResourceType = 'SOURCE_SERVER' | 'RECOVERY_INSTANCE' | 'JOB' | 'CONFIGURATION_TEMPLATE';

export interface InvalidField {
  readonly name: string;
  readonly message: string;
}

export function resourceNotFound(resourceType: DrsResourceType, resourceId: string): AwsError {
  const message = `${spelledOut[resourceType]} ${resourceId} not found.`;
  return new AwsError('ResourceNotFoundException', message, 404, { code: 'RESOURCE_NOT_FOUND', resourceId, resourceType });
}

export function conflict(message: string, resourceType: DrsResourceType, resourceId: string): AwsError {
  return new AwsError('ConflictException', message, 409, { code: 'CONFLICT', resourceId, resourceType });
}

export function invalidFields(fieldList: readonly InvalidField[]): AwsError {
  const problems = fieldList.map(({ name, message }) => `Value at '${name}' failed to satisfy constraint: ${message}`).join('; ');
  const message = `${fieldList.length} validation error${fieldList.length === 1 ? '' : 's'} detected: ${problems}`;
  return new AwsError('ValidationException', message, 400, { code: 'VALIDATION', reason: 'fieldValidationFailed', fieldList });
}

export function invalid(message: string, reason: 'cannotParse' | 'other' = 'other'): AwsError {
  return new AwsError('ValidationException', message, 400, { code: 'VALIDATION', reason });
}

export function uninitializedAccount(): AwsError {
  const message = 'Account is not initialized. Initialize the service before using it.';
  return new AwsError('UninitializedAccountException', message, 400, { code: 'UNINITIALIZED_ACCOUNT' });
}

export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDeniedException', message, 403, { code: 'ACCESS_DENIED' });
}

export function tooManyJobs(): AwsError {
  return new AwsError('ServiceQuotaExceededException', 'Too many jobs in progress.', 402, {
    code: 'QUOTA',
    resourceType: 'JOB',
    serviceCode: 'drs',
  });
}

export function tooManyTemplates(kind: 'launch' | 'replication'): AwsError {
  return new AwsError('ServiceQuotaExceededException', `Max number of ${kind} configuration templates per AWS account: 1`, 402, {
    code: 'QUOTA',
    resourceType: `${kind.toUpperCase()}_CONFIGURATION_TEMPLATE`,
    serviceCode: 'drs',
    ...(kind === 'launch' && { quotaCode: 'L-1F3FAE4D' }),
  });
}

/** `retryAfterSeconds` travels as the header Retry-After. */
export function drsFault(kind: FaultErrorKind, retryAfter?: number): AwsError {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (kind === 'throttle') return new AwsError('ThrottlingException', 'Rate exceeded', 429, { serviceCode: 'drs' }, headers);
  if (kind === 'internal') return new AwsError('InternalServerException', 'An internal error occurred.', 500, {}, headers);
  return accessDenied('User is not authorized to perform this operation.');
}

const spelledOut: Record<DrsResourceType, string> = {
  SOURCE_SERVER: 'Source Server',
  RECOVERY_INSTANCE: 'Recovery Instance',
  JOB: 'Job',
  CONFIGURATION_TEMPLATE: 'Configuration Template',
};
