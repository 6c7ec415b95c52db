import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataKeys, seal, unseal } from '#crypto/sealed.ts';

const october = randomBytes(32);
const november = randomBytes(32);
const dataKeys: DataKeys = { current: '2026-11', keys: { '2026-10': october, '2026-11': november } };

describe('sealed fields', () => {
  it('DOC-4 opens what it sealed, and hides it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        const sealed = seal(dataKeys, context, text);
        expect(unseal(dataKeys, context, sealed)).toBe(text.toWellFormed());
        expect(sealed).toMatch(/^s1\.2026-11\.[\w-]+$/);
        expect(seal(dataKeys, context, text)).not.toBe(sealed);
        if (text.length > 8) expect(sealed).not.toContain(text);
      }),
    );
  });

  it('DOC-4 opens older fields with their own key after a rotation', () => {
    const before = seal({ current: '2026-10', keys: { '2026-10': october } }, 'Users.name|p1', '张三');
    expect(unseal(dataKeys, 'Users.name|p1', before)).toBe('张三');
  });

  it('DOC-4 does not open in another row or column', () => {
    const sealed = seal(dataKeys, 'Users.name|p1', '张三');
    for (const context of ['Users.name|p2', 'Users.document|p1', '', 'Users.name|p1 ']) {
      expect(() => unseal(dataKeys, context, sealed)).toThrow('does not open');
    }
  });

  it('DOC-4 does not open after any change of any character', () => {
    const sealed = seal(dataKeys, 'c', '34010419900307123X');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: sealed.length - 1 }),
        fc.constantFrom(...'ABZaz09-_.'),
        (at, sign) => {
          const changed = sealed.slice(0, at) + sign + sealed.slice(at + 1);
          fc.pre(changed !== sealed);
          expect(() => unseal(dataKeys, 'c', changed)).toThrow();
        },
      ),
      { numRuns: 500 },
    );
    for (const cut of [
      sealed.slice(0, -1),
      `${sealed}A`,
      sealed.slice(0, 20),
      '',
      sealed.replace('s1', 's2'),
    ]) {
      expect(() => unseal(dataKeys, 'c', cut)).toThrow();
    }
  });

  it('DOC-4 does not open under the id of another key', () => {
    const sealed = seal(dataKeys, 'c', 'x');
    expect(() => unseal(dataKeys, 'c', sealed.replace('2026-11', '2026-10'))).toThrow('does not open');
    expect(() => unseal(dataKeys, 'c', sealed.replace('2026-11', '2026-12'))).toThrow('no data key 2026-12');
    expect(() => unseal(dataKeys, 'c', sealed.replace('2026-11', 'constructor'))).toThrow('no data key');
    const twin: DataKeys = { current: 'a', keys: { a: october, b: october } };
    expect(() => unseal(twin, 'c', seal(twin, 'c', 'x').replace('.a.', '.b.'))).toThrow('does not open');
  });
});
