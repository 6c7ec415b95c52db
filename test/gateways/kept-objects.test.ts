import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepObject } from '#gateways/kept-objects.ts';
import { DependencyError } from '#gateways/outbound.ts';
import { deadOrigin, errorOf, type Played, playServer, type Received } from './server.ts';

const key = '2026-11-27/20/1-abc.jsonl';
const text = '{"kind":"登录"}\n';
let close: (() => Promise<void>) | undefined;

beforeEach(() => {
  const variables = {
    AWS_REGION: 'cn-north-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'aws-secret',
    BUCKET_AUDIT_COPY: 'ahtax-test-copy',
    BUCKET_AUDIT_COPY_OWNER: '345678901234',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await close?.();
  close = undefined;
});
async function play(answer: (request: Received, count: number) => Played) {
  const server = await playServer(answer);
  close = server.close;
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.origin);
  return server.requests;
}
const keep = () => keepObject('audit-copy', key, text);

describe('AUD-1 an object that is kept', () => {
  it('AUD-1 is signed with its bytes, has a checksum, names the owner of the bucket and replaces nothing', async () => {
    const requests = await play(() => ({}));
    await keep();
    const hash = createHash('sha256').update(text);
    const digest = hash.digest();
    expect(requests).toMatchObject([
      {
        method: 'PUT',
        url: `/ahtax-test-copy/${key}`,
        body: text,
        headers: {
          'if-none-match': '*',
          'x-amz-expected-bucket-owner': '345678901234',
          'x-amz-checksum-sha256': digest.toString('base64'),
          'x-amz-content-sha256': digest.toString('hex'),
          authorization: expect.stringMatching(
            /cn-north-1\/s3\/aws4_request, SignedHeaders=.*if-none-match.*x-amz-checksum-sha256.*x-amz-expected-bucket-owner/,
          ),
        },
      },
    ]);
  });

  it('AUD-1 is there already if an earlier answer was lost', async () => {
    const requests = await play((_request, count) => (count === 1 ? { cut: true } : { status: 412 }));
    await keep();
    expect(requests).toHaveLength(2);
  });

  it('AUD-1 is tried three times where S3 fails, and once where S3 refuses; the error names no object', async () => {
    const answers = { 503: 3, 403: 1 };
    for (const [status, times] of Object.entries(answers)) {
      const requests = await play(() => ({ status: Number(status) }));
      const error = await errorOf(keep());
      expect(error).toBeInstanceOf(DependencyError);
      expect(error.message).toBe(`s3: http-${status}`);
      expect(requests).toHaveLength(times);
      await close?.();
    }
    const later = await play((_request, count) => ({ status: count < 3 ? 500 : 200 }));
    await keep();
    expect(later).toHaveLength(3);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', await deadOrigin());
    expect((await errorOf(keep())).message).toBe('s3: no answer');
  });
});
