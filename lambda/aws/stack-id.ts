/** A stack, as its ID names it. */
export interface StackIdentity {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
}

/** `arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID` */
export function parseStackId(id: string): StackIdentity {
  const [, , , region = '', accountId = '', resource = ''] = id.split(':');
  return { id, name: resource.split('/')[1] ?? '', accountId, region };
}
