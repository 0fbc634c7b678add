import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { Iam } from '../../../emulator/iam/iam';
import { sendSigned } from '../http/signed-request';
import { Who } from '../services';

export interface Ec2Answer {
  readonly status: number;
  readonly body: string;
  /** The code and the message of an error. */
  readonly code?: string;
  readonly message?: string;
  /** The texts of all elements of this name. */
  all(element: string): string[];
}

/** A request to EC2 as it goes over the wire: there is no client among the dependencies. */
export async function ec2Query(
  { endpoint, iam }: { readonly endpoint: string; readonly iam: Iam },
  action: string,
  parameters: Record<string, string> = {},
  { region = defaultRegion, accountId = defaultAccountId, credentials = iam.operatorCredentials(accountId) }: Who = {},
): Promise<Ec2Answer> {
  const { status, body } = await sendSigned(endpoint, {
    service: 'ec2',
    credentials,
    region,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: action, Version: '2016-11-15', ...parameters }).toString(),
  });
  const all = (element: string): string[] =>
    [...body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text = '']) => text);
  return { status, body, code: all('Code')[0], message: all('Message')[0], all };
}

/** `Filter.1.Name`, `Filter.1.Value.1` and so on. */
export function filters(named: Record<string, string | readonly string[]>): Record<string, string> {
  const entries = Object.entries(named).flatMap(([name, values], index) => [
    [`Filter.${index + 1}.Name`, name],
    ...[values].flat().map((value, position) => [`Filter.${index + 1}.Value.${position + 1}`, value]),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
