import { createHash } from 'node:crypto';
import type { Sample } from '../../support/people.ts';
import type { TestRuntime } from '../../support/runtime.ts';
import { feed } from './feed-lines.ts';
import { rowsOf } from './tables.ts';

/** A `person` line (MIG-1). */
export const personLine = (who: Sample, version = 1, facts: object = {}) => ({
  type: 'person',
  version,
  name: who.name,
  documentType: who.documentType,
  documentNumber: who.documentNumber,
  phones: [who.phone],
  faceVerified: false,
  ...facts,
});

export const legacy = (algorithm: 'MD5' | 'SHA256' | 'SM3', password: string, salt = ''): string =>
  `{${algorithm}${salt === '' ? '' : `:${salt}`}}${createHash(algorithm.toLowerCase())
    .update(salt + password)
    .digest('hex')}`;

/** An imported person whose old password was accepted, so both second factors are possible. */
export async function moved(runtime: TestRuntime, who: Sample, facts: object = {}): Promise<Sample> {
  const report = await feed(
    runtime,
    personLine(who, 1, { passwordHash: legacy('MD5', who.password), ...facts }),
  );
  if (report.accepted !== 1) throw new Error(JSON.stringify(report));
  return who;
}

/**
 * Checks that numbers and people agree: each owned number is in its owner's list, and each number of a list belongs to
 * that person. Returns how many numbers are owned.
 */
export async function ownedNumbers(runtime: TestRuntime): Promise<number> {
  const [guards, people] = await Promise.all([rowsOf(runtime, 'Phones'), rowsOf(runtime, 'Users')]);
  const byGuard = guards
    .filter(({ personKey }) => personKey !== undefined)
    .map(({ phoneKey, personKey, imported }) => `${phoneKey} ${personKey} ${imported ?? false}`);
  const byPerson = people.flatMap(({ personKey, phones }) =>
    ((phones ?? []) as { phoneKey: string; imported?: true }[]).map(
      ({ phoneKey, imported }) => `${phoneKey} ${personKey} ${imported ?? false}`,
    ),
  );
  if (JSON.stringify(byGuard.sort()) !== JSON.stringify(byPerson.sort()))
    throw new Error('numbers and people do not fit together');
  return byGuard.length;
}
