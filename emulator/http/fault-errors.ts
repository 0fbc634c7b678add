import { Fault } from '../control/faults';
import { AwsError, Service } from './service';

/** The error that a service answers an injected fault with; undefined for faults that are no answer. */
export function errorOf(fault: Fault, service: Service): AwsError | undefined {
  switch (fault.kind) {
    case 'throttle':
      return service.faultError?.(fault.kind, fault.retryAfter) ?? new AwsError('Throttling', 'Rate exceeded', 400);
    case 'internal':
      return service.faultError?.(fault.kind, fault.retryAfter) ?? new AwsError('InternalFailure', 'An internal failure occurred.', 500);
    case 'denied':
      return service.faultError?.(fault.kind) ?? new AwsError('AccessDenied', 'Access denied', 403);
    default:
      return undefined;
  }
}
