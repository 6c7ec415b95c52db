import { agencyLines } from './agency-lines.ts';
import { companyAt } from './company-lines.ts';
import { diceFor } from './dice.ts';
import { migratedPerson } from './migration-lines.ts';
import { samplePerson } from './people.ts';
import { reportLines } from './report-lines.ts';
import type { SampleSize } from './sample-size.ts';

/** Later versions of a company's lines come after this many further companies. */
const changesAfter = 50;
const collectedShare = 0.3;

/**
 * Registry feed lines (ENT-3) of invented people and companies of Anhui, as objects. The same size, seed and year give
 * the same lines. The lines are made one by one, so there may be any number of them.
 */
export function* sampleLines(size: SampleSize): Generator<object> {
  const { people, companies, seed, migration } = size;
  const until = Math.max(people, companies + (companies > 0 ? changesAfter : 0));
  for (let index = 0; index < until; index++) {
    if (index < people) yield* migration ? [migratedPerson(seed, index, migration)] : collection(seed, index);
    if (index < companies) for (const { first } of linesOf(size, index)) yield* first;
    const earlier = index - changesAfter;
    if (earlier >= 0 && earlier < companies) for (const { later } of linesOf(size, earlier)) yield* later;
  }
}

/** All lines about one company: about itself, about its agreements if it is an agency, and about its reports. */
const linesOf = (size: SampleSize, index: number) => [
  companyAt(size, index),
  agencyLines(size, index),
  reportLines(size, index),
];

function collection(seed: number, index: number): object[] {
  const dice = diceFor(seed, 'collection', index);
  const { person, phone } = samplePerson(seed, index);
  // Foreign passports register only after a hall has seen them (REG-2).
  if (person.documentType !== '208' && !dice.happens(collectedShare)) return [];
  const officer = `34${String(dice.below(10_000)).padStart(4, '0')}`;
  return [{ type: 'collection', version: 1, person, phone, officer }];
}
