import { indexKey, personKey, phoneKey } from '#crypto/keys.ts';
import { shanghaiDay } from '#domain/days.ts';
import { hintFor, type SmsWindowHint } from '#domain/factors/sms-window.ts';
import { type AccountKind, type AccountReading, readAccount } from '#domain/people/accounts.ts';
import type { DocumentType } from '#domain/people/documents.ts';
import { usernameGuard } from '#domain/people/usernames.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Item, ItemRef } from '#store/dynamodb/tables.ts';
import { type LockoutRow, lockoutKey } from '#store/people/lockout-row.ts';
import { isRegistered, type Person } from '#store/people/person-row.ts';
import { isOwned, type PhoneRow } from '#store/people/phones.ts';
import { type UsernameGuard, usernameKey } from '#store/people/usernames.ts';
import { findPeople } from '#store/people/users.ts';

/** The table key under which a username is held. */
export const usernameKeyOf = (ctx: Pick<FlowContext, 'keys'>, username: string): string =>
  usernameKey(indexKey(ctx.keys, 'username', usernameGuard(username)));

/**
 * The person whom the text in an account box means (LGN-2): found by the document, or as the owner of the phone or
 * username.
 */
export type NamedAccount =
  | {
      readonly via: 'document';
      readonly person: Person;
      /** The day's failures, if they were read too: they tell which reservation to try first. */
      readonly lockout: LockoutRow | undefined;
    }
  | {
      readonly via: 'phone';
      readonly personKey: string;
      readonly phoneKey: string;
      readonly window: SmsWindowHint | undefined;
    }
  | { readonly via: 'username'; readonly personKey: string; readonly username: string };

/** How to understand the text in the account box. */
interface Typed {
  readonly account: string;
  /** DOC-6: what the person said it is, after ACCOUNT_AMBIGUOUS. */
  readonly accountKind?: AccountKind | undefined;
}

/**
 * Finds the typed account. One read fetches the persons of every document type that fits, and the rows of phone and
 * username. Throws PHONE_NOT_FOUND for an unknown phone, USER_NOT_REGISTERED for any other text that matches nobody
 * (LGN-4), and ACCOUNT_AMBIGUOUS {kinds} if several registered people match; in that case nothing has been compared or
 * counted (DOC-6).
 */
export async function accountNamed(
  ctx: FlowContext,
  { account, accountKind }: Typed,
  now: Date,
  variant?: 'other-entry',
): Promise<NamedAccount> {
  const readings = readAccount(account, shanghaiDay(now), accountKind);
  const found = await candidatesOf(ctx, readings, now);
  const [first] = found;
  if (!first)
    throw unknownAccount(
      readings.some((reading) => reading.kind === 'phone'),
      variant,
    );
  if (new Set(found.map(holderOf)).size === 1) return first;
  // Only registered people count. To know who is registered needs a further read, for texts that match several people.
  const registered = await stillRegistered(ctx, found);
  const distinct = registered.filter(
    (one, index) => registered.findIndex((other) => holderOf(other) === holderOf(one)) === index,
  );
  if (distinct.length > 1) throw new Problem('ACCOUNT_AMBIGUOUS', { kinds: distinct.map(kindOf) });
  return distinct[0] ?? first;
}

const holderOf = (named: NamedAccount): string =>
  named.via === 'document' ? named.person.personKey : named.personKey;
const kindOf = (named: NamedAccount): AccountKind =>
  named.via === 'document'
    ? { kind: 'document', documentType: named.person.documentType as DocumentType }
    : { kind: named.via };

async function stillRegistered(ctx: FlowContext, found: readonly NamedAccount[]): Promise<NamedAccount[]> {
  const owners = await findPeople(
    ctx.db,
    found.flatMap((named) => (named.via === 'document' ? [] : [named.personKey])),
  );
  return found.filter((named) => named.via === 'document' || stillNames(named, owners.get(named.personKey)));
}

/** Everybody whom the possible meanings find, in their order. */
async function candidatesOf(
  ctx: FlowContext,
  readings: readonly AccountReading[],
  now: Date,
): Promise<NamedAccount[]> {
  const today = shanghaiDay(now);
  const keys: ItemRef[] = [];
  const at = (table: ItemRef['table'], key: ItemRef['key']): number => keys.push({ table, key }) - 1;
  type Found = (items: readonly (Item | undefined)[]) => NamedAccount[];
  const takes: Found[] = [];
  for (const reading of readings) {
    switch (reading.kind) {
      case 'document':
        for (const [index, type] of reading.types.entries()) {
          const key = personKey(ctx.keys, type, reading.number);
          const person = at('Users', { personKey: key });
          // Only for the likeliest meaning, so that the read stays small.
          const lockout = index === 0 ? at('Lockouts', lockoutKey(key, today)) : undefined;
          takes.push((items) => {
            const row = items[person] as Person | undefined;
            const day = lockout === undefined ? undefined : (items[lockout] as LockoutRow | undefined);
            return isRegistered(row) ? [{ via: 'document', person: row, lockout: day }] : [];
          });
        }
        break;
      case 'phone': {
        const key = phoneKey(ctx.keys, reading.phone);
        const owner = at('Phones', { phoneKey: key });
        const window = at('SmsWindows', { phoneKey: key });
        takes.push((items) => {
          const row = items[owner] as PhoneRow | undefined;
          return isOwned(row)
            ? [
                {
                  via: 'phone',
                  personKey: row.personKey,
                  phoneKey: key,
                  window: items[window] as SmsWindowHint | undefined,
                },
              ]
            : [];
        });
        break;
      }
      case 'username': {
        const guard = at('Users', { personKey: usernameKeyOf(ctx, reading.username) });
        takes.push((items) => {
          const { owner, username } = (items[guard] ?? {}) as Partial<UsernameGuard>;
          // A username typed with other capitals matches nobody: decided here, before a try of its owner is reserved.
          return owner && username === reading.username
            ? [{ via: 'username', personKey: owner, username }]
            : [];
        });
      }
    }
  }
  const items = await ctx.db.batchGet(keys);
  return takes.flatMap((take) => take(items));
}

/** LGN-4 */
export const unknownAccount = (looksLikePhone: boolean, variant?: 'other-entry'): Problem =>
  looksLikePhone
    ? new Problem('PHONE_NOT_FOUND')
    : new Problem('USER_NOT_REGISTERED', {}, variant ? { variant } : {});

/**
 * What is known of the number's window: as it was read with the typed phone, or as the person's last journey remembered
 * it.
 */
export function smsWindowHint(
  named: NamedAccount | undefined,
  person: Person,
  phoneKey: string | undefined,
): { window?: SmsWindowHint } {
  const hint = hintFor(phoneKey, named?.via === 'phone' ? named.window : undefined, person.lastWindow);
  return hint ? { window: hint } : {};
}

/**
 * USR-1: usernames are case-sensitive at login although they are unique regardless of case; a phone must still belong
 * to the person.
 */
export function stillNames(
  named: Exclude<NamedAccount, { via: 'document' }>,
  person: Person | undefined,
): person is Person {
  if (!isRegistered(person)) return false;
  return named.via === 'phone'
    ? (person.phones ?? []).some((phone) => phone.phoneKey === named.phoneKey)
    : person.username === named.username;
}
