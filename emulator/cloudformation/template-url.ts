import { validationError } from './errors';

/** Where TemplateURLs point to: S3. */
export interface TemplateStore {
  getObject(bucket: string, key: string): Buffer | undefined;
}

export function fetchTemplate(store: TemplateStore, url: string): string {
  const [bucket, key] = addressOf(url);
  const object = store.getObject(bucket, key);
  if (!object)
    throw validationError(
      'S3 error: The specified key does not exist.\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    );
  return object.toString('utf8');
}

/** `https://s3.REGION.amazonaws.com/BUCKET/KEY`, `https://BUCKET.s3.REGION.amazonaws.com/KEY`, or the embedded S3's own address with a path. */
function addressOf(url: string): [bucket: string, key: string] {
  if (!URL.canParse(url)) throw validationError('TemplateURL must be a supported URL.');
  const { hostname, pathname } = new URL(url);
  const path = decoded(pathname.slice(1));
  const virtualHost = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(hostname);
  if (virtualHost?.[1]) return [virtualHost[1], path];
  const slash = path.indexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw validationError('TemplateURL must be a supported URL.');
  }
}
