import * as v from 'valibot';
import { personEntries } from '#contract/schemas.ts';
import { isHashed } from '#crypto/passwords.ts';
import { changeAuditPut, fromRegistry } from '#journeys/change-origin.ts';
import { type NamedPerson, parseNamedPerson, requireSameName } from '#journeys/people/named-person.ts';
import { notifyOfLoss } from '#journeys/people/phone-takeover.ts';
import { endSessions } from '#journeys/sessions/end-sessions.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { hasVerifiedName, type Person } from '#store/people/person-row.ts';
import { findPhone, type PhoneRow } from '#store/people/phones.ts';
import { findPerson, type PersonChanges, personUpdate } from '#store/people/users.ts';
import { feedCall } from './feed-call.ts';
import { charset, legacyHash, type WrappedHash } from './legacy-hash.ts';
import type { LineOutcome } from './outcome.ts';
import {
  type ImportedPhones,
  importPhones,
  noPhones,
  type ReadNumber,
  readNumbers,
} from './person-phones.ts';
import { isStale, version } from './versions.ts';

/**
 * `person`: a person of the old systems (MIG-1). Without `passwordHash` the password is the last six characters of the
 * document.
 */
export const personLine = v.object({
  type: v.literal('person'),
  version,
  ...personEntries,
  phones: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(64)),
  passwordHash: v.optional(v.pipe(v.string(), v.maxLength(256))),
  charset,
  faceVerified: v.boolean(),
  state: v.optional(v.picklist(['valid', 'invalid', 'cancelled']), 'valid'),
});
type PersonLine = v.InferOutput<typeof personLine>;

/**
 * Imports the real-name record and the account of one person, in one transaction with the numbers. What the person has
 * done here since takes precedence: an account that was registered or changed here takes only the version and a higher
 * level from the line.
 */
export function importPerson(ctx: FlowContext, line: PersonLine, now: Date): Promise<LineOutcome> {
  const named = parseNamedPerson(ctx, line, now);
  const numbers = readNumbers(ctx, line.phones);
  const hash = legacyHash(ctx, line.passwordHash, 'passwordHash', line.charset);
  return retryOnConcurrentChange(async () => {
    const [known, ...rows] = await Promise.all([
      findPerson(ctx.db, named.key),
      ...numbers.map(({ phoneKey }) => findPhone(ctx.db, phoneKey)),
    ]);
    requireSameName(ctx, named, known);
    if (isStale(known?.migrated?.version, line)) return { taken: 'stale' };
    if (known?.account && isChangedHere(known)) return keepLocalAccount(ctx, line, known, now);
    return line.state === 'valid'
      ? importActiveAccount(ctx, line, named, known, numbers, rows, hash, now)
      : importEndedAccount(ctx, line, named, known, now);
  });
}

/**
 * Whether the account belongs to this system by now: registered or ended here, or its password, username or phones
 * changed here, or a number proved by SMS. Facts that come only from imports may be changed by a later import.
 */
function isChangedHere(person: Person): boolean {
  const gave = person.migrated?.gave;
  if (!gave || gave.passwordRev !== (person.passwordRev ?? 0) || gave.status !== person.account?.status)
    return true;
  const phones = person.phones ?? [];
  return (
    person.username !== undefined ||
    phones.some((phone) => !phone.imported) ||
    phones.length !== gave.phoneKeys.length
  );
}

/** The account stays as it is; whoever checked the face has seen the document. */
async function keepLocalAccount(
  ctx: FlowContext,
  line: PersonLine,
  known: Person,
  now: Date,
): Promise<LineOutcome> {
  const realNameLevel = levelAfter(known, line);
  await ctx.db.transact([
    personUpdate(
      known.personKey,
      known.rev,
      { realNameLevel, migrated: { ...known.migrated, version: line.version } },
      () => new ConcurrentChange(),
    ),
    migratedAudit(ctx, known.personKey, now, { realNameLevel, reason: 'kept' }),
  ]);
  // A line of the old systems ends no account of this system; an order does that (ORD-1).
  const isMeantToEnd = line.state !== 'valid' && known.account?.status === 'active';
  return { taken: 'accepted', warnings: isMeantToEnd ? ['STATE_NOT_TAKEN'] : [] };
}

async function importActiveAccount(
  ctx: FlowContext,
  line: PersonLine,
  named: NamedPerson,
  known: Person | undefined,
  numbers: readonly ReadNumber[],
  rows: readonly (PhoneRow | undefined)[],
  hash: WrappedHash | undefined,
  now: Date,
): Promise<LineOutcome> {
  // ORD-1: if an order removed all phones of a person, none comes back from what an old system still has.
  const phones = known?.orders?.emptiedAt
    ? noPhones(known, now)
    : await importPhones(ctx, named.key, known, numbers, rows, now);
  const realNameLevel = levelAfter(known, line);
  await writeImport(ctx, named, known, now, 'active', line.version, phones, {
    ...(await passwordAfter(known, hash)),
    realNameLevel,
    account: known?.account?.status === 'active' ? known.account : accountOf('active', now),
  });
  // PWD-3: a person who lost a number to another person's line is informed at their other numbers.
  await Promise.all(
    phones.losses.map((loss) => notifyOfLoss(ctx, feedCall(now), loss.former, loss.phoneKeys, loss.phones)),
  );
  return { taken: 'accepted', warnings: phones.warnings, emptied: phones.emptied };
}

/**
 * The password of the old system, or the note that it is the initial one (LGN-11). A password with which the person has
 * logged in here has been hashed again, and takes precedence over the old system's hash.
 */
async function passwordAfter(
  known: Person | undefined,
  hash: WrappedHash | undefined,
): Promise<PersonChanges> {
  const before = known?.password;
  if (hash && (!before || before.initial || before.wraps))
    return { password: await hash(), passwordHistory: undefined };
  return before ? {} : { password: { initial: true } };
}

/** REG-4: the record stays, so that its person can register again. The numbers of an ended account belong to nobody. */
async function importEndedAccount(
  ctx: FlowContext,
  line: PersonLine,
  named: NamedPerson,
  known: Person | undefined,
  now: Date,
): Promise<LineOutcome> {
  const status = line.state === 'cancelled' ? 'cancelled' : 'invalid';
  await writeImport(ctx, named, known, now, status, line.version, noPhones(known, now), {
    realNameLevel: levelAfter(known, line),
    account: known?.account?.status === status ? known.account : accountOf(status, now),
    password: undefined,
    ...(isHashed(known?.password) ? { passwordHistory: known.passwordHistory ?? [known.password] } : {}),
    lastWindow: undefined,
  });
  return { taken: 'accepted' };
}

/** One transaction for a person whose account comes only from imports so far. */
async function writeImport(
  ctx: FlowContext,
  named: NamedPerson,
  known: Person | undefined,
  now: Date,
  status: 'active' | 'cancelled' | 'invalid',
  lineVersion: number,
  phones: ImportedPhones,
  changes: PersonChanges & { realNameLevel: number },
): Promise<void> {
  // Another password, or none any more: journeys and sessions of the old one end (PWD-3).
  const isNewPassword = 'password' in changes && known?.password !== undefined;
  const passwordRev = (known?.passwordRev ?? 0) + (isNewPassword ? 1 : 0);
  const sessions =
    known && isNewPassword
      ? endSessions(ctx, feedCall(now), known, status === 'active' ? 'credential-change' : 'deregistered')
      : { changes: {}, writes: [] };
  const all: PersonChanges = {
    ...(hasVerifiedName(known) ? {} : named.record),
    ...changes,
    ...sessions.changes,
    ...(passwordRev > 0 ? { passwordRev } : {}),
    phones: phones.phones.length > 0 ? phones.phones : undefined,
    defaultPhoneId: phones.defaultPhoneId,
    migrated: {
      version: lineVersion,
      gave: { status, passwordRev, phoneKeys: phones.phones.map(({ phoneKey }) => phoneKey) },
    },
  };
  await ctx.db.transact([
    personUpdate(named.key, known?.rev ?? 0, all, () => new ConcurrentChange()),
    ...phones.writes,
    ...sessions.writes,
    migratedAudit(ctx, named.key, now, {
      realNameLevel: changes.realNameLevel,
      state: status,
    }),
  ]);
}

/** LVL-1; a hall's collection, and a level reached here, stay. */
const levelAfter = (known: Person | undefined, line: PersonLine): number =>
  Math.max(known?.realNameLevel ?? 0, line.faceVerified ? 4 : 3);

const accountOf = (status: 'active' | 'cancelled' | 'invalid', now: Date) => ({
  status,
  since: now.toISOString(),
});

const migratedAudit = (
  ctx: FlowContext,
  subject: string,
  now: Date,
  detail: Readonly<Record<string, string | number | boolean>>,
): Write => changeAuditPut(ctx, fromRegistry(now), subject, 'migrated', detail);
