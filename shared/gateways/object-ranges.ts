import { AwsV4Signer } from 'aws4fetch';
import { environment } from './aws.ts';
import { DependencyError } from './outbound.ts';
import { withinLeft } from './time-budget.ts';

export interface StoredObject {
  readonly bucket: string;
  /** As S3's notifications carry it: URL-encoded, with `+` for a space. */
  readonly encodedKey: string;
}

/** A piece of an object. */
export interface ObjectRange {
  readonly bytes: Buffer;
  /** Of the whole object. */
  readonly size: number;
  /** Which content of that name it is a piece of. */
  readonly etag: string;
}

/** The object has another content than the one that was begun with, or is gone. */
export class ObjectChanged extends Error {}

/** How long S3 may take for one range. */
const answerMilliseconds = 20_000;

function addressOf({ bucket, encodedKey }: StoredObject): string {
  const key = encodedKey.replaceAll('+', '%20');
  const override = process.env.AWS_ENDPOINT_URL_S3;
  if (override) return `${override.replace(/\/$/, '')}/${bucket}/${key}`;
  const region = environment('AWS_REGION');
  return `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/${key}`;
}

/**
 * Up to `length` bytes from `offset`, so that a file of any size takes no more memory than that, and none of them is
 * held open while its lines are worked on.
 * @param etag the content that must still stand there; none for the first range
 * @throws ObjectChanged where another one does
 * @throws DependencyError where S3 refuses or is away; says nothing of the object's name.
 */
export async function readRange(
  object: StoredObject,
  offset: number,
  length: number,
  etag: string | undefined,
): Promise<ObjectRange> {
  const signed = await new AwsV4Signer({
    method: 'GET',
    url: addressOf(object),
    service: 's3',
    region: environment('AWS_REGION'),
    headers: {
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      range: `bytes=${offset}-${offset + length - 1}`,
      ...(etag === undefined ? {} : { 'if-match': etag }),
    },
    accessKeyId: environment('AWS_ACCESS_KEY_ID'),
    secretAccessKey: environment('AWS_SECRET_ACCESS_KEY'),
    ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
  }).sign();
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
  // No byte is there from this offset on: an empty file.
  if (response.status === 416 && offset === 0) return { bytes, size: 0, etag: etag ?? '' };
  if (response.status !== 206) throw new DependencyError('s3', `http-${response.status}`);
  const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
  if (!Number.isSafeInteger(size)) throw new DependencyError('s3', 'no-size');
  return { bytes, size, etag: response.headers.get('etag') ?? '' };
}
