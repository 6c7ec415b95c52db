import { unseal } from '#crypto/sealed.ts';
import { normaliseDocumentNumber } from '#domain/people/documents.ts';
import { maskDocument, maskName, maskPhone } from '#domain/people/masks.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  defaultPhone,
  hasVerifiedName,
  isRegistered,
  type OwnPhone,
  type Person,
  sealContext,
} from '#store/people/person-row.ts';

type DataKeyContext = Pick<FlowContext, 'dataKeys'>;

export const nameOf = (ctx: DataKeyContext, person: Pick<Person, 'personKey' | 'sealedName'>): string =>
  unseal(ctx.dataKeys, sealContext.name(person.personKey), person.sealedName);
export const numberOf = (ctx: DataKeyContext, person: Pick<Person, 'personKey' | 'sealedNumber'>): string =>
  unseal(ctx.dataKeys, sealContext.number(person.personKey), person.sealedNumber);
/** Whether a typed number is this person's document number (DOC-2); the type is not asked for. */
export const isNumberOf = (
  ctx: DataKeyContext,
  person: Pick<Person, 'personKey' | 'documentType' | 'sealedNumber'>,
  typed: string,
): boolean => numberOf(ctx, person) === normaliseDocumentNumber(person.documentType, typed);
export const phoneNumberOf = (ctx: DataKeyContext, phone: Pick<OwnPhone, 'phoneKey' | 'sealed'>): string =>
  unseal(ctx.dataKeys, sealContext.phone(phone.phoneKey), phone.sealed);

export const maskedNameOf = (ctx: DataKeyContext, person: Pick<Person, 'personKey' | 'sealedName'>): string =>
  maskName(nameOf(ctx, person));
export const maskedPhoneOf = (ctx: DataKeyContext, phone: Pick<OwnPhone, 'phoneKey' | 'sealed'>): string =>
  maskPhone(phoneNumberOf(ctx, phone));

/**
 * REL-11: a person in a list from which people are managed, so that two people of the same name can be told apart.
 * @param person the row in Users; a person without a record shows no number
 */
export function maskedPerson(
  ctx: DataKeyContext,
  holder: Pick<Person, 'personKey' | 'sealedName'>,
  person: Person | undefined,
): { name: string; documentNumber: string; phone?: string } {
  const phone = isRegistered(person) ? defaultPhone(person) : undefined;
  return {
    // The name of the record, which may have changed legally since the form or relation was written (DOC-5).
    name: maskName(nameOf(ctx, person && hasVerifiedName(person) ? person : holder)),
    documentNumber: person?.sealedNumber ? maskDocument(numberOf(ctx, person)) : '*',
    ...(phone ? { phone: maskedPhoneOf(ctx, phone) } : {}),
  };
}
