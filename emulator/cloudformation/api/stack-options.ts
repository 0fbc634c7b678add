import { validationError } from '../errors';
import { StackOptions } from '../model';
import { QueryInput } from './query';

/** How an operation is to go about it. In express mode nothing is rolled back unless asked for. */
export function readStackOptions(input: QueryInput): StackOptions {
  const mode = input.text('DeploymentConfig.Mode') ?? 'STANDARD';
  if (mode !== 'STANDARD' && mode !== 'EXPRESS') {
    throw validationError(
      `1 validation error detected: Value '${mode}' at 'deploymentConfig.mode' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]`,
    );
  }
  const onFailure = (input.text('OnFailure') ?? input.text('OnStackFailure')) as StackOptions['onFailure'];
  const byDefault = mode === 'EXPRESS' && onFailure === undefined ? true : undefined;
  const disableRollback = input.flag('DeploymentConfig.DisableRollback') ?? input.flag('DisableRollback') ?? byDefault;
  return {
    mode,
    capabilities: input.list('Capabilities'),
    ...(onFailure !== undefined && { onFailure }),
    ...(disableRollback !== undefined && { disableRollback }),
  };
}

/** As stacks and change sets show it. */
export function describeMode({ mode = 'STANDARD', disableRollback = false }: StackOptions): { Mode: string; DisableRollback: boolean } {
  return { Mode: mode, DisableRollback: disableRollback };
}
