import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import * as path from 'node:path';
import { Failure } from '../../lambda/aws/errors';
import { say } from '../../lambda/aws/message';

/** Twice what CloudFormation takes, in bytes. */
export const LONGEST_FILE = 2_000_000;

/**
 * Reads a template that the user names: a file, or what a command writes into a pipe.
 *
 * @throws Failure if it is too long
 */
export function readTemplateFile(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    return readAtMost(descriptor, file);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a template that a template names, which a stranger may have written: a file, and only in this folder.
 *
 * @throws Failure if it is none
 */
export function readTemplateInside(directory: string, name: string): string {
  const [folder, file] = [realpathSync(directory), realpathSync(path.resolve(directory, name))];
  if (!file.startsWith(folder + path.sep)) {
    throw new Failure(say`${name} leads out of ${directory}, so it was not read.`);
  }
  // Nobody waits for the other end of a pipe.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) {
      throw new Failure(say`${name} is no file, so it was not read.`);
    }
    return readAtMost(descriptor, name);
  } finally {
    closeSync(descriptor);
  }
}

function readAtMost(descriptor: number, name: string): string {
  const buffer = Buffer.alloc(LONGEST_FILE + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  if (length > LONGEST_FILE) {
    throw new Failure(say`${name} has more than ${LONGEST_FILE} bytes: that is no template.`);
  }
  return buffer.toString('utf8', 0, length);
}
