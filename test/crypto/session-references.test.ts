import { describe, expect, it } from 'vitest';
import type { DataKeys } from '#crypto/sealed.ts';
import { newCode, newRpRefreshToken, sealedSession, sessionInCode } from '#crypto/session-references.ts';

const dataKeys: DataKeys = { current: 'm1', keys: { m1: Buffer.alloc(32, 1) } };
const of = { clientId: 'filing-web', sessionId: 'session-of-somebody' };

describe('SSO-5 a code', () => {
  it('has 256 random bits and names its session to us and for its client alone', () => {
    const codes = Array.from({ length: 100 }, () => newCode(dataKeys, of));
    expect(new Set(codes.map((code) => code.slice(0, 43))).size).toBe(100);
    for (const code of codes) {
      expect(code).toMatch(/^[\w-]{43}\.s1\.m1\.[\w-]+$/);
      expect(code).not.toContain(of.sessionId);
    }
    const [code = ''] = codes;
    expect(sessionInCode(dataKeys, 'filing-web', code)).toBe(of.sessionId);
    expect(sessionInCode(dataKeys, 'invoice-web', code)).toBeUndefined();
  });

  it('is no other text, and nothing else that we sealed', () => {
    const code = newCode(dataKeys, of);
    const sid = 'a-sid';
    const handles = { refreshKey: Buffer.alloc(32, 2) } as Parameters<typeof newRpRefreshToken>[0]['handles'];
    for (const text of [
      '',
      '.',
      'c'.repeat(43),
      code.slice(0, 43),
      code.slice(0, -1),
      `${code}A`,
      `${code.slice(0, 44)}${sealedSession(dataKeys, { ...of, sid }, of.sessionId)}`,
      newRpRefreshToken({ dataKeys, handles }, { ...of, sid }).token,
    ])
      expect(sessionInCode(dataKeys, 'filing-web', text)).toBeUndefined();
  });
});
