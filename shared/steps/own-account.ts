import type { House } from '#http/house.ts';
import { type Active, admitted, findPerson, type Person } from '#store/users.ts';
import { maskedPhoneOf } from './facts.ts';
import type { SessionCall } from './fresh-factor.ts';

/** The person behind the session. One whose account has just ended has no session any more either. */
export async function signedInPerson(h: Pick<House, 'db'>, call: SessionCall): Promise<Active> {
  return admitted(await findPerson(h.db, call.caller.session.personKey), 'SESSION_ENDED');
}

/** The own numbers as the account centre shows them (DOC-4), the default one first. */
export const shownPhones = (h: Pick<House, 'dataKeys'>, person: Person) =>
  (person.phones ?? [])
    .map((phone) => ({
      phoneId: phone.phoneId,
      maskedPhone: maskedPhoneOf(h, phone),
      isDefault: phone.phoneId === person.defaultPhoneId,
    }))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
