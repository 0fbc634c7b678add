import { AwsError } from '../http/service';

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message, 400);
}

/** Why a resource could not be created, updated or deleted, and what it left behind. */
export class ResourceFailure extends Error {
  constructor(
    reason: string,
    /** What may exist all the same: this is what a rollback deletes. */
    readonly physicalId?: string,
    /** Whether anybody was asked to do anything: what never began needs no way back. */
    readonly began = true,
  ) {
    super(reason);
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
