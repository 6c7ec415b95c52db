import { createHash } from 'node:crypto';
import { beforeAll, describe, expect } from 'vitest';
import { ClientRefused } from '#crypto/client-assertions.ts';
import { newHandle } from '#crypto/random.ts';
import { isoShanghai } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { type Policies, defaultPolicies as policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { countUpdate, dayRowExpiry, roomCheck } from '#store/dynamodb/counters.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { requireSeenRevision, revisionOf, versionedUpdate } from '#store/dynamodb/versioned-update.ts';
import { feedOffice, orderCountUpdate, ordersInHour } from '#store/tickets/order-hours.ts';
import {
  countAddress,
  dpopProofPut,
  spendAssertion,
  spendChallenge,
  spendDpopProof,
  spendOnce,
  spendOncePut,
} from '#store/tickets/spent-once.ts';
import {
  codeUpdate,
  dropCode,
  endedByCodesUpdate,
  journeySendUpdate,
  returnTry,
  smsCodeSpentUpdate,
  tryCode,
} from '#store/tickets/ticket-codes.ts';
import {
  type LegacyTicket,
  type LoginTicket,
  type RegistrationTicket,
  type ResetTicket,
  type SessionCodeTicket,
  sessionCodeId,
} from '#store/tickets/ticket-kinds.ts';
import {
  choiceMadeUpdate,
  choicesOfferedUpdate,
  clientAssertionPut,
  factorsPassedUpdate,
  newTicketPut,
  readOpenTicket,
  spendClientAssertion,
  spendTicketUpdate,
  ticketKeyOf,
  wrongPhoneUpdate,
} from '#store/tickets/tickets.ts';
import { openStore, refusalOf } from '../support/store.ts';
import { long } from '../support/variants.ts';

/**
 * The conditions of tickets and codes, each tested against a row that must be refused. Tests over HTTP show the rest.
 */
let db: Db;
beforeAll(async () => {
  db = await openStore('Tickets', 'Taxpayers');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const at = epochSeconds(now);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const rowOf = ({ ticketKey }: { ticketKey: string }) => db.get<Item>('Tickets', { ticketKey });
const written = (...writes: Write[]) => refusalOf(db.transact(writes));
async function opened<T extends ResetTicket | LoginTicket | RegistrationTicket | LegacyTicket>(
  kind: T['kind'],
  more: Partial<T> = {},
): Promise<T & { id: string }> {
  const { id, write, ticketKey } = newTicketPut<T>({ kind, personKey: 'p1_x', ...more } as never, now, 600);
  await db.transact([write]);
  return { ...(await db.get<T>('Tickets', { ticketKey })), id } as T & { id: string };
}
/** Whoever typed the code reads that it is used up, which says more than that it is wrong. */
const usedUp = { code: 'SMS_CODE_WRONG', variant: 'used-up' };
const code = (hash: string, phoneKey = 'n1_a', seconds = 300) => ({
  hash,
  phoneKey,
  expiresAt: at + seconds,
});
const hint = { phoneKey: 'n1_a', startedAt: 1 };
const sent = (
  ticket: Parameters<typeof codeUpdate>[0],
  hash: string,
  phoneKey?: string,
  when = now,
  limits: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'> = policies,
) => written(codeUpdate(ticket, code(hash, phoneKey), hint, when, limits));

describe('a ticket', () => {
  long('SMS-2 is open for its time and kind, is spent once, and is kept a day to say so', async () => {
    const ticket = await opened<ResetTicket>('password-reset');
    expect(await rowOf(ticket)).toMatchObject({ state: 'open', expiresAt: at + 600, ttl: at + 600 + 86_400 });
    const read = (when: Date, kind: 'password-reset' | 'login' = 'password-reset') =>
      refusalOf(readOpenTicket(db, ticket.id, kind, when));
    expect(await read(later(599))).toBeUndefined();
    expect(await read(later(600))).toBe('EXPIRED');
    expect(await read(now, 'login')).toBe('NOT_FOUND');
    expect(await refusalOf(readOpenTicket(db, 'unknown', 'login', now))).toBe('NOT_FOUND');
    expect(await written(spendTicketUpdate(ticket, later(600)))).toBe('EXPIRED');
    expect(await written(spendTicketUpdate({ ticketKey: ticketKeyOf('none'), kind: 'login' }, now))).toBe(
      'NOT_FOUND',
    );
    expect(await sent(ticket, 'h1')).toBeUndefined();
    expect(await written(spendTicketUpdate(ticket, now))).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'spent' });
    expect(await rowOf(ticket)).not.toHaveProperty('code');
    expect(await written(spendTicketUpdate(ticket, now))).toBe('STATE_CONFLICT');
    expect(await read(now)).toBe('STATE_CONFLICT');
  });

  long('LGN-3 LGN-10 passes by the code that was right, then only takes a choice, once', async () => {
    const ticket = await opened<LoginTicket>('login');
    await sent(ticket, 'h1');
    const passed = { at, fresh: true, roles: [] } as never;
    expect(await written(choiceMadeUpdate(ticket, now))).toBe('STATE_CONFLICT');
    expect(await written(factorsPassedUpdate(ticket, passed, now, 'h2'))).toBe('STATE_CONFLICT');
    expect(await written(factorsPassedUpdate(ticket, passed, now, 'h1'))).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'passed', passed: { at, fresh: true } });
    expect(await rowOf(ticket)).not.toHaveProperty('code');
    expect(await written(factorsPassedUpdate(ticket, passed, now, undefined))).toBe('STATE_CONFLICT');
    expect(await written(choicesOfferedUpdate(ticket, { at, fresh: false } as never, now))).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'passed', passed: { fresh: false } });
    expect(await written(choiceMadeUpdate(ticket, later(600)))).toBe('EXPIRED');
    expect(await written(choiceMadeUpdate(ticket, now))).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'spent' });
    expect(await written(choiceMadeUpdate(ticket, now))).toBe('STATE_CONFLICT');
    const byFace = await opened<LoginTicket>('login');
    expect(await written(factorsPassedUpdate(byFace, passed, now, undefined))).toBeUndefined();
  });

  long('REG-2 ends with the last permitted wrong number, counted from what was read', async () => {
    const ticket = await opened<RegistrationTicket>('registration');
    const moved = () => new Problem('TOO_MANY_REQUESTS');
    const wrong = (wrongPhones?: number) =>
      written(wrongPhoneUpdate({ ...ticket, ...(wrongPhones ? { wrongPhones } : {}) }, now, 3, moved));
    expect(await wrong()).toBeUndefined();
    expect(await wrong()).toBe('TOO_MANY_REQUESTS');
    expect(await wrong(2)).toBe('TOO_MANY_REQUESTS');
    expect(await wrong(1)).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'open', wrongPhones: 2 });
    expect(await wrong(2)).toBeUndefined();
    expect(await rowOf(ticket)).toMatchObject({ state: 'ended', wrongPhones: 3 });
    expect(await wrong(3)).toBe('STATE_CONFLICT');
  });
});

describe('the code of a ticket', () => {
  long(
    'SMS-2 SMS-4 the newest takes the place of the one before; sends and numbers are counted',
    async () => {
      const ticket = await opened<ResetTicket>('password-reset');
      const few = { ...policies, smsSendsPerTicket: 4, smsNumbersPerTicket: 2 };
      const send = (hash: string, phoneKey?: string) => sent(ticket, hash, phoneKey, now, few);
      expect(await send('h1')).toBeUndefined();
      await tryCode(db, ticket.id, 'password-reset', now, 5, 't1');
      expect(await send('h2', 'n1_b')).toBeUndefined();
      expect(await rowOf(ticket)).toMatchObject({
        code: { hash: 'h2', phoneKey: 'n1_b' },
        window: hint,
        sends: 2,
        numbers: new Set(['n1_a', 'n1_b']),
      });
      expect(await rowOf(ticket)).not.toHaveProperty('codeTries');
      expect(await send('h3', 'n1_c')).toBe('SMS_TOO_FREQUENT');
      expect(await send('h3')).toBeUndefined();
      expect(await send('h4')).toBeUndefined();
      const refused = db.transact([codeUpdate(ticket, code('h5'), hint, now, few)]);
      await expect(refused).rejects.toMatchObject({ details: { retryAt: isoShanghai(later(600)) } });
      expect(await sent(ticket, 'h6', undefined, later(600), few)).toBe('EXPIRED');
    },
  );

  long(
    'SMS-1 SMS-4 one that was not sent is void and not counted, with its number if that was new',
    async () => {
      const ticket = await opened<ResetTicket>('password-reset');
      await sent(ticket, 'h1');
      expect((await dropCode(db, ticket, code('h2'), true)).ok).toBe(false);
      await sent(ticket, 'h2', 'n1_b');
      expect((await dropCode(db, ticket, code('h2', 'n1_b'), true)).ok).toBe(true);
      expect(await rowOf(ticket)).toMatchObject({ sends: 1, numbers: new Set(['n1_a']) });
      for (const gone of ['code', 'window']) expect(await rowOf(ticket)).not.toHaveProperty(gone);
      await sent(ticket, 'h3');
      await dropCode(db, ticket, code('h3'), false);
      expect(await rowOf(ticket)).toMatchObject({ sends: 1, numbers: new Set(['n1_a']) });
    },
  );

  long('SMS-2 is tried so often, the same try once, and for its time', async () => {
    const ticket = await opened<ResetTicket>('password-reset');
    const tried = (tryId: string, when = now) =>
      refusalOf(tryCode(db, ticket.id, 'password-reset', when, 2, tryId));
    await expect(tryCode(db, ticket.id, 'password-reset', now, 2, 't0')).rejects.toMatchObject(usedUp);
    await sent(ticket, 'h1');
    expect(await tried('t1')).toBeUndefined();
    expect(await tried('t1')).toBeUndefined();
    expect(await tried('t2')).toBeUndefined();
    expect(await tried('t3')).toBe('SMS_CODE_WRONG');
    expect(await tried('t2')).toBeUndefined();
    expect((await returnTry(db, ticket.ticketKey, 't9')).ok).toBe(false);
    expect((await returnTry(db, ticket.ticketKey, 't1')).ok).toBe(true);
    expect(await tried('t3', later(300))).toBe('SMS_CODE_WRONG');
    expect(await tried('t3', later(299))).toBeUndefined();
    expect((await rowOf(ticket))?.codeTries).toEqual(new Set(['t2', 't3']));
    expect(await rowOf(ticket)).not.toHaveProperty('wrongCodes');
    expect(await refusalOf(tryCode(db, newHandle(), 'password-reset', now, 2, 't1'))).toBe('NOT_FOUND');
  });

  long(
    'LCK-5 wrong ones of somebody unregistered count over all codes, and the last ends the ticket',
    async () => {
      const ticket = await opened<RegistrationTicket>('registration');
      const tried = (tryId: string) => refusalOf(tryCode(db, ticket.id, 'registration', now, 5, tryId, 2));
      await sent(ticket, 'h1');
      expect(await tried('t1')).toBeUndefined();
      expect(await written(endedByCodesUpdate(ticket.ticketKey, 2))).toBe('STATE_CONFLICT');
      await sent(ticket, 'h2');
      expect(await tried('t2')).toBeUndefined();
      expect(await tried('t3')).toBe('SMS_CODE_WRONG');
      await returnTry(db, ticket.ticketKey, 't1');
      expect((await rowOf(ticket))?.wrongCodes).toEqual(new Set(['t2']));
      expect(await tried('t3')).toBeUndefined();
      expect(await written(endedByCodesUpdate(ticket.ticketKey, 2))).toBeUndefined();
      expect(await rowOf(ticket)).toMatchObject({ state: 'ended' });
      expect(await rowOf(ticket)).not.toHaveProperty('code');
      expect(await written(endedByCodesUpdate(ticket.ticketKey, 2))).toBe('STATE_CONFLICT');
    },
  );

  long(
    'SES-5 SMS-2 that is all of its ticket opens it with the first send, and again when it is used up',
    async () => {
      const id = sessionCodeId(newHandle(), 'factor');
      const ticketKey = ticketKeyOf(id);
      const ticket: SessionCodeTicket = {
        ticketKey,
        kind: 'factor',
        personKey: 'p1_x',
        expiresAt: at + 300,
        state: 'open',
      };
      const tried = (tryId: string) => refusalOf(tryCode(db, id, 'factor', now, 5, tryId));
      await expect(tryCode(db, id, 'factor', now, 5, 't1')).rejects.toMatchObject(usedUp);
      expect(await sent(ticket, 'h1')).toBeUndefined();
      expect(await rowOf(ticket)).toMatchObject({
        kind: 'factor',
        personKey: 'p1_x',
        state: 'open',
        sends: 1,
      });
      expect((await rowOf(ticket))?.ttl).toBe(at + 300 + 86_400);
      expect(await tried('t1')).toBeUndefined();
      await expect(db.transact([smsCodeSpentUpdate(ticket, 'h2', now)])).rejects.toMatchObject(usedUp);
      expect(await written(smsCodeSpentUpdate(ticket, 'h1', now))).toBeUndefined();
      expect(await written(smsCodeSpentUpdate(ticket, 'h1', now))).toBe('SMS_CODE_WRONG');
      expect(await sent(ticket, 'h3')).toBeUndefined();
      expect(await sent(ticket, 'h4', undefined, now, { ...policies, smsSendsPerTicket: 2 })).toBe(
        'SMS_TOO_FREQUENT',
      );
    },
  );

  long('SMS-4 LEG-2 a journey whose codes have tickets of their own counts their sends', async () => {
    const ticket = await opened<LegacyTicket>('legacy');
    const few = { smsSendsPerTicket: 2, smsNumbersPerTicket: 1 };
    const send = (phoneKey: string, when = now) => written(journeySendUpdate(ticket, phoneKey, when, few));
    expect(await send('n1_a')).toBeUndefined();
    expect(await send('n1_b')).toBe('SMS_TOO_FREQUENT');
    expect(await send('n1_a')).toBeUndefined();
    expect(await send('n1_a')).toBe('SMS_TOO_FREQUENT');
    expect(await send('n1_a', later(600))).toBe('EXPIRED');
    await expect(db.transact([journeySendUpdate(ticket, 'n1_a', now, few)])).rejects.toMatchObject({
      details: { retryAt: isoShanghai(later(600)) },
    });
  });
});

describe('what works once', () => {
  long(
    'CHN-1 LGN-12 SSO-3 SSO-6 is refused the second time, and remembered a day after its end',
    async () => {
      const expiresAt = later(60);
      const assertion = { channel: 'hall', jti: newHandle(), expiresAt } as const;
      expect(await spendAssertion(db, assertion, now)).toBe(true);
      expect(await spendAssertion(db, assertion, now)).toBe(false);
      expect(await spendAssertion(db, { ...assertion, channel: 'ahtax-app' }, now)).toBe(true);
      const id = newHandle();
      expect(await spendChallenge(db, id, expiresAt, now)).toBe(true);
      expect(await spendChallenge(db, id, expiresAt, now)).toBe(false);
      const client = { clientId: 'rp', jti: newHandle(), expiresAt };
      expect(await spendClientAssertion(db, client, now)).toBe(true);
      await expect(db.transact([clientAssertionPut(client, now)])).rejects.toBeInstanceOf(ClientRefused);
      expect(await spendClientAssertion(db, { ...client, clientId: 'rp2' }, now)).toBe(true);
      const proof = { jkt: newHandle(), jti: newHandle(), expiresAt };
      expect(await written(dpopProofPut(proof, now))).toBeUndefined();
      expect(await spendDpopProof(db, proof, now)).toBe(false);
      expect(await spendDpopProof(db, { ...proof, jkt: newHandle() }, now)).toBe(true);
      await expect(db.transact([dpopProofPut(proof, now)])).rejects.toMatchObject({
        error: 'invalid_dpop_proof',
      });
      const [live, over] = [newHandle(), newHandle()];
      await spendOnce(db, live, expiresAt, now);
      await spendOnce(db, over, later(-60), now);
      const [put, late] = [newHandle(), newHandle()];
      const again = () => new Problem('STATE_CONFLICT');
      await db.transact([
        spendOncePut(put, expiresAt, now, again),
        spendOncePut(late, later(-60), now, again),
      ]);
      expect(await rowOf({ ticketKey: put })).toMatchObject({ kind: 'once', ttl: at + 60 + 86_400 });
      expect(await rowOf({ ticketKey: late })).toMatchObject({ ttl: at + 86_400 });
      expect(await rowOf({ ticketKey: live })).toMatchObject({ kind: 'once', ttl: at + 60 + 86_400 });
      expect(await rowOf({ ticketKey: over })).toMatchObject({ expiresAt: at - 60, ttl: at + 86_400 });
    },
  );
});

describe('a counter', () => {
  long('LGN-12 of an address counts its window, and takes back', async () => {
    const key = newHandle();
    expect(await countAddress(db, key, now, 600)).toBe(1);
    expect(await countAddress(db, key, later(599), 600)).toBe(2);
    expect(await countAddress(db, key, later(599), 600, -1)).toBe(1);
    expect(await countAddress(db, key, later(600), 600)).toBe(1);
    expect(await rowOf({ ticketKey: `b_${key}_${at}` })).toMatchObject({ kind: 'budget', ttl: at + 1200 });
  });

  long('ORD-1 of an office takes exactly its hour’s orders, and says when the next begins', async () => {
    const office = newHandle();
    const order = (when = now) => db.transact([orderCountUpdate(office, when, 2)]);
    expect(await ordersInHour(db, office, now)).toBe(0);
    await order();
    await order(later(3599));
    expect(await ordersInHour(db, office, now)).toBe(2);
    expect(await ordersInHour(db, feedOffice, now)).toBe(0);
    const hash = createHash('sha256').update(office).digest('base64url');
    expect(await rowOf({ ticketKey: `o_${hash}_${at}` })).toMatchObject({
      kind: 'orders',
      count: 2,
      ttl: at + 3600 + 86_400,
    });
    await expect(order(later(10))).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      details: { retryAt: isoShanghai(later(3600)), retryAfter: 3590 },
    });
    await order(later(3600));
  });

  long('REG-9 has room below its limit, and is kept a day after its day', async () => {
    const counter = { ticketKey: newHandle(), kind: 'k', counts: 'n', ttl: 5 };
    const count = (options?: Parameters<typeof countUpdate>[1]) =>
      db.update<Item>(countUpdate(counter, options));
    expect(await written(roomCheck(counter, 1))).toBeUndefined();
    expect((await count({ most: 1 })).ok).toBe(true);
    expect(await written(roomCheck(counter, 1))).toBe('STATE_CONFLICT');
    expect((await count({ most: 1 })).ok).toBe(false);
    expect((await count()).ok).toBe(true);
    expect(await rowOf(counter)).toMatchObject({ n: 2, kind: 'k', ttl: 5 });
    expect(dayRowExpiry(now)).toBe(epochSeconds(new Date('2027-03-04T00:00:00+08:00')));
  });
});

describe('a row that counts its versions', () => {
  long('REL-11 changes only as it was read, and shows that as its revision', async () => {
    const key = { companyKey: newHandle() };
    const stale = () => new Problem('TOO_MANY_REQUESTS');
    const change = (version: number, changes: Item) =>
      written(versionedUpdate('Taxpayers', key, version, changes, stale));
    expect(await change(1, { name: 'a' })).toBe('TOO_MANY_REQUESTS');
    expect(await change(0, { name: 'a', state: 'active' })).toBeUndefined();
    expect(await change(0, { name: 'b' })).toBe('TOO_MANY_REQUESTS');
    expect(await change(1, { name: 'b', state: undefined })).toBeUndefined();
    expect(await db.get('Taxpayers', key)).toEqual({ ...key, rev: 2, name: 'b' });
    expect(revisionOf({ rev: 2 })).toBe('2');
    for (const seen of [undefined, '2', 2]) expect(() => requireSeenRevision({ rev: 2 }, seen)).not.toThrow();
    expect(() => requireSeenRevision({ rev: 2 }, '1')).toThrow(
      expect.objectContaining({ code: 'STATE_CONFLICT' }),
    );
  });
});
