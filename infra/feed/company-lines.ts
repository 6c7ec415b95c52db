import { creditCode, enterpriseName, shopName } from './companies.ts';
import { type Dice, diceFor } from './dice.ts';
import { elsewhere, type Locality, localities } from './localities.ts';
import { companyPasswordHash } from './migration-lines.ts';
import { type SamplePerson, samplePerson } from './people.ts';
import { fewestPeople, type SampleSize } from './sample-size.ts';
import { comesFromElsewhere, subjectOf } from './subjects.ts';

const shares = {
  soleProprietor: 0.25,
  /** of the sole proprietors: the business's number is their own number (DOC-4) */
  ownNumber: 0.2,
  awaiting: 0.1,
  financeHead: 0.9,
  handler: 0.8,
  secondHandler: 0.15,
  changed: 0.06,
  /** of the changed companies: an older line comes once more */
  late: 0.2,
  severalCompanies: 0.1,
} as const;

/** The lines about something: the first ones, and those that come fifty companies later. */
export interface Lines {
  readonly first: object[];
  readonly later: object[];
}
/** An invented company, with everybody whom its lines ever name (AGY-4: none of them can be its agent). */
export interface SampleCompany extends Lines {
  readonly taxpayerId: string;
  readonly state: 'awaiting-confirmation' | 'active';
  readonly people: readonly SamplePerson['person'][];
}

/** The registry's lines about one company. */
export function companyAt(size: SampleSize, index: number): SampleCompany {
  const { seed } = size;
  const dice = diceFor(seed, 'company', index);
  const subject = subjectOf(index);
  const locality = dice.pick<Locality>(comesFromElsewhere(index) ? elsewhere : localities);
  const soleProprietor = dice.happens(shares.soleProprietor) && subject === undefined;
  const represented = representativeOf(size, index, dice);
  const representative = person(size, represented);
  // No person's number is the number of two businesses.
  const usesOwnNumber =
    soleProprietor &&
    represented === index &&
    representative.documentType === '201' &&
    dice.happens(shares.ownNumber);
  const taxpayerId = usesOwnNumber
    ? representative.documentNumber
    : creditCode(soleProprietor ? 'sole-proprietor' : 'enterprise', locality, seed, index);
  const state: SampleCompany['state'] =
    dice.happens(shares.awaiting) && subject === undefined ? 'awaiting-confirmation' : 'active';
  const company = {
    type: 'taxpayer',
    version: 1,
    taxpayerId,
    name: soleProprietor ? shopName(dice, locality, representative.name) : enterpriseName(dice, locality),
    subject: subject ?? (soleProprietor ? 'sole-proprietor' : 'enterprise'),
    state,
    ...passwordOf(size, index, taxpayerId),
  };
  const [head, handler, second, successor] = othersOf(size, index, dice, representative.documentNumber);
  const names = (type: string, named: SamplePerson['person'], version = 1, more: object = {}) => ({
    type,
    version,
    taxpayerId,
    person: named,
    ...more,
  });
  const hasHead = !soleProprietor && dice.happens(shares.financeHead);
  const hasHandler = dice.happens(soleProprietor ? shares.handler / 4 : shares.handler);
  const first: object[] = [company, names('legal-representative', representative)];
  if (hasHead) first.push(names('finance-head', head));
  if (hasHandler) first.push(names('tax-handler', handler));
  if (hasHandler && dice.happens(shares.secondHandler)) first.push(names('tax-handler', second));
  // Lines may come in any order.
  if (dice.happens(0.05)) first.reverse();

  const later: object[] = [];
  if (dice.happens(shares.changed)) {
    const next = state === 'active' && dice.happens(0.3) ? 'cancelled' : 'active';
    const name =
      next === 'active' && dice.happens(0.5) ? company.name.replace('有限', '实业有限') : company.name;
    later.push({ ...company, version: 2, name, state: next });
    if (dice.happens(shares.late)) later.push(company);
  }
  if (!usesOwnNumber && dice.happens(shares.changed)) later.push(names('legal-representative', successor, 2));
  if (hasHandler && dice.happens(shares.changed))
    later.push(names('tax-handler', handler, 2, { removed: true }));
  const people = [representative, head, handler, second, successor];
  return { taxpayerId, state, people, first, later };
}

/** From dice of their own, so that the companies of a seed are the same with and without a migration. */
function passwordOf({ seed, migration }: SampleSize, index: number, taxpayerId: string) {
  const dice = diceFor(seed, 'company-password', index);
  return migration && dice.happens(migration.oldHashes)
    ? { companyPasswordHash: companyPasswordHash(dice, taxpayerId) }
    : {};
}

const person = ({ seed }: SampleSize, index: number): SamplePerson['person'] =>
  samplePerson(seed, index).person;

/** Most represent one company; a few of them many. */
function representativeOf({ people }: SampleSize, company: number, dice: Dice): number {
  return dice.happens(shares.severalCompanies) ? dice.below(Math.ceil(people / 50)) : company % people;
}

/** Finance heads and handlers work for several companies; nobody has two of these roles in one. */
function othersOf(size: SampleSize, company: number, dice: Dice, representative: string) {
  const { people } = size;
  const bookkeepers = Math.max(fewestPeople + 2, Math.ceil(people / 5));
  const start = company + dice.below(bookkeepers);
  const found: SamplePerson['person'][] = [];
  for (let step = 0; found.length < 4 && step < people; step++) {
    const candidate = person(size, (start + step) % Math.min(people, bookkeepers));
    if (candidate.documentNumber === representative) continue;
    if (found.some((one) => one.documentNumber === candidate.documentNumber)) continue;
    found.push(candidate);
  }
  const [head, handler = head, second = handler, successor = second] = found;
  if (!head || !handler || !second || !successor) throw new Error('Too few people for a company');
  return [head, handler, second, successor] as const;
}
