import { XmlContent } from '../http/xml';
import { AuthorizationContext } from '../iam/model';
import { Settings } from '../settings';
import { Network } from './network';
import { Ec2Query } from './query';

/** One request, with all that an operation needs to answer it. */
export interface Ec2Call {
  readonly now: number;
  readonly accountId: string;
  readonly region: string;
  readonly settings: Settings;
  readonly network: Network;
  /** Throws unless the caller may do this operation with the resource: an ARN, or *. */
  readonly authorize: (resource: string, context?: AuthorizationContext) => void;
  /** `security-group/sg-…` as an ARN of the call's account and Region. */
  readonly arn: (resource: string) => string;
}

/** A request whose parameters have been read. */
export interface ReadRequest {
  readonly authorize: (call: Ec2Call) => void;
  readonly run: (call: Ec2Call) => Readonly<Record<string, XmlContent>>;
}

/** An operation: it reads all of its parameters before it does anything. */
export type Operation = (query: Ec2Query) => ReadRequest;
