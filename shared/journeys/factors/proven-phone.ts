import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { OwnPhone, Person } from '#store/people/person-row.ts';
import { phoneProvenUpdate } from '#store/people/phones.ts';
import { personUpdate } from '#store/people/users.ts';

/**
 * MIG-1: a right SMS code proves an imported number for good: no later import can take it away. Returns the person's
 * numbers as they are then, for the write of the person, and the write of the number itself; empty if the number was
 * proved before.
 */
export function provenPhone(
  person: Person,
  phone: OwnPhone | undefined,
): { readonly changes: { readonly phones?: readonly OwnPhone[] }; readonly writes: readonly Write[] } {
  if (!phone?.imported) return { changes: {}, writes: [] };
  const phones = (person.phones ?? []).map((own) => (own.phoneKey === phone.phoneKey ? proven(own) : own));
  return {
    changes: { phones },
    writes: [phoneProvenUpdate(phone.phoneKey, person.personKey, () => new ConcurrentChange())],
  };
}

/**
 * The writes of a proven phone, for a call that changes nothing else about the person. Throws ConcurrentChange if the
 * person changed since they were read.
 */
export function provenPhoneWrites(person: Person, phone: OwnPhone | undefined): readonly Write[] {
  const { changes, writes } = provenPhone(person, phone);
  return changes.phones
    ? [...writes, personUpdate(person.personKey, person.rev, changes, () => new ConcurrentChange())]
    : writes;
}

export const proven = ({ imported: _, ...phone }: OwnPhone): OwnPhone => phone;
