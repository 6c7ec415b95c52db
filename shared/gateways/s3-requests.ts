import { AwsV4Signer } from 'aws4fetch';
import { credentials, environment } from './aws.ts';

export interface StoredObject {
  readonly bucket: string;
  /** As S3's notifications carry the key: URL-encoded, with `+` for a space. */
  readonly encodedKey: string;
}

/** A request for an object in this region, signed. */
export const signedRequest = (
  method: 'GET' | 'PUT',
  object: StoredObject,
  headers: Readonly<Record<string, string>>,
): Promise<{ url: URL; headers: Headers }> =>
  new AwsV4Signer({
    method,
    url: addressOf(object),
    service: 's3',
    region: environment('AWS_REGION'),
    headers,
    ...credentials(),
  }).sign();

function addressOf({ bucket, encodedKey }: StoredObject): string {
  const key = encodedKey.replaceAll('+', '%20');
  const override = process.env.AWS_ENDPOINT_URL_S3;
  if (override) return `${override.replace(/\/$/, '')}/${bucket}/${key}`;
  const region = environment('AWS_REGION');
  return `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/${key}`;
}
