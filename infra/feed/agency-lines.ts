import { type ServiceItem, serviceItems } from '#domain/agencies/agreements.ts';
import { companyAt, type Lines, type SampleCompany } from './company-lines.ts';
import { type Dice, diceFor } from './dice.ts';
import { type SamplePerson, samplePerson } from './people.ts';
import type { SampleSize } from './sample-size.ts';
import { isKind, subjectOf } from './subjects.ts';

type Agent = SamplePerson['person'];

const shares = { lastYear: 0.25, declares: 0.8, changed: 0.2, removed: 0.3, newAgent: 0.5 } as const;
const mostAgents = 5;
const mostClients = 6;

/**
 * The forms of an agency (AGY-1): its staff form, then agreements with other companies, which name only its staff.
 * Empty for a company that is no agency.
 */
export function agencyLines(size: SampleSize, index: number): Lines {
  if (!isKind(index, 'agency')) return { first: [], later: [] };
  const dice = diceFor(size.seed, 'agency', index);
  const { taxpayerId: agencyId } = companyAt(size, index);
  const [newcomer, ...agents] = staffOf(size, dice);
  if (!newcomer) return { first: [], later: [] };
  const staff = { type: 'agency-staff', version: 1, agencyId, agents };
  const agreements = clientsOf(size, dice).flatMap((client) =>
    agreementsWith(client, agents, agencyId, size, dice),
  );
  const numbered = agreements.map((terms, at) => ({
    type: 'agreement',
    version: 1,
    // From the agency's number, never from the client's, which may be a person's own (DOC-4).
    agreementId: `XY-${agencyId.slice(8)}-${terms.from.slice(0, 4)}-${at + 1}`,
    ...terms,
  }));
  return {
    first: [staff, ...numbered],
    later: [
      ...(dice.happens(shares.newAgent) ? [{ ...staff, version: 2, agents: [...agents, newcomer] }] : []),
      ...numbered.flatMap((line) => {
        if (!dice.happens(shares.changed)) return [];
        const change = dice.happens(shares.removed) ? { removed: true } : { items: itemsOf(dice) };
        return [{ ...line, version: 2, ...change }];
      }),
    ],
  };
}

/** Different people; the first of them joins later. */
function staffOf({ seed, people }: SampleSize, dice: Dice): Agent[] {
  const count = Math.min(people, 2 + dice.below(mostAgents));
  const start = dice.below(people);
  return Array.from({ length: count }, (_, step) => samplePerson(seed, (start + step) % people).person);
}

/** Different ordinary companies at work. */
function clientsOf(size: SampleSize, dice: Dice): SampleCompany[] {
  const { companies } = size;
  const wanted = 1 + dice.below(mostClients);
  const start = dice.below(companies);
  const found: SampleCompany[] = [];
  for (let step = 0; found.length < wanted && step < companies; step++) {
    const index = (start + step) % companies;
    if (subjectOf(index) !== undefined) continue;
    const company = companyAt(size, index);
    if (company.state === 'active') found.push(company);
  }
  return found;
}

/**
 * Agreements of this year, and sometimes one of the year before, which has ended. No agent serves a company to whose
 * own people they belong (AGY-4).
 */
function agreementsWith(
  { taxpayerId: clientId, people }: SampleCompany,
  staff: readonly Agent[],
  agencyId: string,
  { year }: SampleSize,
  dice: Dice,
) {
  const own = new Set(people.map(({ documentNumber }) => documentNumber));
  const agents = staff.filter(({ documentNumber }) => !own.has(documentNumber));
  const years = dice.happens(shares.lastYear) ? [year - 1, year] : [year];
  return agents.length === 0
    ? []
    : years.map((of) => ({
        agencyId,
        clientId,
        agents: agents.slice(0, 1 + dice.below(agents.length)),
        items: itemsOf(dice),
        from: `${of}-01-01`,
        until: `${of}-12-31`,
      }));
}

/** One item and perhaps another, in any order. */
function itemsOf(dice: Dice): ServiceItem[] {
  const first = dice.happens(shares.declares) ? 'tax-declaration' : dice.pick(serviceItems);
  return [...new Set([first, dice.pick(serviceItems)])];
}
