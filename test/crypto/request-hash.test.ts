import { createHash, createHmac } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { clearCredentialCache, SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { RequestHash } from '#crypto/request-hash.ts';

const text = '安徽 ahtax';
const bytes = Buffer.from(text);
const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');
const hashed = async (secret?: ConstructorParameters<typeof RequestHash>[0]) => {
  const hash = new RequestHash(secret);
  hash.update(text);
  return hex(await hash.digest());
};

describe('the hash that signs requests to DynamoDB', () => {
  it('is SHA-256, and HMAC of every kind of secret, the same one again and another after it', async () => {
    expect(await hashed()).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await hashed('')).toBe(createHash('sha256').update(bytes).digest('hex'));
    const secrets = ['one', 'one', 'two', Buffer.from('three'), new Uint8Array([4, 4]).buffer, 'one'];
    for (const secret of secrets) {
      const key = typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array);
      expect(await hashed(secret)).toBe(createHmac('sha256', key).update(bytes).digest('hex'));
    }
  });

  it('looks at the part of a buffer that a view shows, and starts anew when told', async () => {
    const whole = Buffer.from('..key..');
    const hash = new RequestHash(new DataView(whole.buffer, whole.byteOffset + 2, 3));
    hash.update('dropped');
    hash.reset();
    hash.update(bytes);
    expect(hex(await hash.digest())).toBe(createHmac('sha256', 'key').update(bytes).digest('hex'));
  });

  it("signs as the SDK's own does", async () => {
    const signedWith = async (sha256: typeof RequestHash | typeof Sha256, secretAccessKey: string) => {
      // The SDK keeps derived keys by the secret: without this the second class would sign with the first one's.
      clearCredentialCache();
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: 'of-the-role' };
      const signer = new SignatureV4({ credentials, region: 'cn-north-1', service: 'dynamodb', sha256 });
      const { headers } = await signer.sign(
        {
          method: 'POST',
          protocol: 'https:',
          hostname: 'dynamodb.cn-north-1.amazonaws.com.cn',
          path: '/',
          headers: { host: 'dynamodb.cn-north-1.amazonaws.com.cn' },
          body: text,
        },
        { signingDate: new Date('2026-11-27T00:00:00Z') },
      );
      return headers.authorization;
    };
    for (const secret of ['first', 'first', 'second']) {
      const ours = await signedWith(RequestHash, secret);
      expect(ours).toMatch(/Signature=[0-9a-f]{64}$/);
      expect(ours).toBe(await signedWith(Sha256, secret));
    }
  });
});
