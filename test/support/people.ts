import { randomInt } from 'node:crypto';
import { personNumberCheckDigit } from '#domain/people/person-numbers.ts';

/** Invented people with valid check digits; numbers do not repeat within a run. */
export interface Sample {
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  readonly phone: string;
  readonly password: string;
}

const surnames = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许';
const given = '建国志强晓梅玉兰海燕春生丽娟德明雪松文静';
let counter = randomInt(0, 90_000_000);

const pick = (text: string): string => text[randomInt(text.length)] ?? '安';

/** An 18-digit resident ID number (201) of an adult. */
export function residentNumber(): string {
  counter = (counter + 1) % 100_000_000;
  const digits = String(counter).padStart(8, '0');
  const first17 = `3401${digits.slice(0, 2)}19${String(50 + (Number(digits.slice(2, 4)) % 50)).padStart(2, '0')}${String(1 + (Number(digits.slice(4, 5)) % 9)).padStart(2, '0')}${String(10 + (Number(digits.slice(5, 6)) % 10))}${digits.slice(6)}${randomInt(10)}`;
  return first17 + personNumberCheckDigit(first17);
}

export const mobile = (): string =>
  `1${randomInt(3, 10)}${String(randomInt(1_000_000_000)).padStart(9, '0')}`;

export const person = (overrides: Partial<Sample> = {}): Sample => ({
  name: `${pick(surnames)}${pick(given)}${pick(given)}`,
  documentType: '201',
  documentNumber: residentNumber(),
  phone: mobile(),
  password: 'Wanjiang#2058',
  ...overrides,
});
