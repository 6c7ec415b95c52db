import type { Write } from '#store/db.ts';
import { phoneProvenWrite } from '#store/phones.ts';
import { type OwnPhone, type Person, personWrite, Stale } from '#store/users.ts';

/**
 * MIG-1: a right SMS code to a number that an import brought proves it for good: no later import takes it away. Answers
 * the person's numbers as they then are, for the write of the person, and the write of the number beside it; nothing
 * for a number that was proved before.
 */
export function provenPhone(
  person: Person,
  phone: OwnPhone | undefined,
): { readonly changes: { readonly phones?: readonly OwnPhone[] }; readonly writes: readonly Write[] } {
  if (!phone?.imported) return { changes: {}, writes: [] };
  const phones = (person.phones ?? []).map((own) => (own.phoneKey === phone.phoneKey ? proven(own) : own));
  return {
    changes: { phones },
    writes: [phoneProvenWrite(phone.phoneKey, person.personKey, () => new Stale())],
  };
}

/** The same for whoever changes nothing else of the person. Stale where they changed since read. */
export function provenPhoneWrites(person: Person, phone: OwnPhone | undefined): readonly Write[] {
  const { changes, writes } = provenPhone(person, phone);
  return changes.phones
    ? [...writes, personWrite(person.personKey, person.rev, changes, () => new Stale())]
    : writes;
}

export const proven = ({ imported: _, ...phone }: OwnPhone): OwnPhone => phone;
