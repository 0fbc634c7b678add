/** A stack, as its ID names it. */
export interface StackIdentity {
  readonly id: string;
  readonly name: string;
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
}

/** A nested stack's name is made of those of its parents: longer than a user may give one. */
const STACK_ID =
  /^arn:(aws[a-z-]*):cloudformation:([a-z]{2,}(?:-[a-z]+)+-\d+):(\d{12}):stack\/([A-Za-z][A-Za-z0-9-]{0,511})\/[A-Za-z0-9-]{1,64}$/;

/** Reads `arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`; undefined for anything else. */
export function parseStackId(id: unknown): StackIdentity | undefined {
  const [whole, partition = '', region = '', accountId = '', name = ''] = (typeof id === 'string' && STACK_ID.exec(id)) || [];
  return whole === undefined ? undefined : { id: whole, name, partition, accountId, region };
}
