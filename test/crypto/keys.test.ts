import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeHash,
  constantTimeEqual,
  deriveHandleKeys,
  deriveKeys,
  handleKey,
  indexKey,
  pepper,
  personKey,
  phoneKey,
} from '#crypto/keys.ts';
import { handlesOne, handlesTwo, keysOne, keysTwo, rootOne, rootTwo } from './keys-of-test.ts';

describe('keys from the root secret', () => {
  it('DOC-4 gives table keys that are versioned, stable and say nothing of the value', () => {
    const key = personKey(keysOne, '201', '34010419900307123X');
    expect(key).toMatch(/^p1_[\w-]{43}$/);
    expect(key).toBe(personKey(deriveKeys(JSON.stringify({ 1: rootOne })), '201', '34010419900307123X'));
    expect(phoneKey(keysOne, '13812345678')).toMatch(/^n1_[\w-]{43}$/);
    // A known value: if the key changes, no stored row is found any more.
    expect(key).toBe(knownPersonKey);
  });

  it('DOC-4 never gives one key to two kinds or two values', () => {
    const kinds = fc.constantFrom('person', 'phone', 'username', 'company', 'handler');
    fc.assert(
      fc.property(kinds, fc.string(), kinds, fc.string(), (kindA, a, kindB, b) => {
        fc.pre(kindA !== kindB || a !== b);
        expect(indexKey(keysOne, kindA, a)).not.toBe(indexKey(keysOne, kindB, b));
      }),
    );
  });

  it('PWD-3 keeps the index key when a second pepper comes', () => {
    expect(personKey(keysTwo, '201', 'x')).toBe(personKey(keysOne, '201', 'x'));
    expect(keysOne.pepperVersion).toBe(1);
    expect(keysTwo.pepperVersion).toBe(2);
    expect(pepper(keysTwo, 1)).toEqual(pepper(keysOne, 1));
    expect(pepper(keysTwo, 2)).not.toEqual(pepper(keysTwo, 1));
    expect(() => pepper(keysOne, 2)).toThrow('pepper version 2');
  });

  it('PWD-3 takes the highest version as a number, not as a word', () => {
    expect(deriveKeys(JSON.stringify({ 9: rootOne, 10: rootTwo, 1: rootOne })).pepperVersion).toBe(10);
  });

  it('SESS-01 derives keys that are all different', () => {
    const all = [
      keysTwo.indexKey,
      ...keysTwo.peppers.values(),
      ...Object.values(deriveHandleKeys(JSON.stringify({ 1: rootOne, 2: rootTwo }))),
    ];
    expect(new Set(all.map((key) => key.toString('hex'))).size).toBe(all.length);
    for (const key of all) expect(key).toHaveLength(32);
  });

  it.each([
    '',
    'placeholder',
    '{}',
    '[]',
    'null',
    '{"1":""}',
    '{"1":"short"}',
    `{"2":"${rootTwo}"}`,
    `{"1":"${rootOne}","x":"${rootTwo}"}`,
    '{"1":7}',
  ])('ERR-01 refuses a root secret that is none: %s', (text) => {
    expect(() => deriveKeys(text)).toThrow(/^The secret root/);
    expect(() => deriveHandleKeys(text)).toThrow(/^The secret handles/);
  });

  it('DOC-4 keeps personal fields out of reach of who has the keys of what is handed out', () => {
    expect(Object.keys(handlesOne)).not.toContain('indexKey');
    expect(Object.keys(handlesOne)).not.toContain('peppers');
    // Even if both secrets contain the same text, they give no common key.
    const personal = [keysOne.indexKey, ...keysOne.peppers.values()].map((key) => key.toString('hex'));
    for (const key of Object.values(handlesOne)) expect(personal).not.toContain(key.toString('hex'));
  });

  it('SES-2 a new version of the handles replaces what passes and keeps the pseudonyms that others keep', () => {
    for (const name of ['codeKey', 'refreshKey', 'challengeKey', 'addressKey'] as const)
      expect(handlesTwo[name]).not.toEqual(handlesOne[name]);
    for (const kind of ['pseudonym', 'agent'] as const) {
      const value = handleKey(handlesOne, kind, 'x');
      expect(value).toMatch(/^[sg]1_[\w-]{43}$/);
      expect(handleKey(handlesTwo, kind, 'x')).toBe(value);
    }
    expect(handleKey(handlesTwo, 'address', 'x')).not.toBe(handleKey(handlesOne, 'address', 'x'));
  });

  it('SMS-2 binds a code to purpose, ticket and phone', () => {
    const hash = codeHash(handlesOne, 'login', 't', '13812345678', '123456');
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(codeHash(handlesOne, 'login', 't', '13812345678', '123456')).toBe(hash);
    const others = [
      codeHash(handlesOne, 'factor', 't', '13812345678', '123456'),
      codeHash(handlesOne, 'login', 'u', '13812345678', '123456'),
      codeHash(handlesOne, 'login', 't', '13812345679', '123456'),
      codeHash(handlesOne, 'login', 't', '13812345678', '123457'),
      codeHash(handlesOne, 'login', 't1', '3812345678', '123456'),
    ];
    expect(new Set([hash, ...others]).size).toBe(6);
  });

  it('SMS-2 compares whole texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
        expect(constantTimeEqual(a, a)).toBe(true);
      }),
    );
  });
});

const knownPersonKey = 'p1_msNHi4S98NQt20iCLepsYmTHHe6T4lQdI87AskTJy7U';
