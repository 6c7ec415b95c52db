import { indexKey, personKey, phoneKey } from '#crypto/keys.ts';
import { readAccount } from '#domain/accounts.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { usernameGuard } from '#domain/usernames.ts';
import type { House } from '#http/house.ts';
import type { Item } from '#store/db.ts';
import { type LockoutRow, lockoutKey } from '#store/lockouts.ts';
import { isOwned, type OwnedPhone, type PhoneRow } from '#store/phones.ts';
import type { PhoneWindow } from '#store/tickets.ts';
import { isActive, type Person, type UsernameGuard, usernameKey } from '#store/users.ts';

/** The table key of a username's guard. */
export const usernameKeyOf = (h: Pick<House, 'keys'>, username: string): string =>
  usernameKey(indexKey(h.keys, 'username', usernameGuard(username)));

/**
 * Who an account box can mean (LGN-2): the persons of every document type that fits, in one read with the guards of
 * phone and username; or, where no document is known, the owner of the phone or username.
 */
export type Named =
  | {
      readonly via: 'document';
      readonly persons: readonly Person[];
      readonly lockouts: ReadonlyMap<string, LockoutRow>;
    }
  | {
      readonly via: 'phone';
      readonly personKey: string;
      readonly phoneKey: string;
      readonly window: PhoneWindow | undefined;
    }
  | { readonly via: 'username'; readonly personKey: string; readonly username: string };

/**
 * Finds the account typed. Throws PHONE_NOT_FOUND for an unknown phone and USER_NOT_REGISTERED for everything else
 * that is known in no form (LGN-4).
 */
export async function accountNamed(
  h: House,
  typed: string,
  now: Date,
  variant?: 'other-entry',
): Promise<Named> {
  const today = shanghaiDay(now);
  const readings = readAccount(typed, today);
  const wanted: {
    table: 'Users' | 'Phones' | 'Lockouts' | 'SmsWindows';
    key: Record<string, string>;
    take: (item: Item) => void;
  }[] = [];
  const persons: Person[] = [];
  const lockouts = new Map<string, LockoutRow>();
  let phone: { row: OwnedPhone; key: string } | undefined;
  let window: PhoneWindow | undefined;
  let username: { guard: UsernameGuard; name: string } | undefined;
  for (const reading of readings) {
    if (reading.kind === 'document') {
      for (const [index, type] of reading.types.entries()) {
        const key = personKey(h.keys, type, reading.number);
        wanted.push({
          table: 'Users',
          key: { personKey: key },
          take: (item) => persons.push(item as unknown as Person),
        });
        // The day's failures of the likeliest reading come along: they tell which reservation to try first.
        if (index === 0) {
          wanted.push({
            table: 'Lockouts',
            key: lockoutKey(key, today),
            take: (item) => lockouts.set(key, item as unknown as LockoutRow),
          });
        }
      }
    } else if (reading.kind === 'phone') {
      const key = phoneKey(h.keys, reading.phone);
      wanted.push({
        table: 'Phones',
        key: { phoneKey: key },
        take: (item) => {
          const row = item as unknown as PhoneRow;
          if (isOwned(row)) phone = { row, key };
        },
      });
      wanted.push({
        table: 'SmsWindows',
        key: { phoneKey: key },
        take: (item) => {
          window = item as unknown as PhoneWindow;
        },
      });
    } else {
      wanted.push({
        table: 'Users',
        key: { personKey: usernameKeyOf(h, reading.username) },
        take: (item) => {
          username = { guard: item as unknown as UsernameGuard, name: reading.username };
        },
      });
    }
  }
  if (wanted.length > 0) {
    const items = await h.db.batchGet(wanted);
    for (const [index, item] of items.entries()) if (item) wanted[index]?.take(item);
  }
  const active = persons.filter(isActive);
  if (active.length > 0) return { via: 'document', persons: active, lockouts };
  if (phone) return { via: 'phone', personKey: phone.row.personKey, phoneKey: phone.key, window };
  // Other capitals name nobody: told here, before an attempt of the owner's is reserved.
  if (username?.guard.owner && username.guard.username === username.name)
    return { via: 'username', personKey: username.guard.owner, username: username.name };
  throw unknownAccount(
    readings.some((reading) => reading.kind === 'phone'),
    variant,
  );
}

/** LGN-4 */
export const unknownAccount = (looksLikePhone: boolean, variant?: 'other-entry'): Problem =>
  looksLikePhone
    ? new Problem('PHONE_NOT_FOUND')
    : new Problem('USER_NOT_REGISTERED', {}, variant ? { variant } : {});

/** What the phone's window is expected to be: as read with the typed phone, or as the person's last journey left it. */
export function expectedWindow(
  named: Named | undefined,
  person: Person,
  phoneKey: string | undefined,
): { window?: PhoneWindow } {
  const seen = named?.via === 'phone' && named.window ? named.window : person.lastWindow;
  if (!seen || seen.phoneKey !== phoneKey) return {};
  return { window: { phoneKey, startedAt: seen.startedAt } };
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
