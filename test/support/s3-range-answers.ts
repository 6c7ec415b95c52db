import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers a request for a range of a file as S3 does: 412 if `if-match` names another content, 416 if the range begins
 * behind the end.
 */
export function answerRange({ headers }: IncomingMessage, response: ServerResponse, file: Buffer): void {
  const etag = `"${createHash('md5').update(file).digest('hex')}"`;
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
    response.writeHead(412).end();
    return;
  }
  const [from = 0, to = 0] = (/bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? []).slice(1).map(Number);
  if (from >= file.length) {
    response.writeHead(416).end();
    return;
  }
  const piece = file.subarray(from, to + 1);
  const range = `bytes ${from}-${from + piece.length - 1}/${file.length}`;
  response.writeHead(206, { etag, 'content-range': range }).end(piece);
}
