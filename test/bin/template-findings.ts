import { readFileSync } from 'node:fs';
import * as path from 'node:path';

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string; readonly description: string }[] }[];
}

/** Synthesizes with aws-cdk-lib's own check of templates, as the command line does. */
export async function withTemplateCheck<T>(synthesize: () => T | Promise<T>): Promise<T> {
  process.env.CDK_VALIDATION = 'true';
  try {
    return await synthesize();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
}

/** What that check found in an assembly. It must have been made with it. */
export function templateFindings(directory: string): string[] {
  const { pluginReports } = JSON.parse(readFileSync(path.join(directory, 'validation-report.json'), 'utf8')) as Report;
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName, description }) => `${ruleName}: ${description}`));
}
