import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seal, unseal } from '#crypto/sealed.ts';
import { newSigningKey } from '#crypto/signing-ring.ts';
import { callAws } from '#gateways/aws.ts';
import { rotateSecret } from '#gateways/rotation.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { fakeAws } from './fake-aws.ts';
import { deadOrigin, errorOf } from './server.ts';

const root = JSON.stringify({ 1: 'r'.repeat(64) });
const rootWithTwo = JSON.stringify({ 1: 'r'.repeat(64), 2: 's'.repeat(64) });
let aws: Awaited<ReturnType<typeof fakeAws>>;
/** The modules are loaded anew for each test, as in a new container that has read nothing. */
let { getDataKeys, getHandleKeys, getKeys, getProviderCredentials, getSigningRing } = await import(
  '#gateways/secrets.ts'
);

beforeEach(async () => {
  aws = await fakeAws();
  const names = {
    SECRET_ROOT: 'root',
    SECRET_HANDLES: 'handles',
    SECRET_SIGNING: 'signing',
    SECRET_SEALING: 'sealing',
    SECRET_PROVIDERS: 'providers',
  };
  for (const [name, value] of Object.entries({ ...aws.environment, ...names })) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T02:00:00Z') });
  vi.resetModules();
  ({ getDataKeys, getHandleKeys, getKeys, getProviderCredentials, getSigningRing } = await import(
    '#gateways/secrets.ts'
  ));
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await aws.close();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const rotate = async (kind: 'signing' | 'sealing', token = aws.beginRotation(kind)) => {
  for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
    await rotateSecret({ SecretId: kind, ClientRequestToken: token, Step }, kind, new Date());
  }
};
const ring = async (signFrom: number) =>
  JSON.stringify({ keys: [{ ...(await newSigningKey()), signFrom, verifyUntil: null }] });

describe('signed calls to AWS', () => {
  long('ERR-02 tries again what may pass, three times at most, and then says what it was', async () => {
    aws.create('root', root);
    aws.faults.push(
      { status: 500, body: { __type: 'InternalServiceError' } },
      { status: 400, body: { __type: 'ThrottlingException' } },
    );
    expect(await callAws('secretsmanager', 'GetSecretValue', { SecretId: 'root' })).toMatchObject({
      SecretString: root,
    });
    expect(aws.calls).toHaveLength(3);
    aws.faults.push({ status: 503, raw: 'busy' }, { cut: true }, { status: 503, raw: 'busy' });
    const error = await errorOf(callAws('secretsmanager', 'GetSecretValue', { SecretId: 'root' }));
    expect(error).toMatchObject({ name: 'AwsError', code: 'http-503', dependency: 'secretsmanager' });
    expect(aws.calls).toHaveLength(6);
  });

  it('ERR-02 does not repeat what is refused', async () => {
    const error = await errorOf(callAws('kms', 'Decrypt', { CiphertextBlob: 'AAAA', EncryptionContext: {} }));
    expect(error).toMatchObject({ code: 'InvalidCiphertextException' });
    expect(aws.calls).toEqual(['Decrypt']);
  });

  long('ERR-02 gives a try two seconds', async () => {
    aws.faults.push({ delay: 10_000 });
    const started = performance.now();
    expect(await errorOf(callAws('kms', 'Decrypt', {}, { tries: 1 }))).toMatchObject({ code: 'timeout' });
    expect(performance.now() - started).toBeGreaterThan(1900);
    expect(performance.now() - started).toBeLessThan(allowing(4000));
  });

  it('ERR-01 signs with the credentials of the moment and says which variable is missing', async () => {
    await errorOf(callAws('kms', 'Decrypt', {}));
    expect(aws.requests[0]?.headers).toMatchObject({
      'x-amz-target': 'TrentService.Decrypt',
      'content-type': 'application/x-amz-json-1.1',
    });
    expect(aws.requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261123\/cn-north-1\/kms\/aws4_request, /,
    );
    vi.stubEnv('AWS_REGION', '');
    await expect(callAws('kms', 'Decrypt', {})).rejects.toThrow('AWS_REGION');
  });

  it.each([
    ['cn-north-1', 'https://secretsmanager.cn-north-1.amazonaws.com.cn/'],
    ['ap-southeast-1', 'https://secretsmanager.ap-southeast-1.amazonaws.com/'],
  ])('ERR-02 calls the endpoint of its partition: %s', async (region, url) => {
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', '');
    const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{}'));
    await callAws('secretsmanager', 'DescribeSecret', {});
    expect(String(fetched.mock.calls[0]?.[0])).toBe(url);
  });
});

describe('secrets', () => {
  it('PWD-3 reads the root once a container, and once for all that ask at the same time', async () => {
    aws.create('root', root);
    const all = await Promise.all(Array.from({ length: 20 }, () => getKeys()));
    expect(new Set(all).size).toBe(1);
    pass(3599);
    expect(await getKeys()).toBe(all[0]);
    expect(aws.calls).toHaveLength(1);
    pass(2);
    expect(await getKeys()).toBe(all[0]);
    expect(aws.calls).toHaveLength(2);
  });

  it('PWD-3 reads the root again for a password of a pepper that it does not know yet', async () => {
    aws.create('root', root);
    await getKeys();
    aws.create('root', rootWithTwo);
    pass(31);
    expect((await getKeys()).pepperVersion).toBe(1);
    expect((await getKeys(2)).pepperVersion).toBe(2);
    pass(31);
    expect((await getKeys(2)).pepperVersion).toBe(2);
    await getKeys(3);
    await getKeys(3);
    expect(aws.calls).toHaveLength(3);
  });

  it('SES-2 sees a new version of the handles within five minutes', async () => {
    aws.create('handles', root);
    const before = await getHandleKeys();
    aws.create('handles', rootWithTwo);
    pass(299);
    expect((await getHandleKeys()).refreshKey).toEqual(before.refreshKey);
    pass(2);
    expect((await getHandleKeys()).refreshKey).not.toEqual(before.refreshKey);
  });

  it('SES-2 sees a rotation of the signing keys within five minutes', async () => {
    aws.create('signing', await ring(0));
    const before = await getSigningRing();
    aws.create('signing', await ring(0));
    pass(299);
    expect(await getSigningRing()).toBe(before);
    pass(2);
    expect((await getSigningRing())[0]?.kid).not.toBe(before[0]?.kid);
  });

  long('ERR-01 goes on with what it knows while Secrets Manager is away, and looks again soon', async () => {
    const warned = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    aws.create('signing', await ring(0));
    const before = await getSigningRing();
    pass(301);
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', await deadOrigin());
    expect(await getSigningRing()).toBe(before);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(await getSigningRing()).toBe(before);
    expect(warned).toHaveBeenCalledTimes(1);
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', aws.origin);
    aws.create('signing', await ring(0));
    pass(31);
    expect(await getSigningRing()).not.toBe(before);
  });

  it('ERR-01 reads again when the clock was set back', async () => {
    aws.create('root', root);
    await getKeys();
    pass(-86_400);
    await getKeys();
    expect(aws.calls).toHaveLength(2);
  });

  it.each(['placeholder', '{}', '{"1":"x"}', ''])(
    'ERR-01 fails closed on a placeholder (%s), and recovers once it is filled',
    async (text) => {
      for (const name of ['root', 'signing', 'sealing']) aws.create(name, text);
      for (const read of [getKeys, getSigningRing, getDataKeys]) {
        const error = await errorOf(read());
        expect(error.name).toBe('DependencyError');
        expect(error.message).toMatch(/secret (root|signing|sealing)|without text/);
      }
      aws.create('root', root);
      expect((await getKeys()).pepperVersion).toBe(1);
    },
  );

  it('SMS-3 reads the credentials of the providers', async () => {
    aws.create('providers', JSON.stringify({ tencent: { secretId: 'a', secretKey: 'b' } }));
    expect((await getProviderCredentials()).tencent).toEqual({ secretId: 'a', secretKey: 'b' });
  });
});

describe('data keys', () => {
  it('DOC-4 unwraps every data key once a container, under its own purpose and id', async () => {
    aws.create('sealing', 'placeholder');
    await rotate('sealing');
    aws.calls.length = 0;
    const keys = await getDataKeys();
    expect(keys.current).toBe('2026-11');
    pass(3601);
    await getDataKeys();
    await getDataKeys();
    expect(aws.calls).toEqual(['GetSecretValue', 'Decrypt', 'GetSecretValue']);
  });

  it('DOC-4 a wrapped key that was moved to another id does not open', async () => {
    aws.create('sealing', 'placeholder');
    await rotate('sealing');
    const secret = JSON.parse(aws.current('sealing'));
    aws.create(
      'sealing',
      JSON.stringify({ current: '2026-10', keys: { '2026-10': secret.keys['2026-11'] } }),
    );
    expect(await errorOf(getDataKeys())).toMatchObject({ code: 'InvalidCiphertextException' });
  });

  it('DOC-4 a new data key seals only after every container knows it, and old rows stay open', async () => {
    aws.create('sealing', 'placeholder');
    await rotate('sealing');
    const sealed = seal(await getDataKeys(), 'c', '张三');
    pass(30 * 86_400);
    await rotate('sealing');
    pass(3601);
    const during = await getDataKeys();
    expect(during.current).toBe('2026-11');
    expect(Object.keys(during.keys)).toEqual(['2026-11', '2026-12']);
    pass(3600);
    const after = await getDataKeys();
    expect(after.current).toBe('2026-12');
    expect(unseal(after, 'c', sealed)).toBe('张三');
    // A container that read the secret before the switch can open what is sealed after the switch.
    expect(unseal(during, 'c', seal(after, 'c', '李四'))).toBe('李四');
  });
});
