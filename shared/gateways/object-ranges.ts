import { DependencyError } from './outbound.ts';
import { type StoredObject, signedRequest } from './s3-requests.ts';
import { withinLeft } from './time-budget.ts';

/** A piece of an object. */
export interface ObjectRange {
  readonly bytes: Buffer;
  /** Of the whole object. */
  readonly size: number;
  /** Identifies the content of the object at the time of reading. */
  readonly etag: string;
}

/** The object now has other content than at the first read, or is gone. */
export class ObjectChanged extends Error {}

/** How long S3 may take for one range. */
const answerMilliseconds = 20_000;

/**
 * Reads up to `length` bytes from `offset`. So a file of any size needs no more memory than that, and no connection
 * stays open while its lines are processed.
 * @param etag the content that must still be there; absent for the first range
 * @throws ObjectChanged if the content is another one
 * @throws DependencyError if S3 refuses or is unavailable; the message does not name the object
 */
export async function readRange(
  object: StoredObject,
  offset: number,
  length: number,
  etag: string | undefined,
): Promise<ObjectRange> {
  const signed = await signedRequest('GET', object, {
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    range: `bytes=${offset}-${offset + length - 1}`,
    ...(etag === undefined ? {} : { 'if-match': etag }),
  });
  const time = withinLeft(answerMilliseconds);
  if (time === 0) throw new DependencyError('s3', 'no-time');
  let response: Response;
  let bytes: Buffer;
  try {
    response = await fetch(signed.url, {
      headers: signed.headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(time),
    });
    if (response.status !== 206) await response.body?.cancel();
    bytes = response.status === 206 ? Buffer.from(await response.arrayBuffer()) : Buffer.alloc(0);
  } catch {
    throw new DependencyError('s3', 'no answer');
  }
  if (response.status === 412 || (response.status === 404 && etag !== undefined)) throw new ObjectChanged();
  // No byte exists from this offset on: the file is empty.
  if (response.status === 416 && offset === 0) return { bytes, size: 0, etag: etag ?? '' };
  if (response.status !== 206) throw new DependencyError('s3', `http-${response.status}`);
  const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
  if (!Number.isSafeInteger(size)) throw new DependencyError('s3', 'no-size');
  return { bytes, size, etag: response.headers.get('etag') ?? '' };
}
