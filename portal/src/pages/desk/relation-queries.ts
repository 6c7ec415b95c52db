import { useQuery } from '@tanstack/react-query';
import { type Relation, readRelations } from './channel-calls.ts';
import type { AssertionClaims, Partner, Person } from './local-api.ts';
import { keyOf } from './people.tsx';

/** The companies of the person logged in on a phone, as its channel sees them. */
export const useRelations = (phone: Partner, person: Person, enabled = true) =>
  useQuery({
    queryKey: ['relations', phone.channel, keyOf(person)],
    queryFn: () => readRelations(phone),
    enabled,
    retry: false,
  });

/**
 * A business whose number is its owner's own is shown masked (DOC-4); a real app knows the number of the person who is
 * logged in.
 */
export const fullNumber = (shown: string, { documentNumber }: Person): string => {
  if (!shown.includes('*')) return shown;
  const fits =
    shown.length === documentNumber.length &&
    [...shown].every((c, i) => c === '*' || c === documentNumber[i]);
  return fits ? documentNumber : shown;
};

export const identityOf = (relation: Relation, person: Person): AssertionClaims['identity'] => ({
  taxpayerId: fullNumber(relation.taxpayerId, person),
  role: relation.role,
});
