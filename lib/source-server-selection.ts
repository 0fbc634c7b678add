import { Aws, Token } from 'aws-cdk-lib';
import { withoutTokens } from './private/validation';

/**
 * Which source servers of an account and Region belong to a fleet. It is evaluated when the fleet is disconnected, not before.
 */
export class SourceServerSelection {
  /**
   * The source servers that carry all of these tags, with these values, at that moment. IAM is asked for the tags, too.
   *
   * @param tags at least one
   * @throws if there is no tag, if the key of one is empty or not known at synth, if one has no value, if a key has one of the characters `$`, `*` and `?`, or if two keys differ only in case
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
   */
  public static withTags(tags: { [key: string]: string }): SourceServerSelection {
    const keys = Object.keys(tags);
    if (keys.length === 0) {
      throw new Error(
        'A selection by tags needs at least one tag. For every source server of the account and Region, say SourceServerSelection.all().',
      );
    }
    const unknown = keys.find((key) => key === '' || Token.isUnresolved(key));
    if (unknown !== undefined) {
      throw new Error(
        `The key of a tag must be known at synth, and not be empty: ${JSON.stringify(withoutTokens(unknown))}. Its value may be a token.`,
      );
    }
    const special = keys.find((key) => /[$*?]/.test(key));
    if (special !== undefined) {
      throw new Error(
        `The key of a tag has none of the characters $, * and ?, which may mean more to IAM: ${JSON.stringify(special)}. Tag the source servers with another one.`,
      );
    }
    // A value that is left out would leave out the tag, and select more servers.
    const missing = keys.find((key) => typeof tags[key] !== 'string' || tags[key] === Aws.NO_VALUE);
    if (missing !== undefined) {
      throw new Error(
        `The tag ${JSON.stringify(missing)} has no value: ${withoutTokens(String(tags[missing]))}. Give it one, or leave it out if every value will do.`,
      );
    }
    const spellings = new Map(keys.map((key) => [key.toLowerCase(), key]));
    const twice = keys.find((key) => spellings.get(key.toLowerCase()) !== key);
    if (twice !== undefined) {
      throw new Error(
        `The tags ${JSON.stringify(twice)} and ${JSON.stringify(spellings.get(twice.toLowerCase()))} differ only in case, which IAM does not tell apart in the key of a tag: ` +
          'it could not be asked for both. Decide for one spelling, and leave one of them out.',
      );
    }
    return new SourceServerSelection({ ...tags });
  }

  /**
   * Every source server of the account and Region. Meant for accounts that are given up as a whole.
   */
  public static all(): SourceServerSelection {
    return new SourceServerSelection('all');
  }

  private constructor(
    /**
     * The tags, or every server.
     *
     * @internal
     */
    public readonly _selects: { [key: string]: string } | 'all',
  ) {}
}
