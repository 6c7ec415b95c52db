/** @module-tag grants */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { costOf, putAll } from './support/bulk.ts';
import { asChannel, claimOf } from './support/channels.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { expectProblem } from './support/problems.ts';
import {
  applied,
  company,
  counter,
  decide,
  fed,
  financeHead,
  managedBy,
  type Somebody,
  said,
  somebody,
  taxHandler,
} from './support/staff.ts';
import { eventsOf, rowsOf } from './support/tables.ts';

describe('confirming a new company', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish('confirmations'));

  /** A company that awaits confirmation, and the people whom the registry names. */
  const newCompany = async (facts: object = {}) => {
    const [boss, hand, id] = [await somebody(runtime), await somebody(runtime), creditCode()];
    await fed(
      runtime,
      taxpayer(id, 1, { state: 'awaiting-confirmation', ...facts }),
      legalRepresentative(id, boss.who),
      taxHandler(id, hand.who),
    );
    return { boss, hand, id };
  };
  const waiting = async (who: Somebody): Promise<Loose[]> =>
    expectStatus(await who.call('GET', '/v1/confirmations'), 200).body.confirmations;
  const waitingId = async (who: Somebody): Promise<string> => (await waiting(who))[0]?.confirmationId;
  const confirmCompany = (who: Somebody, confirmationId: string, kind: string) =>
    who.call('POST', `/v1/confirmations/${confirmationId}`, { kind });
  const stateOf = async (id: string) =>
    (await rowsOf(runtime, 'Taxpayers')).find((row) => row.companyKey === `c_${id}`)?.state;
  const entering = async (who: Somebody, taxpayerId: string) =>
    said(
      await enterPassword(runtime, who.who.documentNumber, who.who.password, 'enterprise', { taxpayerId }),
    );

  long('ENT-1 the legal representative confirms a new company as natural person and is bound', async () => {
    const { boss, hand, id } = await newCompany();
    expect(await entering(boss, id)).toBe('COMPANY_NOT_CONFIRMED');
    expect(await waiting(boss)).toEqual([
      {
        confirmationId: expect.stringMatching(/^[\w-]{32}$/),
        taxpayerId: id,
        taxpayerName: '合肥春晓科技有限公司',
        kinds: ['new-taxpayer', 'one-licence'],
        revision: expect.any(String),
      },
    ]);
    const confirmationId = await waitingId(boss);
    const happened = await eventsOf(runtime, async () => {
      const { body } = expectStatus(await confirmCompany(boss, confirmationId, 'new-taxpayer'), 200);
      expect(body).toEqual({ taxpayerId: id, taxpayerName: '合肥春晓科技有限公司' });
    });
    expect(happened.map(({ kind }) => kind).sort()).toEqual([
      'company-state',
      'company-state',
      'relation-active',
      'relation-active',
    ]);
    expect(await boss.listed('active', id)).toMatchObject([{ role: 'legal-representative' }]);
    expect(await hand.listed('pending', id)).toMatchObject([{ role: 'tax-handler' }]);
    expect(await waiting(boss)).toEqual([]);
    expect(await waiting(hand)).toEqual([]);
    expectStatus(await boss.switchTo(id), 200);
    expect(await managedBy(id, boss).staff('pending')).toHaveLength(1);
  });

  long(
    'ENT-2 a named tax handler confirms: company, own relation and legal representative in one write',
    async () => {
      const { boss, hand, id } = await newCompany();
      expect(await waiting(hand)).toMatchObject([{ taxpayerId: id, kinds: ['one-licence'] }]);
      expectStatus(await confirmCompany(hand, await waitingId(hand), 'one-licence'), 200);
      expect(await stateOf(id)).toBe('active');
      expect(await hand.listed('active', id)).toMatchObject([{ role: 'tax-handler' }]);
      expect(await boss.listed('active', id)).toMatchObject([{ role: 'legal-representative' }]);
      expectStatus(await hand.switchTo(id), 200);
      expect(await entering(boss, id)).toBe('201');
    },
  );

  it.each([
    [['sole-proprietor'], ['new-taxpayer', 'sole-proprietor'], ['sole-proprietor']],
    [
      ['enterprise', 'sole-proprietor'],
      ['new-taxpayer', 'one-licence', 'sole-proprietor'],
      ['one-licence', 'sole-proprietor'],
    ],
    [['agency'], ['new-taxpayer', 'one-licence'], ['one-licence']],
  ])('ENT-2 the kind follows the company: %j', async (subject, ofBoss, ofHand) => {
    const { boss, hand } = await newCompany({ subject });
    expect((await waiting(boss))[0].kinds).toEqual(ofBoss);
    expect((await waiting(hand))[0].kinds).toEqual(ofHand);
  });

  long('ENT-2 refuses kinds and people that are not entitled, and leaves the company waiting', async () => {
    const { boss, hand, id } = await newCompany();
    const [head, stranger] = [await somebody(runtime), await somebody(runtime)];
    await fed(runtime, financeHead(id, head.who));
    const [ofBoss, ofHand] = [await waitingId(boss), await waitingId(hand)];
    expect(said(await confirmCompany(hand, ofHand, 'new-taxpayer'))).toBe('ROLE_NOT_ALLOWED');
    expect(said(await confirmCompany(boss, ofBoss, 'sole-proprietor'))).toBe('ROLE_NOT_ALLOWED');
    expect(await waiting(head)).toEqual([]);
    const [{ authorizationId }] = await head.listed('pending', id);
    expect(said(await confirmCompany(head, authorizationId, 'one-licence'))).toBe('ROLE_NOT_ALLOWED');
    for (const other of [ofBoss, ofHand, 'A'.repeat(32), 'x'])
      expect(said(await confirmCompany(stranger, other, 'one-licence'))).toBe('NOT_FOUND');
    for (const kind of ['everything', '', undefined, 7]) {
      const reply = await boss.call('POST', `/v1/confirmations/${ofBoss}`, { kind });
      expectProblem(reply);
      expect(said(reply)).toBe('BAD_REQUEST');
    }
    expect(said(await applied(stranger, id))).toBe('COMPANY_NOT_CONFIRMED');
    expect(await stateOf(id)).toBe('awaiting-confirmation');
  });

  it('ENT-1 ENT-2 only as natural person, and only on the web or at the hall', async () => {
    const { hand, id } = await newCompany();
    const own = await company(runtime);
    await decide(hand, await own.invited(hand.who), 'confirm');
    const confirmationId = await waitingId(hand);
    expectStatus(await hand.switchTo(own.id), 200);
    expect(said(await confirmCompany(hand, confirmationId, 'one-licence'))).toBe('ROLE_NOT_ALLOWED');
    const app = asChannel(runtime, 'ahtax-app', claimOf(hand.who));
    expect(said(await app('POST', `/v1/confirmations/${confirmationId}`, { kind: 'one-licence' }))).toBe(
      'CHANNEL_NOT_ALLOWED',
    );
    expect(await stateOf(id)).toBe('awaiting-confirmation');
  });

  long('ENT-2 a second confirmation is a conflict, whoever tries', async () => {
    const { boss, hand } = await newCompany();
    const [ofBoss, ofHand] = [await waitingId(boss), await waitingId(hand)];
    expectStatus(await confirmCompany(boss, ofBoss, 'one-licence'), 200);
    for (const [who, id] of [
      [boss, ofBoss],
      [hand, ofHand],
    ] as const)
      expect(said(await confirmCompany(who, id, 'one-licence'))).toBe('STATE_CONFLICT');
  });

  long('ENT-2 confirmed by several at once, exactly one does it', async () => {
    const { boss, hand, id } = await newCompany();
    const [ofBoss, ofHand] = [await waitingId(boss), await waitingId(hand)];
    const happened = await eventsOf(runtime, async () => {
      const replies = await Promise.all([
        confirmCompany(boss, ofBoss, 'new-taxpayer'),
        confirmCompany(hand, ofHand, 'one-licence'),
        confirmCompany(boss, ofBoss, 'one-licence'),
        counter(runtime)('POST', '/v1/hall/confirmations', { taxpayerId: id }),
        confirmCompany(hand, ofHand, 'one-licence'),
      ]);
      expect(replies.map(said).sort()).toEqual(['200', ...Array(4).fill('STATE_CONFLICT')]);
    });
    const states = happened.filter(({ kind, subject }) => kind === 'company-state' && subject === `c_${id}`);
    expect(states).toHaveLength(1);
    expect(await boss.listed('active', id)).toHaveLength(1);
    // The handler is active only if the handler confirmed. The histories of both people record each relation.
    const active = [...(await boss.listed('active', id)), ...(await hand.listed('active', id))];
    expect(happened.filter(({ kind }) => kind === 'relation-active')).toHaveLength(2 * active.length);
  });

  long('ENT-2 a handler who confirmed their own relation before still confirms the company', async () => {
    const { hand, id } = await newCompany();
    const [{ authorizationId }] = await hand.listed('pending', id);
    expectStatus(await decide(hand, authorizationId, 'confirm'), 200);
    expect(await waiting(hand)).toHaveLength(1);
    expectStatus(await confirmCompany(hand, authorizationId, 'one-licence'), 200);
    expect(await stateOf(id)).toBe('active');
  });

  long('ENT-2 who was struck off or replaced has nothing to confirm any more', async () => {
    const { boss, hand, id } = await newCompany();
    const [ofBoss, ofHand] = [await waitingId(boss), await waitingId(hand)];
    await fed(runtime, taxHandler(id, hand.who, 2, { removed: true }), legalRepresentative(id, person(), 2));
    for (const [who, handle] of [
      [boss, ofBoss],
      [hand, ofHand],
    ] as const) {
      expect(await waiting(who)).toEqual([]);
      expect(said(await confirmCompany(who, handle, 'one-licence'))).toBe('ROLE_NOT_ALLOWED');
    }
    expect(await stateOf(id)).toBe('awaiting-confirmation');
  });

  long(
    'ENT-2 REL-2 a replacement at the same moment: whoever is replaced first does not confirm',
    async () => {
      const { boss, id } = await newCompany();
      const heir = await somebody(runtime);
      const handle = await waitingId(boss);
      const [reply] = await Promise.all([
        confirmCompany(boss, handle, 'new-taxpayer'),
        feed(runtime, legalRepresentative(id, heir.who, 2)),
      ]);
      expect(['200', 'ROLE_NOT_ALLOWED']).toContain(said(reply));
      const active = reply.status === 200;
      expect(await stateOf(id)).toBe(active ? 'active' : 'awaiting-confirmation');
      expect(await boss.listed('history', id)).toMatchObject([{ state: 'superseded' }]);
      expect(await heir.listed(active ? 'active' : 'pending', id)).toHaveLength(1);
    },
  );

  long(
    'ENT-2 ENT-3 a line that still says the company waits does not undo a confirmation; a cancellation does',
    async () => {
      const { boss, id } = await newCompany();
      expectStatus(await confirmCompany(boss, await waitingId(boss), 'new-taxpayer'), 200);
      await fed(runtime, taxpayer(id, 2, { state: 'awaiting-confirmation', name: '合肥更名有限公司' }));
      expect(await stateOf(id)).toBe('active');
      const [former] = await boss.listed('active', id);
      expect(former).toMatchObject({ taxpayerName: '合肥更名有限公司' });
      const formerId = former?.authorizationId as string;
      await fed(runtime, taxpayer(id, 3, { state: 'cancelled' }));
      await fed(runtime, taxpayer(id, 4, { state: 'awaiting-confirmation' }));
      expect(await stateOf(id)).toBe('awaiting-confirmation');
      // ENT-4: the legal representative returns with a new line of their own.
      expect(said(await confirmCompany(boss, formerId, 'one-licence'))).toBe('ROLE_NOT_ALLOWED');
      await fed(runtime, legalRepresentative(id, boss.who, 2));
      expectStatus(await confirmCompany(boss, await waitingId(boss), 'one-licence'), 200);
      expect(await stateOf(id)).toBe('active');
    },
  );

  long(
    'ENT-2 costs the same however many people wait with the company; they follow after the answer',
    async () => {
      const confirming = async (people: number) => {
        const { boss, id } = await newCompany();
        const [template] = (await rowsOf(runtime, 'Relationships')).filter(
          (row) => row.companyKey === `c_${id}` && row.role === 'tax-handler',
        );
        await putAll(
          runtime,
          'Relationships',
          Array.from({ length: people }, (_, at) => ({
            ...template,
            personKey: `p_waits-${id}-${at}`,
            companySort: `${template?.companySort}-${at}`,
            confirmerKey: `p_waits-${id}-${at}`,
          })),
        );
        await runtime.settled();
        const confirmationId = await waitingId(boss);
        const { result, calls, longestChain } = await costOf(runtime, 'confirmations', () =>
          confirmCompany(boss, confirmationId, 'new-taxpayer'),
        );
        expectStatus(result, 200);
        await runtime.settled();
        const states = (await rowsOf(runtime, 'Relationships')).filter((row) => row.companyKey === `c_${id}`);
        expect(new Set(states.map(({ taxpayerState }) => taxpayerState))).toEqual(new Set(['active']));
        expect(states).toHaveLength(people + 2);
        return { calls, longestChain };
      };
      expect(await confirming(150)).toEqual(await confirming(0));
    },
  );

  long(
    'ENT-2 ENT-4 before the copies in relations have followed, lists go by the company itself; then they follow',
    async () => {
      const { boss, hand, id } = await newCompany();
      runtime.faults.add({
        function: 'company-copies',
        action: 'UpdateItem',
        kind: 'error500',
        times: 12,
      });
      expectStatus(await confirmCompany(boss, await waitingId(boss), 'new-taxpayer'), 200);
      expect(await waiting(boss)).toEqual([]);
      const { choices } = expectStatus(await boss.call('GET', '/v1/session/identities'), 200).body;
      expect(choices.map(({ identity }: Loose) => identity.taxpayerId)).toContain(id);
      await runtime.settled();
      const rows = (await rowsOf(runtime, 'Relationships')).filter((row) => row.companyKey === `c_${id}`);
      expect(rows.map((row) => row.taxpayerState)).toEqual(['active', 'active']);
      const row = (await rowsOf(runtime, 'Taxpayers')).find((one) => one.companyKey === `c_${id}`);
      expect(row).not.toHaveProperty('copiesDue');
      expect(await hand.listed('pending', id)).toHaveLength(1);
    },
  );
});
