import { XmlContent } from '../http/xml';
import { Bucket } from './buckets';

/** One page of a bucket's objects, in the order of their keys; what lies behind a delimiter is summed up as common prefixes. */
export function listObjects(bucket: Bucket, query: URLSearchParams): XmlContent {
  const prefix = query.get('prefix') ?? '';
  const maxKeys = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const entryOf = (key: string): string => upToDelimiter(key, prefix, query.get('delimiter'));
  const entries = [...new Set([...bucket.objects.keys()].filter((key) => key.startsWith(prefix)).map(entryOf))]
    .filter((entry) => entry > after)
    .sort();
  const page = entries.slice(0, maxKeys);
  const objects = page.map((entry) => bucket.objects.get(entry)).filter((object) => object !== undefined);
  const isTruncated = entries.length > page.length;
  return {
    Name: bucket.name,
    Prefix: prefix,
    MaxKeys: maxKeys,
    KeyCount: page.length,
    IsTruncated: isTruncated,
    NextContinuationToken: isTruncated ? page[page.length - 1] : undefined,
    Contents: objects.map((object) => ({
      Key: object.key,
      LastModified: new Date(object.lastModified).toISOString(),
      ETag: object.eTag,
      Size: object.body.length,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.filter((entry) => !bucket.objects.has(entry)).map((entry) => ({ Prefix: entry })),
  };
}

function upToDelimiter(key: string, prefix: string, delimiter: string | null): string {
  const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
  return delimiter && end >= 0 ? key.slice(0, end + delimiter.length) : key;
}
