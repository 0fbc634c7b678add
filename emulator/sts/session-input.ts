import { AwsError } from '../http/service';
import type { Session } from '../iam/model';
import { malformed, parsePolicyDocument, type PolicyDocument } from '../iam/policy-document';

/** The most that STS takes of a session: characters of its policy, tags. */
const quotas = { policy: 2048, tags: 50 };
const forms = {
  sourceIdentity: /^(?!aws:)[\w+=,.@-]{2,64}$/,
  key: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  value: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
};

/** What a caller of AssumeRole wants of the session beside its name. */
export function readSession(parameters: URLSearchParams): Session {
  const text = parameters.get('Policy');
  const sourceIdentity = parameters.get('SourceIdentity') ?? undefined;
  if (sourceIdentity !== undefined && !forms.sourceIdentity.test(sourceIdentity)) throw invalid('sourceIdentity', sourceIdentity);
  return { policies: text === null ? [] : [readPolicy(text)], sourceIdentity, tags: readTags(parameters) };
}

function readPolicy(text: string): PolicyDocument {
  if (text.length > quotas.policy || !/^[\t\n\r\x20-\xff]+$/.test(text)) throw invalid('policy', text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  return parsePolicyDocument(document, 'identity');
}

function readTags(parameters: URLSearchParams): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (let index = 1; parameters.has(`Tags.member.${index}.Key`); index++) {
    const [key, value] = ['Key', 'Value'].map((name) => parameters.get(`Tags.member.${index}.${name}`) ?? '') as [string, string];
    if (!forms.key.test(key)) throw invalid('tags', key);
    if (!forms.value.test(value)) throw invalid('tags', value);
    if ([...tags.keys()].some((other) => other.toLowerCase() === key.toLowerCase())) {
      throw new AwsError('InvalidParameterValue', `Duplicate tag keys found. Please note that Tag keys are case insensitive.`, 400);
    }
    tags.set(key, value);
  }
  if (tags.size > quotas.tags) throw invalid('tags', `${tags.size} tags`);
  return tags;
}

function invalid(name: string, value: string): AwsError {
  return new AwsError('ValidationError', `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint`, 400);
}
