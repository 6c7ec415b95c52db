import { handle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { House } from '#http/house.ts';
import {
  type AgentPlace,
  agentGroundsAt,
  byStaffForm,
  type GroundsRead,
  placeAmong,
  readGrounds,
} from '#steps/agency-places.ts';
import type { AgentGrounds } from '#store/grounds.ts';
import type { AgentChoice, LoginTicket } from '#store/tickets.ts';
import type { CompanyAsked } from './asked.ts';

/**
 * What may let a person in as tax agent (AGY-3), read beside the reservation of the password and told only after it
 * (LGN-8): at `agency` the staff form itself; at `enterprise` the person's own rows, which leave the last word to the
 * second step. The special entries have no agents.
 */
export async function agentGroundsFor(
  h: Pick<House, 'db' | 'dataKeys'>,
  personKey: string,
  { entry, companyKey }: CompanyAsked,
  now: Date,
): Promise<readonly AgentGrounds[]> {
  if (entry === 'enterprise') return agentGroundsAt(h.db, personKey, companyKey, shanghaiDay(now));
  if (entry !== 'agency') return [];
  const read = await readGrounds(h.db, personKey, [byStaffForm(companyKey)]);
  return placeAmong(h, personKey, read, 'agency', now) ? read.map(({ grounds }) => grounds) : [];
}

/** What the grounds of a login say now. */
export const agentReadOf = (
  h: Pick<House, 'db'>,
  { personKey, agentAt = [] }: Pick<LoginTicket, 'personKey' | 'agentAt'>,
): Promise<GroundsRead[]> => readGrounds(h.db, personKey, agentAt);

/** The place as tax agent that a login leads to today; none for most people. */
export const agentPlaceAt = (
  h: Pick<House, 'dataKeys'>,
  { personKey, entry }: Pick<LoginTicket, 'personKey' | 'entry'>,
  read: readonly GroundsRead[],
  now: Date,
): AgentPlace | undefined =>
  placeAmong(h, personKey, read, entry === 'agency' ? 'agency' : 'enterprise', now);

/** A fresh handle for it, among the roles to choose from. */
export const agentChoiceOf = (place: AgentPlace): AgentChoice => ({
  choiceId: handle(),
  grounds: place.company,
});
