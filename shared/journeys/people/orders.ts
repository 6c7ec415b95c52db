import type * as v from 'valibot';
import type { documentType as documentTypes } from '#contract/schemas.ts';
import { personKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/people/documents.ts';
import { maskedReason, type Order, requireApproval } from '#domain/people/orders.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import type { OrderNotice } from '#gateways/sms/text.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import {
  hasVerifiedName,
  type Orders,
  type OwnPhone,
  type Person,
  sealContext,
} from '#store/people/person-row.ts';
import { releasePhoneUpdate } from '#store/people/phones.ts';
import { findPerson, type PersonChanges, personUpdate } from '#store/people/users.ts';
import { type ChangeOrigin, changeAuditPut } from '../change-origin.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { requireSameName } from './named-person.ts';
import { notifyPerson } from './notices.ts';

/** An order as it arrived (ORD-1). */
export interface GivenOrder {
  readonly person: {
    readonly documentType: v.InferOutput<typeof documentTypes>;
    readonly documentNumber: string;
    /** If it is given, it must match the record (DOC-5). */
    readonly name?: string | undefined;
  };
  readonly order: Order;
  readonly reason: string;
  readonly officer: string;
  readonly approvedBy?: string | undefined;
}

/**
 * How many of the numbers that orders took are remembered, the newest first: far more than anybody can have (PHN-1).
 */
const rememberedNumbers = 50;

const notices: Readonly<Record<Order, OrderNotice>> = {
  suspend: 'account-suspended',
  resume: 'account-resumed',
  'end-sessions': 'sessions-ended',
  'empty-phones': 'phones-emptied',
};

/**
 * Executes an order, in one transaction with everything that follows from it, and informs the person at every number
 * they had before. An order also holds for an unknown person: it creates a row without a name, until somebody names the
 * person.
 * @param version the registry's version; absent for a counter's order, which comes after whatever was ordered before
 * @param also further conditions of the transaction
 * @returns whether the version was older than what is known, so that nothing was changed
 * @throws BAD_REQUEST if a required second officer is missing, DOCUMENT_INVALID, PERSON_MISMATCH
 */
export async function giveOrder(
  ctx: FlowContext,
  call: AnyCall,
  given: GivenOrder,
  version: number | undefined,
  origin: ChangeOrigin,
  also: readonly Write[] = [],
): Promise<'accepted' | 'stale'> {
  const { order, officer, approvedBy } = given;
  requireApproval(order, officer, approvedBy);
  const named = readOrdered(ctx, given.person, call.now);
  const phonesBefore = await retryOnConcurrentChange(async (): Promise<readonly OwnPhone[] | 'stale'> => {
    const known = await findPerson(ctx.db, named.key);
    if (named.name !== undefined) requireSameName(ctx, { name: named.name }, known);
    const before = known?.orders;
    if (version !== undefined && before?.version !== undefined && before.version >= version) return 'stale';
    const orders: Orders = { ...before, ...(version === undefined ? {} : { version }) };
    const effect = effectOf(ctx, call, order, known, orders);
    await ctx.db.transact([
      ...also,
      personUpdate(
        named.key,
        known?.rev ?? 0,
        { ...(hasVerifiedName(known) ? {} : named.record), ...effect.changes },
        () => new ConcurrentChange(),
      ),
      ...effect.writes,
      changeAuditPut(ctx, origin, named.key, notices[order], {
        officer,
        ...(approvedBy === undefined ? {} : { approvedBy }),
        // Not `reason`, which the person's own history shows: this text is for the bureau only.
        grounds: maskedReason(given.reason),
        ...(version === undefined ? {} : { version }),
      }),
    ]);
    return known?.phones ?? [];
  });
  if (phonesBefore === 'stale') return 'stale';
  await notifyPerson(ctx, call, { phones: phonesBefore }, notices[order]);
  return 'accepted';
}

interface Ordered {
  readonly key: string;
  readonly name: string | undefined;
  readonly record: Pick<Person, 'documentType' | 'sealedNumber'> &
    Partial<Pick<Person, 'sealedName'>> & { readonly nameClaimed?: undefined };
}
function readOrdered(
  ctx: FlowContext,
  { documentType, documentNumber, name }: GivenOrder['person'],
  now: Date,
): Ordered {
  const number = parseDocument(documentType, documentNumber, shanghaiDay(now));
  const key = personKey(ctx.keys, documentType, number);
  const asRead = name === undefined ? undefined : normaliseName(name);
  return {
    key,
    name: asRead,
    record: {
      documentType,
      sealedNumber: seal(ctx.dataKeys, sealContext.number(key), number),
      ...(asRead === undefined
        ? {}
        : { sealedName: seal(ctx.dataKeys, sealContext.name(key), asRead), nameClaimed: undefined }),
    },
  };
}

/** What an order changes about the person, and the writes beside it. */
function effectOf(
  ctx: FlowContext,
  call: AnyCall,
  order: Order,
  known: Person | undefined,
  orders: Orders,
): { readonly changes: PersonChanges; readonly writes: readonly Write[] } {
  const at = call.now.toISOString();
  switch (order) {
    case 'suspend': {
      const ended = known && endSessions(ctx, call, known, 'suspended');
      return {
        changes: {
          ...ended?.changes,
          // The account's kept face check ends too: a proof after the suspension is lifted needs a new face check.
          faceProof: undefined,
          orders: { ...orders, suspendedAt: orders.suspendedAt ?? at, proofsEndedAt: at },
        },
        writes: ended?.writes ?? [],
      };
    }
    case 'resume': {
      const { suspendedAt: _, ...rest } = orders;
      return { changes: { orders: rest }, writes: [] };
    }
    case 'end-sessions': {
      const ended = known && endSessions(ctx, call, known, 'by-order');
      return { changes: { ...ended?.changes, orders }, writes: ended?.writes ?? [] };
    }
    case 'empty-phones':
      return emptied(known, orders, at);
  }
}

/** 置空, as at a takeover (PHN-3): anybody who proves the numbers can claim them, and LGN-5 applies from now on. */
function emptied(known: Person | undefined, orders: Orders, at: string) {
  const phones = known?.phones ?? [];
  const keys = new Set(phones.map(({ phoneKey }) => phoneKey));
  const earlier = (orders.emptied ?? []).filter(({ phoneKey }) => !keys.has(phoneKey));
  const all = [...earlier, ...[...keys].map((phoneKey) => ({ phoneKey, at }))];
  const changes: PersonChanges = {
    phones: undefined,
    defaultPhoneId: undefined,
    lastWindow: undefined,
    orders: {
      ...orders,
      emptiedAt: at,
      ...(all.length > 0 ? { emptied: all.slice(-rememberedNumbers) } : {}),
    },
  };
  return {
    changes,
    writes: phones.map((one) =>
      releasePhoneUpdate(one.phoneKey, known?.personKey ?? '', new Date(at), () => new ConcurrentChange()),
    ),
  };
}
