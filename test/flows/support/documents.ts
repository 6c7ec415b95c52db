import { randomInt } from 'node:crypto';
import { personNumberCheckDigit } from '#domain/people/person-numbers.ts';
import { person, type Sample } from '../../support/people.ts';

const digits = (length: number) =>
  Array.from({ length }, (_, i) => (i === 0 ? 1 + randomInt(9) : randomInt(10))).join('');
const checked = (region: string) => {
  const first17 = `${region}19${60 + randomInt(40)}0${1 + randomInt(9)}1${randomInt(10)}${digits(3)}`;
  return first17 + personNumberCheckDigit(first17);
};

/** A valid number of each document type (DOC-2). */
const numbers: Record<string, () => string> = {
  '201': () => checked('340104'),
  '210': () => `H${digits(8)}`,
  '213': () => digits(8),
  '227': () => `EA${digits(7)}`,
  '233': () => checked('934010'),
  '237': () => checked('810000'),
  '238': () => checked('830000'),
  '208': () => `N${digits(9)}X`,
  '239': () => `A-${digits(8)}`,
  '240': () => `B-${digits(8)}`,
  '241': () => `C-${digits(8)}`,
  '299': () => `Z-${digits(10)}`,
};

export const directTypes = ['201', '210', '213', '227', '233', '237', '238'];
export const officeFirstTypes = ['208', '239', '240', '241', '299'];

export function personWith(documentType: string, overrides: Partial<Sample> = {}): Sample {
  const number = numbers[documentType];
  if (!number) throw new Error(`no such document type ${documentType}`);
  return person({ documentType, documentNumber: number(), ...overrides });
}

/** The line that a hall sends about a person (REG-2). */
export const collectionLine = (who: Sample, version = 1, overrides: object = {}): string =>
  JSON.stringify({
    type: 'collection',
    version,
    person: { name: who.name, documentType: who.documentType, documentNumber: who.documentNumber },
    phone: who.phone,
    officer: '3401001',
    ...overrides,
  });
