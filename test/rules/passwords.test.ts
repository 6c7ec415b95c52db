import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommonPassword } from '#domain/factors/common-passwords.ts';
import { localWords } from '#domain/factors/local-words.ts';
import {
  type PasswordContext,
  passwordWeaknessCodes,
  passwordWeaknesses,
} from '#domain/factors/passwords.ts';

const zhang: PasswordContext = {
  username: 'ZhangSan88',
  phones: ['13812345678', '13987654321'],
  documentNumber: '34010219900307123X',
};
const never = (): boolean => false;
const weaknesses = (password: string): string[] => passwordWeaknesses(password, zhang, isCommonPassword);

describe('passwords', () => {
  it.each([
    'Kx8$mT2q',
    'huang-Shan!97',
    'Correct-Horse9',
    'Wanjiang#2058',
    '黄山Qw7!看日出啊',
    'Aa1!Aa1!Aa1!Aa1!Aa1!',
  ])('PWD-2 accepts %s', (password) => {
    expect(weaknesses(password)).toEqual([]);
  });

  it.each([
    ['Kx8$mT2', ['length']],
    ['Kx8$mT2qKx8$mT2qKx8$m', ['length']],
    ['', ['length', 'classes', 'common']],
    ['kwxmtqzr', ['classes']],
    ['kwxmtq93', ['classes']],
    ['KWXMTQ93', ['classes']],
    ['Kx8 mT2q!', ['whitespace']],
    ['Kx8$mT2q\u3000', ['whitespace']],
    ['Kx8$mT2q\u0000', ['whitespace']],
    ['Kx8$\u200bmT2q', ['whitespace']],
    ['!zhangsan88Q', ['contains-username']],
    ['Q!ZHANGSAN88x', ['contains-username']],
    ['Ab!13812345678', ['contains-phone', 'run']],
    ['Ab!13987654321', ['contains-phone', 'run']],
    ['Ab!199003kq', ['contains-document']],
    ['Ab!07123xkq', ['contains-document']],
    ['Kx!aaaaQ7', ['run']],
    ['Kx!aAaAQ7', ['run']],
    ['Kx!!!!Q7z', ['run']],
    ['Kx!1234Qz', ['run']],
    ['Kx!8765Qz', ['run']],
    ['Kx!dcbaQ7', ['run']],
    ['Kx!mNoPq7', ['run']],
    ['Password1!', ['common']],
    ['P@ssw0rd2026!', ['common']],
    ['Anhui@2026', ['local-word']],
    ['Hefei@2026', ['local-word']],
    ['Etax@2026a', ['local-word']],
    ['Ahtax@2026', ['local-word']],
    ['@nHu1#20260', ['local-word']],
    ['Aa@12366!7', ['local-word']],
    ['AnhuiTax#2026', ['local-word']],
    ['ＡｎｈｕｉＥｔａｘ#7', ['local-word']],
  ])('PWD-2 names each miss of %j: %j', (password, reasons) => {
    expect(weaknesses(password)).toEqual(reasons);
  });

  it('PWD-2 no word of the place or the system is enough, whatever digits and punctuation stand beside it', () => {
    const beside = fc.stringMatching(/^[0-9!-/]{0,6}$/);
    const few = fc.stringMatching(/^[A-Za-z]{0,2}$/);
    const cased = fc
      .tuple(fc.constantFrom(...localWords), fc.infiniteStream(fc.boolean()))
      .map(([word, upper]) => [...word].map((c) => (upper.next().value ? c.toUpperCase() : c)).join(''));
    fc.assert(
      fc.property(beside, cased, beside, few, (before, word, behind, letters) => {
        expect(weaknesses(before + word + behind + letters)).toContain('local-word');
      }),
    );
  });

  it('PWD-2 such a word in a passphrase of more harms nothing, and what holds none is never named for it', () => {
    const more = fc.stringMatching(/^[bcdfjkmnpqrswyz]{3,8}$/);
    fc.assert(
      fc.property(fc.constantFrom(...localWords), more, (word, rest) => {
        expect(passwordWeaknesses(`${rest}-${word}`, zhang, never)).not.toContain('local-word');
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[bcdfgjkmnpqrsvwyz05-9#$%-]{1,20}$/), (password) => {
        expect(passwordWeaknesses(password, zhang, never)).not.toContain('local-word');
      }),
    );
    for (const good of ['hz-Etax!8Kq', 'Mein-Hefei-Tag7', 'Wanjiang#2058', 'Taxi2Anhui-nach'])
      expect(weaknesses(good)).toEqual([]);
  });

  it('PWD-2 allows runs of three, five characters of the document, and neighbours of different kinds', () => {
    for (const password of ['Kx!123Qzw', 'Kx!aaaQ7w', 'Kx!cbaQ7w', 'Kx!90030Qz', 'Kz@ABc/01w', 'q89:;Kwx']) {
      expect(passwordWeaknesses(password, zhang, never)).toEqual([]);
    }
  });

  it('PWD-2 finds a username, phone or six characters of the document wherever they stand', () => {
    const edges = fc.stringMatching(/^[!-/]{0,4}$/);
    fc.assert(
      fc.property(edges, edges, fc.nat(12), (before, behind, from) => {
        const at = (secret: string): string[] => passwordWeaknesses(before + secret + behind, zhang, never);
        expect(at('zHANGsAN88')).toContain('contains-username');
        expect(at('13812345678')).toContain('contains-phone');
        expect(at(zhang.documentNumber.slice(from, from + 6).toLowerCase())).toContain('contains-document');
      }),
    );
  });

  it('PWD-2 knows nothing to avoid where there is no username, phone or long document', () => {
    const nobody = { username: undefined, phones: [], documentNumber: 'AB-12' };
    expect(passwordWeaknesses('Kx8$mT2q', nobody, never)).toEqual([]);
    expect(passwordWeaknesses('Kx8$mT2q', { ...nobody, username: '', phones: [''] }, never)).toEqual([]);
  });

  it('PWD-2 finds runs as a plain reading of the rule does', () => {
    const naive = (password: string): boolean => {
      const text = password.toLowerCase();
      const ladders = ['abcdefghijklmnopqrstuvwxyz', '0123456789'].flatMap((row) => [
        row,
        [...row].reverse().join(''),
      ]);
      return [...[...text].keys()].some((i) => {
        const four = text.slice(i, i + 4);
        return (
          four.length === 4 &&
          (ladders.some((row) => row.includes(four)) || four === four.charAt(0).repeat(4))
        );
      });
    };
    const passwords = fc.string({
      unit: fc.constantFrom(...'abcdABCDxyzXYZ0123789!@/:`{['),
      minLength: 4,
      maxLength: 20,
    });
    fc.assert(
      fc.property(passwords, (password) => {
        expect(passwordWeaknesses(password, zhang, never).includes('run')).toBe(naive(password));
      }),
      { numRuns: 2000 },
    );
  });

  it('PWD-2 counts three of four classes', () => {
    const classes = ['kwq', 'KWQ', '739', '!#%'];
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3], { minLength: 1 }), (chosen) => {
        const password = chosen
          .map((i) => classes[i] ?? '')
          .join('')
          .repeat(3)
          .slice(0, 12);
        expect(passwordWeaknesses(password, zhang, never).includes('classes')).toBe(chosen.length < 3);
      }),
    );
  });

  it('PWD-2 counts characters, not UTF-16 units, and bounds its work', () => {
    expect(passwordWeaknesses('𠮷𠮷a𠮷A1!', zhang, never)).toEqual(['length']);
    expect(passwordWeaknesses('𠮷𠮷a𠮷A1!z', zhang, never)).toEqual([]);
    expect(passwordWeaknesses('a'.repeat(1_000_000), zhang, never)).toEqual(['length']);
  });

  it('PWD-2 only names reasons of the contract', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (password) => {
        for (const reason of weaknesses(password)) expect(passwordWeaknessCodes).toContain(reason);
      }),
    );
  });
});

describe('common passwords', () => {
  it.each([
    'Password1!',
    'P@$$w0rd',
    'Pa55word!',
    'Aa123456',
    'Aa123456!',
    'Abc@1234',
    'Qwer1234!',
    '1qaz@WSX',
    '!QAZ2wsx',
    'Admin@123',
    'Woaini1314!',
    'Iloveyou520.',
    'Zhangwei1990!',
    'Zhangwei19900307',
    'Summer2026!',
    'Dragon#88',
    'TestTest1!',
    'OceanOcean7!',
    'Welcome12345',
    '!@#$%^&*',
    '20080808',
  ])('PWD-2 knows %s as common', (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each(['Kx8$mT2q', 'Correct-Horse9', 'Wanjiang#2058', 'Mountain#4217', 'Str0ng!Pass', 'Dragon!Kite7'])(
    'PWD-2 lets %s pass as not common',
    (password) => {
      expect(isCommonPassword(password)).toBe(false);
    },
  );

  it('PWD-2 sees through capitals, look-alikes and usual endings of a common word', () => {
    const disguises: Record<string, string[]> = {
      a: ['a', 'A', '@'],
      o: ['o', 'O', '0'],
      e: ['e', 'E', '3'],
      s: ['s', '$'],
      i: ['i', '1'],
      l: ['l', '1'],
    };
    const disguised = fc
      .constantFrom('password', 'iloveyou', 'letmein', 'woaini', 'administrator', 'zhangwei')
      .chain((word) =>
        fc.tuple(
          ...[...word].map((letter) =>
            fc.constantFrom(...(disguises[letter] ?? [letter, letter.toUpperCase()])),
          ),
        ),
      );
    const ending = fc.constantFrom(
      '',
      '1',
      '!',
      '123',
      '@123',
      '2026',
      '#2026',
      '666',
      '520!',
      '12345',
      '88..',
    );
    fc.assert(
      fc.property(disguised, ending, (letters, end) => {
        expect(isCommonPassword(letters.join('') + end)).toBe(true);
      }),
    );
  });

  it('PWD-2 takes no random mixture for a common one', () => {
    const consonants = fc.stringMatching(/^[bcdghjkmnpqrtvwxz]{5,8}$/);
    fc.assert(
      fc.property(consonants, fc.stringMatching(/^[#%&=]\d{2}[#%&=]$/), consonants, (left, middle, right) => {
        expect(isCommonPassword(left + middle + right)).toBe(false);
      }),
    );
  });
});

describe('a run', () => {
  const isRun = (password: string): boolean => weaknesses(password).includes('run');

  it('PWD-2 counts at the end too, and from the first to the last digit and letter', () => {
    for (const run of ['Kx8$mT0123', 'Kx8$mT6789', 'Kx8$mwxyz', 'Kx8$mabcd', 'Kx8$mT9876', 'Kx8$m----'])
      expect([run, isRun(run)]).toEqual([run, true]);
  });

  it('PWD-2 is of four, and of digits or letters alone', () => {
    for (const none of ['Kx8$mT012', 'Kx8m/012', 'Kx8m789:', 'Kx8m`abc', 'Kx8mxyz{', 'Kx8m!"#$', 'Kx8m2468'])
      expect([none, isRun(none)]).toEqual([none, false]);
  });

  it('PWD-2 an empty username or phone is in no password', () => {
    const nobody = { username: '', phones: [''], documentNumber: '' };
    expect(passwordWeaknesses('Kx8$mT2q', nobody, never)).toEqual([]);
  });

  it('PWD-2 of 128 characters everything is told, beyond that the length alone', () => {
    expect(passwordWeaknesses('a'.repeat(128), zhang, never)).toEqual(['length', 'classes', 'run']);
    expect(passwordWeaknesses('a'.repeat(129), zhang, never)).toEqual(['length']);
  });
});

it('PWD-2 a common word with three digits in sequence behind it is common, with other three it is not', () => {
  const behind = (tail: string) => isCommonPassword(`Password${tail}`);
  expect([behind('234!'), behind('543!'), behind('257!')]).toEqual([true, true, false]);
});
