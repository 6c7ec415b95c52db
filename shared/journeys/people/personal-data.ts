import { unseal } from '#crypto/sealed.ts';
import { normaliseDocumentNumber } from '#domain/documents.ts';
import { maskDocument, maskName, maskPhone } from '#domain/masks.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  defaultPhone,
  isActive,
  isNamed,
  type OwnPhone,
  type Person,
  sealContext,
} from '#store/people/person-row.ts';

type Opened = Pick<FlowContext, 'dataKeys'>;

export const nameOf = (ctx: Opened, person: Pick<Person, 'personKey' | 'sealedName'>): string =>
  unseal(ctx.dataKeys, sealContext.name(person.personKey), person.sealedName);
export const numberOf = (ctx: Opened, person: Pick<Person, 'personKey' | 'sealedNumber'>): string =>
  unseal(ctx.dataKeys, sealContext.number(person.personKey), person.sealedNumber);
/** Whether a number as somebody types it is this person's (DOC-2); nobody is asked for the type. */
export const isNumberOf = (
  ctx: Opened,
  person: Pick<Person, 'personKey' | 'documentType' | 'sealedNumber'>,
  typed: string,
): boolean => numberOf(ctx, person) === normaliseDocumentNumber(person.documentType, typed);
export const phoneNumberOf = (ctx: Opened, phone: Pick<OwnPhone, 'phoneKey' | 'sealed'>): string =>
  unseal(ctx.dataKeys, sealContext.phone(phone.phoneKey), phone.sealed);

export const maskedNameOf = (ctx: Opened, person: Pick<Person, 'personKey' | 'sealedName'>): string =>
  maskName(nameOf(ctx, person));
export const maskedPhoneOf = (ctx: Opened, phone: Pick<OwnPhone, 'phoneKey' | 'sealed'>): string =>
  maskPhone(phoneNumberOf(ctx, phone));

/**
 * REL-11: somebody in a list from which people are managed, so that two of one name are told apart.
 * @param person as Users has them; somebody without a record shows no number
 */
export function maskedPerson(
  ctx: Opened,
  holder: Pick<Person, 'personKey' | 'sealedName'>,
  person: Person | undefined,
): { name: string; documentNumber: string; phone?: string } {
  const phone = isActive(person) ? defaultPhone(person) : undefined;
  return {
    // The record's, which may have changed by law since the form or relation was written (DOC-5).
    name: maskName(nameOf(ctx, person && isNamed(person) ? person : holder)),
    documentNumber: person?.sealedNumber ? maskDocument(numberOf(ctx, person)) : '*',
    ...(phone ? { phone: maskedPhoneOf(ctx, phone) } : {}),
  };
}
