import { AwsError } from '../http/service';

/** The payload of an aws-chunked body: chunks that each tell their length (and often a signature), then trailing headers. */
export function decodeAwsChunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ;) {
    const lineEnd = body.indexOf('\r\n', position);
    const size = parseInt(body.toString('latin1', position, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size) || lineEnd + 2 + size > body.length) {
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
    }
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = lineEnd + 2 + size + 2;
  }
}
