import { unzipSync } from 'fflate';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { S3 } from '../s3/s3';

/** Puts a function's code, as the template names it, into an empty directory. */
export function unpackCode(code: unknown, s3: Pick<S3, 'getObject'>, directory: string): void {
  const { S3Bucket, S3Key, ZipFile } = (code ?? {}) as { S3Bucket?: string; S3Key?: string; ZipFile?: string };
  if (ZipFile !== undefined) return fs.writeFileSync(path.join(directory, 'index.js'), ZipFile);
  if (!S3Bucket || !S3Key) throw new Error('Please provide a source for function code.');

  const zip = s3.getObject(S3Bucket, S3Key);
  if (!zip) {
    const where = `s3://${S3Bucket}/${S3Key}`;
    throw new Error(
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (${where})`,
    );
  }
  for (const [name, content] of Object.entries(unzip(zip))) {
    const file = path.join(directory, name);
    if (!file.startsWith(directory + path.sep)) throw new Error(`The file ${name} would be unpacked outside of the function's directory.`);
    if (name.endsWith('/')) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

function unzip(zip: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(zip);
  } catch {
    throw new Error('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}
