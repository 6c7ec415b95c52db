import type { FlowContext } from '#runtime/context.ts';
import { type Person, type RegisteredPerson, requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { SessionCall } from '../factors/fresh-factor.ts';
import { maskedPhoneOf } from './personal-data.ts';

/** The person behind the session. If the account has just ended, the session has ended too. */
export async function signedInPerson(
  ctx: Pick<FlowContext, 'db'>,
  call: SessionCall,
): Promise<RegisteredPerson> {
  return requireAdmitted(await findPerson(ctx.db, call.caller.session.personKey), 'SESSION_ENDED');
}

/** The person's own numbers as the account centre shows them (DOC-4), the default one first. */
export const shownPhones = (ctx: Pick<FlowContext, 'dataKeys'>, person: Person) =>
  (person.phones ?? [])
    .map((phone) => ({
      phoneId: phone.phoneId,
      maskedPhone: maskedPhoneOf(ctx, phone),
      isDefault: phone.phoneId === person.defaultPhoneId,
    }))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
