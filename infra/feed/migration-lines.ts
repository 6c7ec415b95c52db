import { createHash } from 'node:crypto';
import { type Dice, diceFor } from './dice.ts';
import { extraPhone, type SamplePerson, samplePerson } from './people.ts';

/** How much of an invented migration differs from the usual case, as shares 0–1. */
export interface MigrationShares {
  /**
   * People (and companies) with a hash of their old password; the others have the document's last six characters as
   * password (LGN-11).
   */
  readonly oldHashes: number;
  /** People who share a phone number with another person (MIG-1). */
  readonly duplicatePhones: number;
}

const shares = {
  faceVerified: 0.6,
  invalid: 0.01,
  cancelled: 0.02,
  secondPhone: 0.1,
  noPhone: 0.02,
} as const;

/** The n-th person of a seed as the old system knew them. */
export function migratedPerson(seed: number, index: number, migration: MigrationShares): object {
  const dice = diceFor(seed, 'migration', index);
  const who = samplePerson(seed, index);
  const duplicate = index > 0 && dice.happens(migration.duplicatePhones);
  const phone = duplicate ? samplePerson(seed, index - 1).phone : who.phone;
  const phones = dice.happens(shares.noPhone) && !duplicate ? [] : [phone];
  if (dice.happens(shares.secondPhone)) phones.push(extraPhone(who));
  const ended = dice.next();
  return {
    type: 'person',
    version: 1,
    ...who.person,
    phones,
    ...(dice.happens(migration.oldHashes) ? { passwordHash: oldHash(dice, oldPassword(who)) } : {}),
    faceVerified: dice.happens(shares.faceVerified),
    ...(ended < shares.invalid
      ? { state: 'invalid' }
      : ended < shares.invalid + shares.cancelled
        ? { state: 'cancelled' }
        : {}),
  };
}

/** The password of a person with an old hash. */
export const oldPassword = ({ person }: SamplePerson): string => `Huizhou#${person.documentNumber.slice(-4)}`;

/** The hash of a company's password for the old login (LEG-1). */
export const companyPasswordHash = (dice: Dice, taxpayerId: string): string =>
  oldHash(dice, `Qiye#${taxpayerId.slice(-4)}`);

/** Hash schemes that old systems used, with and without salt. */
function oldHash(dice: Dice, password: string): string {
  const scheme = dice.pick(['MD5', 'SHA256', 'SM3'] as const);
  const salt = dice.happens(0.5) ? dice.below(2 ** 32).toString(16) : '';
  const hash = createHash(scheme.toLowerCase())
    .update(salt + password)
    .digest('hex');
  return `{${scheme}${salt === '' ? '' : `:${salt}`}}${hash}`;
}
