import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** As aws-cdk-lib's App does. */
export function leaveAFolder() {
  writeFileSync(path.join(mkdtempSync(path.join(tmpdir(), 'left ')), 'behind'), '');
}
