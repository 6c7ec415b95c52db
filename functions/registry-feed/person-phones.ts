import { phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { changeAuditPut, fromRegistry } from '#journeys/change-origin.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type OwnPhone, type Person, sealContext } from '#store/people/person-row.ts';
import {
  contestPhoneUpdate,
  importPhoneUpdate,
  isOwned,
  type OwnedPhone,
  type PhoneRow,
  releasePhoneUpdate,
} from '#store/people/phones.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import type { WarningCode } from './warnings.ts';

/** A number of a line. */
export interface ReadNumber {
  readonly phone: string;
  readonly phoneKey: string;
}

/** The numbers of a line, each once. Throws PHONE_INVALID, TOO_MANY_PHONES (PHN-1). */
export function readNumbers(ctx: FlowContext, typed: readonly string[]): ReadNumber[] {
  const phones = [...new Set(typed.map((one) => parsePhone(one)))];
  if (phones.length > ctx.settings.policies.phonesPerPerson) throw new Problem('TOO_MANY_PHONES');
  return phones.map((phone) => ({ phone, phoneKey: phoneKeyOf(ctx.keys, phone) }));
}

/** What happens to the numbers of a line. */
export interface ImportedPhones {
  /** All numbers that the person has afterwards. */
  readonly phones: readonly OwnPhone[];
  readonly defaultPhoneId: string | undefined;
  readonly writes: readonly Write[];
  readonly warnings: readonly WarningCode[];
  /** How many numbers were taken from other people because of this line. */
  readonly emptied: number;
  /** The former holders of those numbers, as they were before; they are informed after the writes succeed (PWD-3). */
  readonly losses: readonly PhoneLossOf[];
}
export interface PhoneLossOf {
  readonly former: Person;
  readonly phoneKeys: readonly string[];
  /** Masked (DOC-4). */
  readonly phones: string;
}

const changed = (): Error => new ConcurrentChange();

/**
 * MIG-1: a number that imports name for two people is taken from both and given to no later line; a number that a
 * person proved here by SMS stays theirs. Each decision is a condition on the number's own row, so that lines and files
 * in parallel have the same result; if a row or holder changes meanwhile, the writes fail with ConcurrentChange.
 * @param rows the rows of `numbers`, in their order
 */
export async function importPhones(
  ctx: FlowContext,
  personKey: string,
  known: Person | undefined,
  numbers: readonly ReadNumber[],
  rows: readonly (PhoneRow | undefined)[],
  now: Date,
): Promise<ImportedPhones> {
  const phones: OwnPhone[] = [];
  const writes: Write[] = [];
  const warnings: WarningCode[] = [];
  const lost: OwnedPhone[] = [];
  for (const [index, { phone, phoneKey }] of numbers.entries()) {
    const row = rows[index];
    const own = known?.phones?.find((one) => one.phoneKey === phoneKey);
    // Read in the middle of a takeover: the number's row and the person's row do not match yet.
    if (own && row?.personKey !== personKey) throw changed();
    if (own) phones.push(own);
    else if (isOwned(row) && row.personKey !== personKey) {
      if (row.imported) lost.push(row);
      if (row.imported || !row.contested) writes.push(contestPhoneUpdate(row, now, changed));
      warnings.push(row.imported ? 'PHONE_EMPTIED' : 'PHONE_OF_ANOTHER');
    } else if (row?.contested) warnings.push('PHONE_REFUSED');
    else {
      phones.push({
        phoneId: newHandle(),
        phoneKey,
        sealed: seal(ctx.dataKeys, sealContext.phone(phoneKey), phone),
        since: now.toISOString(),
        imported: true,
      });
      writes.push(importPhoneUpdate(phoneKey, personKey, now, changed));
    }
  }
  const losses = await Promise.all([...new Set(lost.map((row) => row.personKey))].map(loss));
  const stays = phones.some(({ phoneId }) => phoneId === known?.defaultPhoneId);
  return {
    phones,
    defaultPhoneId: stays ? known?.defaultPhoneId : phones[0]?.phoneId,
    writes: [
      ...writes,
      ...releasedPhoneWrites(personKey, known, phones, now),
      ...losses.flatMap(({ writes }) => writes),
    ],
    warnings,
    emptied: lost.length,
    losses: losses.flatMap(({ loss }) => loss),
  };

  /** What one former holder loses, however many of the line's numbers they had. */
  async function loss(holder: string): Promise<{ writes: Write[]; loss: PhoneLossOf[] }> {
    const former = await findPerson(ctx.db, holder);
    if (!former) return { writes: [], loss: [] };
    const keys = new Set(lost.filter((row) => row.personKey === holder).map((row) => row.phoneKey));
    const masked = numbers.filter(({ phoneKey }) => keys.has(phoneKey)).map(({ phone }) => maskPhone(phone));
    return {
      writes: lossWrites(ctx, former, keys, numbers, now),
      loss: [{ former, phoneKeys: [...keys], phones: masked.join('、') }],
    };
  }
}

/** For an account that ends: nobody has its numbers any more. */
export const noPhones = (known: Person | undefined, now: Date): ImportedPhones => ({
  phones: [],
  defaultPhoneId: undefined,
  writes: known ? releasedPhoneWrites(known.personKey, known, [], now) : [],
  warnings: [],
  emptied: 0,
  losses: [],
});

/** Numbers that an earlier line gave and this line no longer names. */
const releasedPhoneWrites = (
  personKey: string,
  known: Person | undefined,
  kept: readonly OwnPhone[],
  now: Date,
): Write[] =>
  (known?.phones ?? [])
    .filter((one) => !kept.includes(one))
    .map((one) => releasePhoneUpdate(one.phoneKey, personKey, now, changed));

/**
 * 置空 of a former holder, who then meets LGN-5 if no number is left, and finds the loss in their own history. Unlike
 * at a takeover, the first number that is left becomes the default: the import chose the default in the same way, and
 * the person has never answered an SMS to the lost number here.
 */
function lossWrites(
  ctx: FlowContext,
  former: Person,
  keys: ReadonlySet<string>,
  numbers: readonly ReadNumber[],
  now: Date,
): Write[] {
  const phones = former.phones?.filter((one) => !keys.has(one.phoneKey)) ?? [];
  const stays = phones.some(({ phoneId }) => phoneId === former.defaultPhoneId);
  const { migrated } = former;
  const gave = migrated?.gave && {
    ...migrated.gave,
    phoneKeys: migrated.gave.phoneKeys.filter((key) => !keys.has(key)),
  };
  return [
    personUpdate(
      former.personKey,
      former.rev,
      {
        phones: phones.length > 0 ? phones : undefined,
        defaultPhoneId: stays ? former.defaultPhoneId : phones[0]?.phoneId,
        ...(migrated && gave ? { migrated: { ...migrated, gave } } : {}),
      },
      changed,
    ),
    ...[...keys].map((key) =>
      changeAuditPut(ctx, fromRegistry(now), former.personKey, 'phone-lost', {
        reason: 'duplicate',
        phone: maskPhone(numbers.find(({ phoneKey }) => phoneKey === key)?.phone ?? ''),
      }),
    ),
  ];
}
