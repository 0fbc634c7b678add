import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { Failure } from '../../lambda/aws/errors';
import { say } from '../../lambda/aws/message';
import { NESTED_STACK } from '../aws/cloudformation';
import { type DeployedStack, parseTemplate, type ResourceDeclaration, type Template } from '../template/template';
import { readTemplateInside } from '../template/template-file';
import { Unresolved } from '../template/unresolved';

/** Where the template of a nested stack is, before and after an update. */
interface Urls {
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The new template of a nested stack: the one beside that of its parent, if the URL names it; or the deployed one, if the URL stays, and names its content.
 *
 * @throws Unresolved or Failure if it is neither, so that nobody here knows what is at the URL
 */
export function templateOfNested(
  child: DeployedStack,
  declaration: ResourceDeclaration,
  { before, after }: Urls,
  directory: string,
): Template {
  const name = declaration.Metadata?.['aws:asset:path'];
  if (declaration.Type !== NESTED_STACK || typeof after !== 'string') {
    throw new Unresolved('its TemplateURL is no text');
  }
  if (typeof name === 'string' && existsSync(path.resolve(directory, name))) {
    return templateBeside(directory, name, after);
  }
  if (before === after && child.template && namesContent(after)) {
    return child.template;
  }
  throw new Unresolved(`it is not to be found in ${directory}`);
}

/** The CDK notes in the template where it has put those of nested stacks. What is deployed is at the URL, whose name has the hash of its content. */
function templateBeside(directory: string, name: string, url: string): Template {
  const template = parseTemplate(readTemplateInside(directory, name), name);
  if (!template) {
    throw new Failure(say`${name} is not a template in JSON.`);
  }
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex');
  if (!url.endsWith(`${hash}.json`)) {
    throw new Unresolved(`its TemplateURL, ${url}, does not name the content of ${name}`);
  }
  return template;
}

/** Whether there can be only one content under the name, which has a hash in it: any other may have been written anew. */
function namesContent(url: string): boolean {
  return /[0-9a-f]{32}/.test(url.split('/').at(-1) ?? '');
}
