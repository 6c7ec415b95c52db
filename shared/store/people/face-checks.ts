import { isFaceCheckRecent, type Matter } from '#domain/factors/matters.ts';
import { coversRecovery } from '#domain/people/phones.ts';
import type { Policies } from '#domain/policies.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absentOr, all, below, type Condition, equals } from '../dynamodb/expressions.ts';
import type { Check, Write } from '../dynamodb/tables.ts';
import {
  isRegistered,
  isSuspended,
  type KeptFace,
  keptFace,
  type Person,
  type RegisteredPerson,
} from './person-row.ts';
import { notSuspended, recoveryCovered, registered } from './users.ts';

/** A passed face check: its ISO time, and the person's `account.since` at that time. */
interface Checked {
  readonly at: string;
  readonly since: string;
}

/**
 * STP-4: whether a face check is still valid for its person: same registration as at the check, not suspended, no order
 * since then that ends proofs (ORD-1), and no phone recovered since then within the last day (PHN-4).
 */
export const isFaceCheckValid = (
  person: Person | undefined,
  face: Checked,
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): person is RegisteredPerson =>
  isRegistered(person) &&
  !isSuspended(person) &&
  person.account.since === face.since &&
  (person.orders?.proofsEndedAt === undefined || person.orders.proofsEndedAt < face.at) &&
  coversRecovery({ faceAt: face.at, recoveredAt: person.phoneRecoveredAt }, now, policies);

/**
 * STP-2: the person's last face check, if it may serve this matter too: still valid, and recent enough for the matter.
 */
export function reusableFaceCheck(
  person: RegisteredPerson,
  matter: Pick<Matter, 'validitySeconds'>,
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): KeptFace | undefined {
  const face = keptFace(person);
  const serves =
    face &&
    isFaceCheckValid(person, face, now, policies) &&
    isFaceCheckRecent(matter, new Date(face.at), now);
  return serves ? face : undefined;
}

/**
 * The condition of `isFaceCheckValid` for a transaction that relies on the check. If the operation changes the person
 * too, a refusal for another reason throws ConcurrentChange.
 */
export const faceUnchangedCheck = (
  personKey: string,
  face: Checked,
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
  onRefused: () => Error,
): Check & Pick<Write, 'onRefused'> & { readonly condition: Condition } => ({
  table: 'Users',
  key: { personKey },
  condition: all(
    registered,
    notSuspended,
    equals('account.since', face.since),
    absentOr('orders.proofsEndedAt', below('orders.proofsEndedAt', face.at)),
    recoveryCovered(face.at, now, policies),
  ),
  onRefused: (old) =>
    isFaceCheckValid(old as Person | undefined, face, now, policies) ? new ConcurrentChange() : onRefused(),
});
