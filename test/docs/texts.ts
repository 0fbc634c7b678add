import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

/** Stands for what is known only when the text is written: an ID, a name, what AWS said. */
export const HOLE = '…';

/** A text in the source. */
export interface Text {
  /** Put together from its parts, with holes. */
  readonly text: string;
  /** Whether it is a failure, an error or a warning, or all of what explains one. */
  readonly isTold: boolean;
}

/** Every text that the sources of a folder hold. */
export function textsIn(folder: string): Text[] {
  return collect(folder, (node) =>
    isText(node) && !isText(node.parent) ? [{ text: read(node as ts.Expression).replace(/…+/g, HOLE), isTold: isTold(node) }] : [],
  );
}

/** The texts that calls of a function have as one of their arguments. */
export function argumentsOf(folder: string, name: string, index: number): string[] {
  return collect(folder, (node) => {
    const argument = ts.isCallExpression(node) && nameOf(node) === name ? node.arguments[index] : undefined;
    return argument && ts.isStringLiteralLike(argument) ? [argument.text] : [];
  });
}

function collect<T>(folder: string, pick: (node: ts.Node) => T[]): T[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((name) => {
    const file = path.join(folder, name);
    const inside = (node: ts.Node): T[] => {
      const picked = pick(node);
      ts.forEachChild(node, (child) => void picked.push(...inside(child)));
      return picked;
    };
    return inside(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true));
  });
}

function isText(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    (isSum(node) && (isText(node.left) || isText(node.right))) ||
    (isList(node) && node.elements.some(isText))
  );
}

/** What `join` of lambda/aws/message.ts puts together: sentences. */
function isList(node: ts.Node): node is ts.ArrayLiteralExpression {
  return ts.isArrayLiteralExpression(node) && ts.isCallExpression(node.parent) && isJoin(node.parent) && node.parent.arguments.length === 1;
}

function isJoin(node: ts.CallExpression): boolean {
  return nameOf(node) === 'join';
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function read(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => HOLE + literal.text).join('');
  }
  if (ts.isTaggedTemplateExpression(node)) {
    return read(node.template);
  }
  if (isList(node)) {
    return node.elements.map(read).join(' ');
  }
  return isSum(node) && isText(node) ? read(node.left) + read(node.right) : HOLE;
}

/** Followed upwards to the call that it is an argument of, or the function that returns it. */
function isTold(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isNewExpression(parent)) {
    return ['Error', 'Failure'].includes(nameOf(parent));
  }
  if (ts.isCallExpression(parent) && parent.expression !== node && !isJoin(parent)) {
    return ['validationError', 'addWarningV2'].includes(nameOf(parent)) && parent.arguments[1] === node;
  }
  if (ts.isFunctionDeclaration(parent)) {
    return /^explain|^tell|Message$/.test(parent.name?.text ?? '');
  }
  return !ts.isSourceFile(parent) && !ts.isVariableDeclaration(parent) && !ts.isTemplateSpan(parent) && isTold(parent);
}

function nameOf({ expression }: ts.CallExpression | ts.NewExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}
