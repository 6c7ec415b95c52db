import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAccount } from '#domain/people/accounts.ts';
import { looksLikePhone } from '#domain/people/phones.ts';
import {
  parseUsername,
  readUsername,
  usernameChangeableFrom,
  usernameGuard,
  usernameReservedUntil,
} from '#domain/people/usernames.ts';
import { personNumbers, refusal, today, typesOf } from './people.ts';

const fixedForms = ['201', '210', '213', '227', '233', '237', '238'];
const kinds = (raw: string): string[] => readAccount(raw, today).map((reading) => reading.kind);

describe('usernames', () => {
  it('USR-1 accepts 6–20 letters or digits, a letter first, capitals kept', () => {
    for (const name of ['abcdef', 'ZhangSan', 'a12345', `z${'9'.repeat(19)}`, 'HeFei2026']) {
      expect(parseUsername(name)).toBe(name);
      expect(readUsername(name)).toBe(name);
    }
    expect(parseUsername(' Ｚhang３an ')).toBe('Zhang3an');
    expect(parseUsername('\u202dZhang3an\u202c\u200b\ufeff')).toBe('Zhang3an');
  });

  it.each([
    ['abcde', ['length']],
    ['a'.repeat(21), ['length']],
    ['1abcdef', ['first-letter']],
    ['zhang_san', ['characters']],
    ['zhang san', ['characters']],
    ['张三三三三三', ['characters', 'first-letter']],
    ['', ['length', 'first-letter']],
    ['h12345678', ['document-shape']],
    ['abc123456789012', ['document-shape']],
    ['12345678', ['first-letter', 'document-shape']],
    ['13812345678', ['first-letter', 'phone-shape']],
  ])('USR-1 USR-2 refuses the username %j for %j', (raw, reasons) => {
    const problem = refusal(() => parseUsername(raw));
    expect(problem.code).toBe('USERNAME_INVALID');
    expect(problem.details).toEqual({ reasons });
    expect(readUsername(raw)).toBeUndefined();
  });

  it('USR-1 is unique ignoring case', () => {
    expect(usernameGuard('ZhangSan')).toBe(usernameGuard('zhangsan'));
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{5,19}$/), (name) => {
        expect(usernameGuard(name.toUpperCase())).toBe(usernameGuard(name));
      }),
    );
  });

  it('USR-1 one change in a calendar year of Shanghai, the first setting free', () => {
    expect(usernameChangeableFrom(undefined)).toBeUndefined();
    expect(usernameChangeableFrom(new Date('2026-11-23T00:00:00Z'))).toEqual(
      new Date('2026-12-31T16:00:00Z'),
    );
    expect(usernameChangeableFrom(new Date('2026-12-31T15:59:59Z'))).toEqual(
      new Date('2026-12-31T16:00:00Z'),
    );
    expect(usernameChangeableFrom(new Date('2026-12-31T16:00:00Z'))).toEqual(
      new Date('2027-12-31T16:00:00Z'),
    );
  });

  it('USR-2 reserves a freed name for a year', () => {
    expect(usernameReservedUntil(new Date('2026-11-23T00:00:00Z'), { usernameReservedDays: 365 })).toEqual(
      new Date('2027-11-23T00:00:00Z'),
    );
  });

  it('USR-2 a username is never readable as a fixed-form document or a phone', () => {
    const names = fc.oneof(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{5,19}$/),
      fc.stringMatching(/^[A-Za-z]{1,3}\d{5,13}$/),
    );
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(readUsername(name) !== undefined);
        expect(parseUsername(name)).toBe(name);
        expect(looksLikePhone(name)).toBe(false);
        expect(typesOf(name).filter((type) => fixedForms.includes(type))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the account box', () => {
  it('LGN-2 DOC-5 reads document, phone and username in that order', () => {
    expect(readAccount(' 11010519491231002x', today)).toEqual([
      { kind: 'document', number: '11010519491231002X', types: ['201', '208', '239', '240', '241', '299'] },
    ]);
    expect(readAccount('13812345678', today)).toEqual([
      { kind: 'document', number: '13812345678', types: ['208', '239', '240', '241', '299'] },
      { kind: 'phone', phone: '13812345678' },
    ]);
    expect(readAccount('ZhangSan', today)).toEqual([
      { kind: 'document', number: 'ZHANGSAN', types: ['208', '239', '240', '241', '299'] },
      { kind: 'username', username: 'ZhangSan' },
    ]);
    expect(readAccount('+86 138 1234 5678', today)).toEqual([{ kind: 'phone', phone: '13812345678' }]);
    expect(readAccount('110105-19491231-002X', today)[0]).toEqual({
      kind: 'document',
      number: '11010519491231002X',
      types: ['201', '208'],
    });
  });

  it('LGN-2 finds no reading in what is no account', () => {
    for (const raw of [
      '',
      '   ',
      '张三',
      'a@b.cn',
      "' or 1=1 --",
      'abc',
      'A'.repeat(65),
      '9'.repeat(10_000),
      `${' '.repeat(60)}zhangsan`,
    ]) {
      expect(readAccount(raw, today)).toEqual([]);
    }
  });

  it('LGN-2 never reads one text as a phone and a username', () => {
    const texts = fc.oneof(fc.string(), personNumbers(), fc.stringMatching(/^[a-z0-9+ -]{0,22}$/));
    fc.assert(
      fc.property(texts, (raw) => {
        const found = kinds(raw);
        expect(found.includes('phone') && found.includes('username')).toBe(false);
        expect([...found].sort()).toEqual(found);
      }),
    );
  });
});

describe('what the person says it is', () => {
  const [today, text] = ['2026-11-23', '13812345678'];
  it('DOC-6 leaves the readings of that kind, and of documents that one type', () => {
    const all = readAccount(text, today);
    const types = all.flatMap((one) => (one.kind === 'document' ? one.types : []));
    expect(types.length).toBeGreaterThan(1);
    expect(readAccount(text, today, { kind: 'phone' })).toEqual([{ kind: 'phone', phone: text }]);
    expect(readAccount(text, today, { kind: 'username' })).toEqual([]);
    for (const documentType of types)
      expect(readAccount(text, today, { kind: 'document', documentType })).toEqual([
        { kind: 'document', number: text, types: [documentType] },
      ]);
    expect(readAccount(text, today, { kind: 'document', documentType: '201' })).toEqual([]);
    expect(readAccount('abcdef', today, { kind: 'username' })).toEqual([
      { kind: 'username', username: 'abcdef' },
    ]);
  });
  it('DOC-6 nothing that is too long is an account', () => {
    expect(readAccount(`${text}${' '.repeat(53)}`, today).length).toBeGreaterThan(0);
    expect(readAccount(`${text}${' '.repeat(54)}`, today)).toEqual([]);
  });
});
