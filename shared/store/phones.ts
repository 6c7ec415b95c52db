import { Problem } from '#domain/problem.ts';
import type { Db, Write } from './db.ts';

/** Who owns a number (PHN-1). The item is the guard: one number, one owner, under any race (PHN-5). */
export interface PhoneRow {
  readonly phoneKey: string;
  readonly personKey: string;
  readonly since: string;
}

export const phoneOwner = (db: Db, phoneKey: string) => db.get<PhoneRow>('Phones', { phoneKey });

/**
 * Claims a number for a person. Free, or already theirs, or (with `from`, after SMS and face, PHN-3) taken over from
 * exactly that owner. Anything else is PHONE_TAKEN.
 */
export function claimPhoneWrite(phoneKey: string, personKey: string, now: Date, from?: string): Write {
  return {
    table: 'Phones',
    put: { phoneKey, personKey, since: now.toISOString() },
    when: `attribute_not_exists(phoneKey) OR personKey = :person${from ? ' OR personKey = :from' : ''}`,
    values: { ':person': personKey, ...(from ? { ':from': from } : {}) },
    otherwise: () => new Problem('PHONE_TAKEN'),
  };
}

/** Frees a number for anybody (PHN-2, CTR-2), if it is still this person's. */
export const releasePhoneWrite = (phoneKey: string, personKey: string, otherwise: () => Error): Write => ({
  table: 'Phones',
  remove: { phoneKey },
  when: 'personKey = :person',
  values: { ':person': personKey },
  otherwise,
});
