import { randomBytes } from 'node:crypto';

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function randomHex(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}

/** Upper-case letters and digits, as in AWS's access keys and in the names that CloudFormation makes up. */
export function randomUpperCase(length: number): string {
  return [...randomBytes(length)].map((byte) => upperCase[byte % upperCase.length]).join('');
}
