import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signAccessToken, verifyAccessToken } from '#crypto/access-tokens.ts';
import { parseSigningRing } from '#crypto/signing-ring.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { type RotatedSecret, rotateSecret, rotationTimes } from '#gateways/rotation.ts';
import { readSealingSecret } from '#gateways/sealing-secret.ts';
import { fakeAws } from './fake-aws.ts';

let aws: Awaited<ReturnType<typeof fakeAws>>;
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const start = new Date('2026-11-23T02:00:00Z');
const days = (count: number): Date => new Date(start.getTime() + count * 86_400_000);

beforeEach(async () => {
  aws = await fakeAws();
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});
const step = (kind: RotatedSecret, token: string, Step: string, now = start) =>
  rotateSecret({ SecretId: kind, ClientRequestToken: token, Step }, kind, now);
const rotate = async (kind: RotatedSecret, now = start) => {
  const token = aws.beginRotation(kind);
  for (const name of steps) await step(kind, token, name, now);
};
const storedRing = () =>
  JSON.parse(aws.current('signing')).keys as { kid: string; signFrom: number; verifyUntil: number | null }[];

describe('rotation', () => {
  it.each(['placeholder', '{}', '{"filled":false}'])(
    'SES-2 TOK-03 fills a signing secret that is a placeholder (%s); the first key signs at once',
    async (text) => {
      aws.create('signing', text);
      await rotate('signing');
      expect(storedRing()).toMatchObject([{ signFrom: epochSeconds(start), verifyUntil: null }]);
      const ring = await parseSigningRing(aws.current('signing'));
      const claims = { subject: 's', sessionId: 'x', identityVersion: 1, realNameLevel: 4, identity: {} };
      const settings = { issuer: 'https://etax.example.cn', policies: defaultPolicies };
      const token = await signAccessToken(ring, claims, settings, start);
      expect(await verifyAccessToken(ring, token, settings.issuer, start)).toEqual(claims);
    },
  );

  it('SES-2 TOK-03 publishes the next key first, keeps the last one as long as its tokens live, then drops it', async () => {
    aws.create('signing', 'placeholder');
    await rotate('signing');
    const [first] = storedRing();
    await rotate('signing', days(30));
    const switchAt = epochSeconds(days(30)) + rotationTimes.publishAheadSeconds;
    expect(storedRing()).toMatchObject([
      { kid: first?.kid, verifyUntil: switchAt + rotationTimes.outliveSeconds },
      { signFrom: switchAt, verifyUntil: null },
    ]);
    await rotate('signing', days(60));
    expect(storedRing().map(({ kid }) => kid)).not.toContain(first?.kid);
    expect(storedRing()).toHaveLength(2);
  });

  it('DOC-4 adds a data key a month and never loses one', async () => {
    aws.create('sealing', '');
    await rotate('sealing');
    await rotate('sealing', days(1));
    await rotate('sealing', days(30));
    const secret = readSealingSecret(aws.current('sealing'));
    expect(Object.keys(secret.keys)).toEqual(['2026-11', '2026-11-2', '2026-12']);
    expect(secret).toMatchObject({ current: '2026-11-2', upcoming: { keyId: '2026-12' } });
    expect(new Set(Object.values(secret.keys)).size).toBe(3);
  });

  it.each<RotatedSecret>(['signing', 'sealing'])(
    'TOK-03 %s: every step may come twice and changes nothing the second time',
    async (kind) => {
      aws.create(kind, 'placeholder');
      const token = aws.beginRotation(kind);
      for (const name of steps) {
        await step(kind, token, name);
        await step(kind, token, name);
      }
      const done = aws.current(kind);
      for (const name of steps) await step(kind, token, name);
      expect(aws.current(kind)).toBe(done);
      expect(aws.calls.filter((name) => name === 'PutSecretValue')).toHaveLength(1);
      expect(aws.calls.filter((name) => name === 'UpdateSecretVersionStage')).toHaveLength(1);
    },
  );

  it('TOK-03 a step that comes late, after the next rotation began, changes nothing', async () => {
    aws.create('signing', 'placeholder');
    const token = aws.beginRotation('signing');
    for (const name of steps) await step('signing', token, name);
    const done = aws.current('signing');
    aws.beginRotation('signing');
    for (const name of steps) await step('signing', token, name);
    expect(aws.current('signing')).toBe(done);
  });

  it('TOK-03 two runs of createSecret at once make one version', async () => {
    aws.create('signing', 'placeholder');
    const token = aws.beginRotation('signing');
    await Promise.all([1, 2, 3].map(() => step('signing', token, 'createSecret')));
    await step('signing', token, 'testSecret');
    await step('signing', token, 'finishSecret');
    expect(storedRing()).toHaveLength(1);
  });

  it.each<RotatedSecret>(['signing', 'sealing'])(
    'TOK-03 %s: a step that died at any call is finished when it is asked for again',
    async (kind) => {
      aws.create(kind, 'placeholder');
      await rotate(kind);
      const callsOfOne = aws.calls.length;
      for (let dies = 1; dies <= callsOfOne; dies++) {
        const from = aws.calls.length;
        const refusal = { status: 400, body: { __type: 'AccessDeniedException' } };
        aws.control.intercept = (count) => (count === from + dies ? refusal : undefined);
        const before = JSON.parse(aws.current(kind));
        const token = aws.beginRotation(kind);
        const now = days(30 * dies);
        for (const name of steps) {
          await step(kind, token, name, now).catch(() => step(kind, token, name, now));
        }
        expect(aws.calls.length).toBeGreaterThan(from + callsOfOne);
        const after = JSON.parse(aws.current(kind));
        const [known, made] =
          kind === 'signing'
            ? [before.keys, after.keys].map((keys: { kid: string }[]) => keys.map(({ kid }) => kid))
            : [before.keys, after.keys].map(Object.keys);
        // There is exactly one new key, whatever happened in between.
        expect(made?.filter((id) => !known?.includes(id))).toHaveLength(1);
      }
    },
  );

  it('DOC-4 never replaces a broken secret as if it were empty', async () => {
    const broken = [
      '{"current":"2026-11","keys":{"2026-11":"AAAA"',
      '{"keys":{}}',
      '{"current":"x","keys":{"2026-11":"AAAA"}}',
    ];
    for (const text of broken) {
      aws.create('sealing', text);
      await expect(rotate('sealing')).rejects.toThrow(/^The secret sealing/);
      expect(aws.current('sealing')).toBe(text);
    }
    aws.create('signing', '{"keys":[{"kid":"x"}]}');
    await expect(rotate('signing')).rejects.toThrow(/^The secret signing/);
  });

  it('TOK-03 tests the new version before it becomes the current one', async () => {
    aws.create('sealing', 'placeholder');
    const token = aws.beginRotation('sealing');
    await expect(step('sealing', token, 'testSecret')).rejects.toThrow('was not made');
    await step('sealing', token, 'createSecret');
    aws.faults.push({}, {});
    await expect(step('sealing', token, 'testSecret')).rejects.toThrow();
    expect(aws.current('sealing')).toBe('placeholder');
  });

  it('TOK-03 refuses steps and versions that are not of a rotation', async () => {
    aws.create('signing', 'placeholder');
    await expect(step('signing', 'unknown-version', 'createSecret')).rejects.toThrow('no such version');
    const stale = aws.beginRotation('signing');
    const token = aws.beginRotation('signing');
    await expect(step('signing', stale, 'createSecret')).rejects.toThrow('not the pending one');
    await expect(step('signing', token, 'deleteSecret')).rejects.toThrow('unknown step');
  });
});
