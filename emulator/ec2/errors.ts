import { randomUUID } from 'node:crypto';
import { FaultErrorKind } from '../control/faults';
import { AwsError, ServiceResponse } from '../http/service';
import { xmlElement, xmlResponse } from '../http/xml';

export function ec2Error(code: string, message: string, status = 400): AwsError {
  return new AwsError(code, message, status);
}

export function invalidParameter(message: string): AwsError {
  return ec2Error('InvalidParameterValue', message);
}

export function dependencyViolation(message: string): AwsError {
  return ec2Error('DependencyViolation', message);
}

export function unauthorized(detail = ''): AwsError {
  return ec2Error('UnauthorizedOperation', `You are not authorized to perform this operation. ${detail}`.trim(), 403);
}

export function ec2Fault(kind: FaultErrorKind): AwsError {
  if (kind === 'throttle') return ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (kind === 'internal') return ec2Error('InternalError', 'An internal error has occurred', 500);
  return unauthorized();
}

/** An error in EC2's own format, which is no other service's. */
export function refuseEc2(error: AwsError): ServiceResponse {
  const { code, message, status, headers } = inEc2sWords(error);
  const content = { Errors: { Error: { Code: code, Message: message } }, RequestID: randomUUID() };
  return xmlResponse(status, xmlElement('Response', content), headers);
}

/** EC2 has codes of its own for what every service may answer. */
function inEc2sWords(error: AwsError): AwsError {
  switch (error.code) {
    case 'AccessDeniedException':
      return unauthorized(error.message);
    case 'MissingAuthenticationToken':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
      return ec2Error('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    case 'UnknownOperationException':
      return ec2Error('InvalidAction', error.message);
    case 'InternalFailure':
      return ec2Error('InternalError', error.message, 500);
    default:
      return error;
  }
}
