import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BucketName, bucketOwnerVariable, bucketVariable } from '#contract/flow.ts';
import { environment } from './aws.ts';
import { DependencyError } from './outbound.ts';
import { signedRequest } from './s3-requests.ts';
import { withinLeft } from './time-budget.ts';

/** How long S3 may take for one try. */
const answerMilliseconds = 10_000;
const tries = 3;
const backoffMilliseconds = 100;

/**
 * Writes an object that is never replaced, into a bucket that the function's contract lists. S3 checks that the bucket
 * belongs to the account of the settings, and that the bytes arrived unchanged.
 * @param key of characters that need no encoding; it must depend on the text, because an object that has the key
 *   already counts as this one
 * @throws DependencyError if S3 refuses or is unavailable in every try; the message does not name the object
 */
export async function keepObject(bucket: BucketName, key: string, text: string): Promise<void> {
  const body = Buffer.from(text);
  for (let attempt = 1; ; attempt++) {
    const failure = await put(bucket, key, body);
    if (failure === undefined) return;
    if (attempt >= tries || !/^(no answer|http-(5\d\d|409|429))$/.test(failure))
      throw new DependencyError('s3', failure);
    await sleep(Math.random() * backoffMilliseconds * 2 ** attempt);
  }
}

/** What went wrong; undefined if the object is there. */
async function put(bucket: BucketName, key: string, body: Buffer): Promise<string | undefined> {
  const time = withinLeft(answerMilliseconds);
  if (time === 0) return 'no-time';
  const hash = createHash('sha256').update(body);
  const digest = hash.digest();
  const object = { bucket: environment(bucketVariable(bucket)), encodedKey: key };
  const signed = await signedRequest('PUT', object, {
    'content-type': 'application/x-ndjson',
    // An object without it is replaced by a new version, and under a lock both stay.
    'if-none-match': '*',
    'x-amz-content-sha256': digest.toString('hex'),
    // A bucket with a lock takes no object without a checksum.
    'x-amz-checksum-sha256': digest.toString('base64'),
    'x-amz-expected-bucket-owner': environment(bucketOwnerVariable(bucket)),
  });
  try {
    const answer = await fetch(signed.url, {
      method: 'PUT',
      headers: signed.headers,
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(time),
    });
    await answer.body?.cancel();
    // 412: an earlier try wrote it, and its answer was lost.
    return answer.status === 200 || answer.status === 412 ? undefined : `http-${answer.status}`;
  } catch {
    return 'no answer';
  }
}
