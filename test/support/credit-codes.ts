import { randomInt } from 'node:crypto';
import { uscCheckDigit } from '#domain/companies/taxpayers.ts';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A valid 统一社会信用代码, one of 31^9: no two tests of a run meet in one. */
export function creditCode(): string {
  const organisation = Array.from({ length: 9 }, () => alphabet[randomInt(alphabet.length)]).join('');
  const first17 = `91340100${organisation}`;
  return first17 + uscCheckDigit(first17);
}
