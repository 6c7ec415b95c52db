import { indexKey, personKey, phoneKey } from '#crypto/keys.ts';
import { type AccountKind, type AccountReading, readAccount } from '#domain/accounts.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { DocumentType } from '#domain/documents.ts';
import { Problem } from '#domain/problem.ts';
import { hintFor, type WindowHint } from '#domain/sms-window.ts';
import { usernameGuard } from '#domain/usernames.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Item } from '#store/dynamodb/tables.ts';
import { type LockoutRow, lockoutKey } from '#store/people/lockout-row.ts';
import { isActive, type Person } from '#store/people/person-row.ts';
import { isOwned, type PhoneRow } from '#store/people/phones.ts';
import { type UsernameGuard, usernameKey } from '#store/people/usernames.ts';
import { findPeople } from '#store/people/users.ts';

/** The table key of a username's guard. */
export const usernameKeyOf = (ctx: Pick<FlowContext, 'keys'>, username: string): string =>
  usernameKey(indexKey(ctx.keys, 'username', usernameGuard(username)));

/** Whom an account box means (LGN-2): a person known by the document, or the owner of the phone or username. */
export type Named =
  | {
      readonly via: 'document';
      readonly person: Person;
      /** The day's failures, where they came along: they tell which reservation to try first. */
      readonly lockout: LockoutRow | undefined;
    }
  | {
      readonly via: 'phone';
      readonly personKey: string;
      readonly phoneKey: string;
      readonly window: WindowHint | undefined;
    }
  | { readonly via: 'username'; readonly personKey: string; readonly username: string };

/** How the account box is to be understood. */
interface Typed {
  readonly account: string;
  /** DOC-6: what the person said it is, after ACCOUNT_AMBIGUOUS. */
  readonly accountKind?: AccountKind | undefined;
}

/**
 * Finds the account typed: the persons of every document type that fits, in one read with the guards of phone and
 * username. Throws PHONE_NOT_FOUND for an unknown phone, USER_NOT_REGISTERED for everything else that is known in no form
 * (LGN-4), and ACCOUNT_AMBIGUOUS {kinds} where the text is more than one registered person's: then nothing has been
 * looked at or counted (DOC-6).
 */
export async function accountNamed(
  ctx: FlowContext,
  { account, accountKind }: Typed,
  now: Date,
  variant?: 'other-entry',
): Promise<Named> {
  const readings = readAccount(account, shanghaiDay(now), accountKind);
  const found = await candidatesOf(ctx, readings, now);
  const [first] = found;
  if (!first)
    throw unknownAccount(
      readings.some((reading) => reading.kind === 'phone'),
      variant,
    );
  if (new Set(found.map(holderOf)).size === 1) return first;
  // Only who is registered counts; that takes a read of its own, for texts that are more than one thing.
  const registered = await stillRegistered(ctx, found);
  const distinct = registered.filter(
    (one, index) => registered.findIndex((other) => holderOf(other) === holderOf(one)) === index,
  );
  if (distinct.length > 1) throw new Problem('ACCOUNT_AMBIGUOUS', { kinds: distinct.map(kindOf) });
  return distinct[0] ?? first;
}

const holderOf = (named: Named): string =>
  named.via === 'document' ? named.person.personKey : named.personKey;
const kindOf = (named: Named): AccountKind =>
  named.via === 'document'
    ? { kind: 'document', documentType: named.person.documentType as DocumentType }
    : { kind: named.via };

async function stillRegistered(ctx: FlowContext, found: readonly Named[]): Promise<Named[]> {
  const owners = await findPeople(
    ctx.db,
    found.flatMap((named) => (named.via === 'document' ? [] : [named.personKey])),
  );
  return found.filter((named) => named.via === 'document' || stillNames(named, owners.get(named.personKey)));
}

/** Everybody whom the readings find, in their order. */
async function candidatesOf(
  ctx: FlowContext,
  readings: readonly AccountReading[],
  now: Date,
): Promise<Named[]> {
  const today = shanghaiDay(now);
  const keys: Parameters<FlowContext['db']['batchGet']>[0][number][] = [];
  const at = (table: (typeof keys)[number]['table'], key: Record<string, string>): number =>
    keys.push({ table, key }) - 1;
  type Found = (items: readonly (Item | undefined)[]) => Named[];
  const takes: Found[] = [];
  for (const reading of readings) {
    switch (reading.kind) {
      case 'document':
        for (const [index, type] of reading.types.entries()) {
          const key = personKey(ctx.keys, type, reading.number);
          const person = at('Users', { personKey: key });
          // Of the likeliest reading alone, so that the read stays small.
          const lockout = index === 0 ? at('Lockouts', lockoutKey(key, today)) : undefined;
          takes.push((items) => {
            const row = items[person] as unknown as Person | undefined;
            const day = lockout === undefined ? undefined : (items[lockout] as unknown as LockoutRow);
            return isActive(row) ? [{ via: 'document', person: row, lockout: day }] : [];
          });
        }
        break;
      case 'phone': {
        const key = phoneKey(ctx.keys, reading.phone);
        const owner = at('Phones', { phoneKey: key });
        const window = at('SmsWindows', { phoneKey: key });
        takes.push((items) => {
          const row = items[owner] as unknown as PhoneRow | undefined;
          return isOwned(row)
            ? [
                {
                  via: 'phone',
                  personKey: row.personKey,
                  phoneKey: key,
                  window: items[window] as unknown as WindowHint | undefined,
                },
              ]
            : [];
        });
        break;
      }
      case 'username': {
        const guard = at('Users', { personKey: usernameKeyOf(ctx, reading.username) });
        takes.push((items) => {
          const { owner, username } = (items[guard] ?? {}) as unknown as Partial<UsernameGuard>;
          // Other capitals name nobody: told here, before an attempt of the owner's is reserved.
          return owner && username === reading.username
            ? [{ via: 'username', personKey: owner, username }]
            : [];
        });
      }
    }
  }
  if (keys.length === 0) return [];
  const items = await ctx.db.batchGet(keys);
  return takes.flatMap((take) => take(items));
}

/** LGN-4 */
export const unknownAccount = (looksLikePhone: boolean, variant?: 'other-entry'): Problem =>
  looksLikePhone
    ? new Problem('PHONE_NOT_FOUND')
    : new Problem('USER_NOT_REGISTERED', {}, variant ? { variant } : {});

/** What is known of the number's window: as read with the typed phone, or as the person's last journey left it. */
export function windowHint(
  named: Named | undefined,
  person: Person,
  phoneKey: string | undefined,
): { window?: WindowHint } {
  const hint = hintFor(phoneKey, named?.via === 'phone' ? named.window : undefined, person.lastWindow);
  return hint ? { window: hint } : {};
}

/** USR-1: usernames are case-sensitive at login though unique ignoring case; a phone must still be theirs. */
export function stillNames(
  named: Exclude<Named, { via: 'document' }>,
  person: Person | undefined,
): person is Person {
  if (!isActive(person)) return false;
  return named.via === 'phone'
    ? (person.phones ?? []).some((phone) => phone.phoneKey === named.phoneKey)
    : person.username === named.username;
}
