import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { environment } from './aws.ts';
import { DependencyError } from './outbound.ts';

export interface StoredObject {
  readonly bucket: string;
  /** As S3's notifications carry it: URL-encoded, with `+` for a space. */
  readonly encodedKey: string;
}

/** How long S3 may take until the first byte; reading itself is bounded by the function's timeout. */
const answerMilliseconds = 5000;

function addressOf({ bucket, encodedKey }: StoredObject): string {
  const key = encodedKey.replaceAll('+', '%20');
  const override = process.env.AWS_ENDPOINT_URL_S3;
  if (override) return `${override.replace(/\/$/, '')}/${bucket}/${key}`;
  const region = environment('AWS_REGION');
  return `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/${key}`;
}

/**
 * The lines of an S3 object as they arrive, so that a file of any size takes no more memory than a line.
 * @throws DependencyError where S3 refuses or is away; says nothing of the object's name.
 */
export async function* linesOf(object: StoredObject): AsyncGenerator<string> {
  const signed = await new AwsV4Signer({
    method: 'GET',
    url: addressOf(object),
    service: 's3',
    region: environment('AWS_REGION'),
    headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    accessKeyId: environment('AWS_ACCESS_KEY_ID'),
    secretAccessKey: environment('AWS_SECRET_ACCESS_KEY'),
    ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
  }).sign();
  const started = new AbortController();
  const timer = setTimeout(() => started.abort(), answerMilliseconds);
  let response: Response;
  try {
    response = await fetch(signed.url, {
      headers: signed.headers,
      redirect: 'manual',
      signal: started.signal,
    });
  } catch {
    throw new DependencyError('s3', 'no answer');
  } finally {
    clearTimeout(timer);
  }
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new DependencyError('s3', `http-${response.status}`);
  }
  yield* createInterface({ input: Readable.fromWeb(response.body), crlfDelay: Number.POSITIVE_INFINITY });
}
