import { creditCode, enterpriseName, shopName } from './companies.ts';
import { type Dice, diceFor } from './dice.ts';
import { type SamplePerson, samplePerson } from './people.ts';
import { places } from './places.ts';

export interface SampleSize {
  readonly people: number;
  readonly companies: number;
  readonly seed: number;
}
/** Legal representative, finance head and handler are three people. */
export const fewestPeople = 3;

/** Later versions of a company's lines come this many companies after the first ones. */
const changesAfter = 50;
const shares = {
  collected: 0.3,
  soleProprietor: 0.25,
  /** of the sole proprietors: their own number is the business's (DOC-4) */
  ownNumber: 0.2,
  agency: 0.01,
  awaiting: 0.1,
  financeHead: 0.9,
  handler: 0.8,
  secondHandler: 0.15,
  changed: 0.06,
  /** of the changed: an older line comes once more */
  late: 0.2,
  severalCompanies: 0.1,
} as const;

/**
 * Registry feed lines (ENT-3) of made-up people and companies of Anhui, as objects: the same for the same size and
 * seed, and made one by one, so that their number is bounded by nothing.
 */
export function* sampleLines(size: SampleSize): Generator<object> {
  const { people, companies, seed } = size;
  const until = Math.max(people, companies + (companies > 0 ? changesAfter : 0));
  for (let index = 0; index < until; index++) {
    if (index < people) yield* collection(seed, index);
    if (index < companies) yield* companyAt(size, index).first;
    if (index >= changesAfter && index - changesAfter < companies)
      yield* companyAt(size, index - changesAfter).later;
  }
}

function collection(seed: number, index: number): object[] {
  const dice = diceFor(seed, 'collection', index);
  const { person, phone } = samplePerson(seed, index);
  // Foreign passports register only after a hall has seen them (REG-2).
  if (person.documentType !== '208' && !dice.happens(shares.collected)) return [];
  const officer = `34${String(dice.below(10_000)).padStart(4, '0')}`;
  return [{ type: 'collection', version: 1, person, phone, officer }];
}

/** What the registry tells of one company at first, and what later. */
function companyAt(size: SampleSize, index: number): { first: object[]; later: object[] } {
  const { seed } = size;
  const dice = diceFor(seed, 'company', index);
  const place = dice.pick(places);
  const soleProprietor = dice.happens(shares.soleProprietor);
  const represented = representativeOf(size, index, dice);
  const representative = person(size, represented);
  // Nobody's own number is that of two businesses.
  const usesOwnNumber =
    soleProprietor &&
    represented === index &&
    representative.documentType === '201' &&
    dice.happens(shares.ownNumber);
  const taxpayerId = usesOwnNumber
    ? representative.documentNumber
    : creditCode(soleProprietor ? 'sole-proprietor' : 'enterprise', place, seed, index);
  const company = {
    type: 'taxpayer',
    version: 1,
    taxpayerId,
    name: soleProprietor ? shopName(dice, place, representative.name) : enterpriseName(dice, place),
    subject: soleProprietor
      ? 'sole-proprietor'
      : dice.happens(shares.agency)
        ? ['enterprise', 'agency']
        : 'enterprise',
    state: dice.happens(shares.awaiting) ? 'awaiting-confirmation' : 'active',
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
    const state = company.state === 'active' && dice.happens(0.3) ? 'cancelled' : 'active';
    const name =
      state === 'active' && dice.happens(0.5) ? company.name.replace('有限', '实业有限') : company.name;
    later.push({ ...company, version: 2, name, state });
    if (dice.happens(shares.late)) later.push(company);
  }
  if (!usesOwnNumber && dice.happens(shares.changed)) later.push(names('legal-representative', successor, 2));
  if (hasHandler && dice.happens(shares.changed))
    later.push(names('tax-handler', handler, 2, { removed: true }));
  return { first, later };
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
