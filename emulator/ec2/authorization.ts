import { AuthorizationContext } from '../iam/model';
import { Tags } from './model';

/** What policies can say of a resource by its tags. */
export function resourceTags(tags: Tags = {}): AuthorizationContext {
  const entries = Object.entries(tags);
  return Object.fromEntries(entries.flatMap(([key, value]) => ['aws', 'ec2'].map((prefix) => [`${prefix}:ResourceTag/${key}`, value])));
}
