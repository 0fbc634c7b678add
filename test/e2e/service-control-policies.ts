import { readFileSync } from 'node:fs';
import { defaultAccountId, defaultRegion } from '../../emulator/defaults';

// The service control policies that docs/security.md advises, as they are printed there, and whom they know.

const role = (path: string) => `arn:aws:iam::${defaultAccountId}:role/${path}`;

/** As `cdk bootstrap` names them. */
export const EXECUTION_ROLE = role(`cdk-hnb659fds-cfn-exec-role-${defaultAccountId}-${defaultRegion}`);
export const DEPLOY_ROLE = role(`cdk-hnb659fds-deploy-role-${defaultAccountId}-${defaultRegion}`);
/** Somebody who operates disaster recovery. */
export const OPERATOR_ROLE = role('disaster-recovery/Operator');

/** Their texts by the ID of their first statement. */
export const policies: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from(readFileSync('docs/security.md', 'utf8').matchAll(/```json\n([^]*?)```/g), ([, text]) => {
    const { Statement } = JSON.parse(text) as { Statement: readonly { Sid: string }[] };
    return [Statement[0].Sid, text];
  }),
);
