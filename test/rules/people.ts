import fc from 'fast-check';
import { documentTypesFitting } from '#domain/people/documents.ts';
import { Problem } from '#domain/problem.ts';

/** The day in Shanghai for which these rules are tested. */
export const today = '2026-11-23';

/** Returns the Problem with which a rule refuses; throws if the rule does not refuse. */
export function refusal(attempt: () => unknown): Problem {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/**
 * Citizen numbers with a correct check character, which is computed in another way than in the rule (MOD 11-2, ISO
 * 7064).
 */
export function withCheck(first17: string): string {
  let rest = 0;
  for (const digit of first17) rest = ((rest + Number(digit)) * 2) % 11;
  return first17 + '0123456789X'[(12 - rest) % 11];
}

const birthDays = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2026-11-22T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));

/** The document types that fit the typed text, in any form of the number. */
export const typesOf = (typed: string): string[] =>
  documentTypesFitting(typed, today).flatMap(({ types }) => types);

/** Valid citizen numbers of any region, or of the given regions. */
export const personNumbers = (...regions: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      regions.length > 0
        ? fc.constantFrom(...regions)
        : fc.stringMatching(/^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}$/),
      birthDays,
      fc.stringMatching(/^\d{3}$/),
    )
    .map(([region, birth, order]) => withCheck(region + birth + order));
