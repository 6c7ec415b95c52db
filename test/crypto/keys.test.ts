import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeHash,
  constantTimeEqual,
  deriveKeys,
  indexKey,
  pepper,
  personKey,
  phoneKey,
} from '#crypto/keys.ts';
import { keysOne, keysTwo, rootOne, rootTwo } from './keys-of-test.ts';

describe('keys from the root secret', () => {
  it('DOC-4 gives table keys that are versioned, stable and say nothing of the value', () => {
    const key = personKey(keysOne, '201', '34010419900307123X');
    expect(key).toMatch(/^p1_[\w-]{43}$/);
    expect(key).toBe(personKey(deriveKeys(JSON.stringify({ 1: rootOne })), '201', '34010419900307123X'));
    expect(phoneKey(keysOne, '13812345678')).toMatch(/^n1_[\w-]{43}$/);
    // Known answer: a change here would orphan every row of every table.
    expect(key).toBe(knownPersonKey);
  });

  it('DOC-4 never gives one key to two kinds or two values', () => {
    const kinds = fc.constantFrom('person', 'phone', 'username', 'ticket', 'address', 'company', 'handler');
    fc.assert(
      fc.property(kinds, fc.string(), kinds, fc.string(), (kindA, a, kindB, b) => {
        fc.pre(kindA !== kindB || a !== b);
        expect(indexKey(keysOne, kindA, a)).not.toBe(indexKey(keysOne, kindB, b));
      }),
    );
  });

  it('PWD-3 keeps index, code and refresh keys when a second pepper comes', () => {
    expect(personKey(keysTwo, '201', 'x')).toBe(personKey(keysOne, '201', 'x'));
    expect(keysTwo.codeKey).toEqual(keysOne.codeKey);
    expect(keysTwo.refreshKey).toEqual(keysOne.refreshKey);
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
      keysTwo.codeKey,
      keysTwo.refreshKey,
      keysTwo.challengeKey,
      ...keysTwo.peppers.values(),
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
  });

  it('SMS-2 binds a code to purpose, ticket and phone', () => {
    const hash = codeHash(keysOne, 'login', 't', '13812345678', '123456');
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(codeHash(keysOne, 'login', 't', '13812345678', '123456')).toBe(hash);
    const others = [
      codeHash(keysOne, 'factor', 't', '13812345678', '123456'),
      codeHash(keysOne, 'login', 'u', '13812345678', '123456'),
      codeHash(keysOne, 'login', 't', '13812345679', '123456'),
      codeHash(keysOne, 'login', 't', '13812345678', '123457'),
      codeHash(keysOne, 'login', 't1', '3812345678', '123456'),
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
