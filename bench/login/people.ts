import { deriveKeys, personKey, phoneKey } from '../../shared/crypto/keys.ts';
import { hashPassword } from '../../shared/crypto/passwords.ts';
import { newHandle } from '../../shared/crypto/random.ts';
import { type DataKeys, seal } from '../../shared/crypto/sealed.ts';
import { personNumberCheckDigit } from '../../shared/domain/people/person-numbers.ts';
import { defaultPolicies } from '../../shared/domain/policies.ts';
import { ConcurrentChange } from '../../shared/store/dynamodb/concurrent-change.ts';
import { openTables } from '../../shared/store/dynamodb/tables.ts';
import { sealContext } from '../../shared/store/people/person-row.ts';
import { claimPhoneUpdate } from '../../shared/store/people/phones.ts';
import { type PersonChanges, personUpdate } from '../../shared/store/people/users.ts';
import { atOnce } from './at-once.ts';
import { password } from './credentials.ts';
import type { BenchSecrets } from './stubs.ts';

export interface Person {
  readonly documentNumber: string;
  readonly phone: string;
}

/** The nth invented person, with a valid document number and phone that no other person has. */
function person(n: number): Person {
  const first17 = `340102199001${String(1 + Math.floor(n / 1000)).padStart(2, '0')}${String(n % 1000).padStart(3, '0')}`;
  return {
    documentNumber: first17 + personNumberCheckDigit(first17),
    phone: `138${String(10_000_000 + n)}`,
  };
}

/**
 * Writes registered people through the store, in the form that registration leaves. A phone gets only one code a
 * minute, so every measured login needs another person. All people share one hash, because only its verification is
 * measured. The environment must name the tables and DynamoDB Local.
 */
export async function seedPeople(count: number, secrets: BenchSecrets): Promise<Person[]> {
  const keys = deriveKeys(secrets.root);
  const dataKeys: DataKeys = { current: secrets.dataKeyId, keys: { [secrets.dataKeyId]: secrets.dataKey } };
  const stored = await hashPassword(password, keys, defaultPolicies);
  const db = openTables();
  const now = new Date();
  const people = Array.from({ length: count }, (_, n) => person(n));
  await atOnce(16, count, async (n) => {
    const { documentNumber, phone } = people[n] ?? person(n);
    const owner = personKey(keys, '201', documentNumber);
    const number = phoneKey(keys, phone);
    const phoneId = newHandle();
    const since = now.toISOString();
    const facts: PersonChanges = {
      documentType: '201',
      sealedName: seal(dataKeys, sealContext.name(owner), '测试人'),
      sealedNumber: seal(dataKeys, sealContext.number(owner), documentNumber),
      realNameLevel: 4,
      account: { status: 'active', since },
      password: stored,
      passwordHistory: [stored],
      phones: [
        { phoneId, phoneKey: number, sealed: seal(dataKeys, sealContext.phone(number), phone), since },
      ],
      defaultPhoneId: phoneId,
      consents: (['privacy', 'face'] as const).map((kind) => ({
        kind,
        version: defaultPolicies.consentVersion,
        at: since,
      })),
    };
    await db.transact([
      personUpdate(owner, 0, facts, () => new ConcurrentChange()),
      claimPhoneUpdate(number, owner, now),
    ]);
  });
  return people;
}
