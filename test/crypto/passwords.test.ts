import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gbkBytes } from '#crypto/gbk.ts';
import { deriveKeys } from '#crypto/keys.ts';
import {
  hashPassword,
  parseLegacyHash,
  type StoredPassword,
  verifyPassword,
  wrapLegacyHash,
} from '#crypto/passwords.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { cheap, keysOne, keysTwo, rootTwo } from './keys-of-test.ts';

const hashed = (name: string, text: string): string => createHash(name).update(text).digest('hex');

describe('passwords', () => {
  it('PWD-3 hashes by argon2id with at least 19 MiB, two passes and one lane by default', async () => {
    const stored = await hashPassword('Pa55word!', keysOne, defaultPolicies);
    const [, memory, lanes, passes] = /^\$argon2id\$v=19\$m=(\d+),p=(\d+),t=(\d+)\$/.exec(stored.hash) ?? [];
    expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
    expect(Number(passes)).toBeGreaterThanOrEqual(2);
    expect(Number(lanes)).toBe(1);
    expect(await verifyPassword(stored, 'Pa55word!', keysOne, defaultPolicies)).toEqual({
      ok: true,
      needsRehash: false,
    });
  });

  it('PWD-3 takes the password as typed: whole, no change of case, space or Unicode form', async () => {
    const long = `${'密'.repeat(40)}a`;
    const stored = await hashPassword(long, keysOne, cheap);
    expect((await verifyPassword(stored, long, keysOne, cheap)).ok).toBe(true);
    for (const wrong of [long.slice(0, -1), `${long} `, long.toUpperCase(), '']) {
      expect((await verifyPassword(stored, wrong, keysOne, cheap)).ok).toBe(false);
    }
    const composed = await hashPassword('Ü1bcdefg', keysOne, cheap);
    expect((await verifyPassword(composed, 'Ü1bcdefg'.normalize('NFD'), keysOne, cheap)).ok).toBe(false);
  });

  it('PWD-3 salts: one password, two hashes', async () => {
    const [a, b] = await Promise.all([
      hashPassword('same', keysOne, cheap),
      hashPassword('same', keysOne, cheap),
    ]);
    expect(a.hash).not.toBe(b.hash);
  });

  it('PWD-3 keys the hash with the pepper: without it the table tells nothing', async () => {
    const stored = await hashPassword('Pa55word!', keysOne, cheap);
    const others = deriveKeys(JSON.stringify({ 1: rootTwo }));
    expect((await verifyPassword(stored, 'Pa55word!', others, cheap)).ok).toBe(false);
  });

  it('PWD-3 asks for a new hash where cost or pepper are behind, never where they are ahead', async () => {
    const stored = await hashPassword('Pa55word!', keysOne, cheap);
    const needs = async (keys: typeof keysOne, policies: typeof cheap) =>
      (await verifyPassword(stored, 'Pa55word!', keys, policies)).needsRehash;
    expect(await needs(keysOne, { ...cheap, argon2MemoryKiB: 2048 })).toBe(true);
    expect(await needs(keysOne, { ...cheap, argon2Iterations: 3 })).toBe(true);
    expect(await needs(keysOne, { ...cheap, argon2Parallelism: 2 })).toBe(true);
    expect(await needs(keysOne, { ...cheap, argon2MemoryKiB: 512 })).toBe(false);
    expect(await needs(keysTwo, cheap)).toBe(true);
    const renewed = await hashPassword('Pa55word!', keysTwo, cheap);
    expect(renewed.pepperVersion).toBe(2);
    expect(await verifyPassword(renewed, 'Pa55word!', keysTwo, cheap)).toEqual({
      ok: true,
      needsRehash: false,
    });
  });

  it('LCK-6 throws for a stored hash that is broken or of an unknown pepper, so that nobody is blamed', async () => {
    const { hash } = await hashPassword('Pa55word!', keysOne, cheap);
    const broken = [
      '',
      'x',
      hash.slice(0, -30),
      hash.replace('argon2id', 'argon2i'),
      hash.replace('argon2id', 'bcrypt'),
      `${hash}$`,
      hash.replace('v=19', 'v=16'),
      hash.replace('m=', 'm=x'),
    ];
    for (const text of broken) {
      await expect(
        verifyPassword({ hash: text, pepperVersion: 1 }, 'Pa55word!', keysOne, cheap),
      ).rejects.toThrow('malformed');
    }
    await expect(verifyPassword({ hash, pepperVersion: 7 }, 'Pa55word!', keysOne, cheap)).rejects.toThrow(
      'pepper',
    );
  });

  it.each([
    ['MD5', '', `{MD5}${hashed('md5', 'Old-Pa55')}`],
    ['SHA256', '', `{SHA256}${hashed('sha256', 'Old-Pa55').toUpperCase()}`],
    ['SM3', '', `{SM3}${hashed('sm3', 'Old-Pa55')}`],
    ['SM3', 'a:b', `{SM3:a:b}${hashed('sm3', 'a:bOld-Pa55')}`],
    ['MD5', '盐', `{MD5:盐}${hashed('md5', '盐Old-Pa55')}`],
  ])(
    'MIG-1 wraps a %s hash with salt "%s", verifies it and wants it replaced',
    async (wraps, salt, legacy) => {
      const stored = await wrapLegacyHash(legacy, keysOne, cheap);
      expect(stored.wraps).toBe(wraps);
      expect(stored.wrapSalt).toBe(salt === '' ? undefined : salt);
      expect(stored.hash).toMatch(/^\$argon2id\$/);
      expect(JSON.stringify(stored).toLowerCase()).not.toContain(legacy.split('}')[1]?.toLowerCase());
      expect(await verifyPassword(stored, 'Old-Pa55', keysOne, cheap)).toEqual({
        ok: true,
        needsRehash: true,
      });
      expect((await verifyPassword(stored, 'Old-Pa56', keysOne, cheap)).ok).toBe(false);
      // The stored digest itself is not accepted as the password ("pass the hash").
      expect((await verifyPassword(stored, legacy.split('}')[1] ?? '', keysOne, cheap)).ok).toBe(false);
    },
  );

  it('MIG-1 verifies what an old system hashed in GBK bytes, and nothing that GBK cannot write', async () => {
    const bytes = Buffer.concat([
      Buffer.from('s1'),
      Buffer.from([0xc3, 0xdc, 0xc2, 0xeb]),
      Buffer.from('#2019'),
    ]);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const stored = await wrapLegacyHash(`{SHA256:s1}${digest}`, keysOne, cheap, 'gbk');
    expect(stored).toMatchObject({ wraps: 'SHA256', wrapSalt: 's1', wrapCharset: 'gbk' });
    expect(await verifyPassword(stored, '密码#2019', keysOne, cheap)).toEqual({
      ok: true,
      needsRehash: true,
    });
    expect((await verifyPassword(stored, '密碼#2019', keysOne, cheap)).ok).toBe(false);
    const { wrapCharset: _, ...asUtf8 } = stored;
    expect((await verifyPassword(asUtf8, '密码#2019', keysOne, cheap)).ok).toBe(false);
    // A character that the charset does not have would be hashed as `?`. Then any other such character would match too.
    const asked = await wrapLegacyHash(`{MD5}${hashed('md5', '??#2019')}`, keysOne, cheap, 'gbk');
    expect((await verifyPassword(asked, '??#2019', keysOne, cheap)).ok).toBe(true);
    for (const typed of ['😀#2019', '😀😀#2019', '\ud842?#2019', 'ក?#2019'])
      expect((await verifyPassword(asked, typed, keysOne, cheap)).ok, typed).toBe(false);
  });

  it('MIG-1 writes GBK as everything else reads it', () => {
    const gbk = new TextDecoder('gbk', { fatal: true });
    for (let code = 0x4e00; code <= 0x9fa5; code++) {
      const character = String.fromCharCode(code);
      expect(gbk.decode(gbkBytes(character)), character).toBe(character);
    }
  });

  it('MIG-1 knows SM3 by the example of GB/T 32905', async () => {
    const abc = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
    const stored = await wrapLegacyHash(`{SM3}${abc}`, keysOne, cheap);
    expect((await verifyPassword(stored, 'abc', keysOne, cheap)).ok).toBe(true);
  });

  it('MIG-1 refuses what is no legacy hash', async () => {
    const sha = hashed('sha256', 'x');
    for (const text of [
      '',
      sha,
      `{SHA1}${sha.slice(0, 40)}`,
      `{MD5}${sha}`,
      `{SHA256}${sha.slice(1)}`,
      `{SM3:}${sha}`,
      `{SM3}${sha}\n`,
      ` {SM3}${sha}`,
      `{sm3}${sha}`,
    ]) {
      expect(parseLegacyHash(text)).toBeNull();
      await expect(wrapLegacyHash(text, keysOne, cheap)).rejects.toThrow('malformed');
    }
    fc.assert(fc.property(fc.string(), (text) => parseLegacyHash(text) === null));
  });

  it('LGN-11 keeps the mark of an initial password through verification', async () => {
    const stored: StoredPassword = { ...(await hashPassword('07123X', keysOne, cheap)), initial: true };
    expect((await verifyPassword(stored, '07123X', keysOne, cheap)).ok).toBe(true);
  });
});
