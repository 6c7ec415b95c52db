import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { legalRepresentative, taxpayer } from '../flows/support/feed-lines.ts';
import { changeRelation } from '../flows/support/relations.ts';
import { applied, type Company, company, fed, managedBy, said, somebody } from '../flows/support/staff.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { type Known, morning, openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';

/** Changes between the check of the acting person and the write that depends on this check. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

describe('a company that changes under the one who manages it', () => {
  /** The answer to an invitation whose transaction is held until `meanwhile` is done. */
  const invitingWhile = async (
    firm: Company,
    hand: Awaited<ReturnType<typeof somebody>>,
    meanwhile: () => Promise<unknown>,
  ): Promise<string> =>
    said(await whileHeld(runtime, { function: 'staff' }, () => firm.invite(hand.who), meanwhile));

  long('REL-2 a legal representative who is replaced while acting does nothing any more', async () => {
    const [firm, heir, hand] = [await company(runtime), await somebody(runtime), await somebody(runtime)];
    const replaced = () => fed(runtime, legalRepresentative(firm.id, heir.who, 2));
    expect(await invitingWhile(firm, hand, replaced)).toBe('RELATION_NOT_FOUND');
    await heir.switchTo(firm.id);
    expect(await managedBy(firm.id, heir).staff('pending')).toEqual([]);
  });

  long(
    'REL-2 SES-2 nor does one who is replaced and appointed again: that is another authorization',
    async () => {
      const [firm, heir, hand] = [await company(runtime), await somebody(runtime), await somebody(runtime)];
      const replacedAndBack = async () => {
        await fed(runtime, legalRepresentative(firm.id, heir.who, 2));
        await fed(runtime, legalRepresentative(firm.id, firm.boss.who, 3));
      };
      expect(await invitingWhile(firm, hand, replacedAndBack)).toBe('RELATION_NOT_FOUND');
      expect(await hand.listed('pending', firm.id)).toEqual([]);
    },
  );

  long('REL-8 nor one whose last day is put before today', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const over = { validUntil: '2027-03-01' };
    const boss = { ...firm.boss.who, personKey: await keyOfBoss(firm) } as Known;
    const ended = () => changeRelation(runtime, boss, firm.id, 'legal-representative', over);
    expect(await invitingWhile(firm, hand, ended)).toBe('RELATION_NOT_FOUND');
    expect(await hand.listed('pending', firm.id)).toEqual([]);
  });

  it('ENT-3 nobody is invited to a company that is cancelled meanwhile', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const cancelled = () => fed(runtime, taxpayer(firm.id, 2, { state: 'cancelled' }));
    expect(await invitingWhile(firm, hand, cancelled)).toBe('RELATION_NOT_FOUND');
    expect(await hand.listed('pending', firm.id)).toEqual([]);
  });

  long(
    'ENT-2 ENT-4 nobody is taken in while the company waits again, or from a term that is over',
    async () => {
      const [waiting, ended, hand] = [
        await company(runtime),
        await company(runtime),
        await somebody(runtime),
      ];
      const waits = () => fed(runtime, taxpayer(waiting.id, 2, { state: 'awaiting-confirmation' }));
      expect(await invitingWhile(waiting, hand, waits)).toBe('COMPANY_NOT_CONFIRMED');
      const { authorizationId } = expectStatus(await applied(hand, ended.id), 201).body;
      const begunAgain = () =>
        fed(runtime, taxpayer(ended.id, 2, { state: 'cancelled' }), taxpayer(ended.id, 3));
      const confirming = () => ended.on(authorizationId, 'confirm');
      expect(said(await whileHeld(runtime, { function: 'staff' }, confirming, begunAgain))).toBe(
        'STATE_CONFLICT',
      );
    },
  );

  const keyOfBoss = async ({ id }: Company): Promise<string> =>
    (await rows(runtime, 'Relationships')).find(
      ({ companyKey, role }) => companyKey === `c_${id}` && role === 'legal-representative',
    )?.personKey;
});

describe('a switch', () => {
  /** The answer to a switch to the company whose transaction is held until `meanwhile` is done. */
  const switchingWhile = async (
    who: Awaited<ReturnType<typeof somebody>>,
    taxpayerId: string,
    meanwhile: () => Promise<unknown>,
  ) => whileHeld(runtime, { function: 'identity' }, () => who.switchTo(taxpayerId), meanwhile);

  long('SWI-5 SES-1 of a session that ends meanwhile does not happen, and its reason is told', async () => {
    const firm = await company(runtime);
    const { boss } = firm;
    expectStatus(await boss.switchTo(), 200);
    const logOut = async () => expectStatus(await boss.call('DELETE', '/v1/session'), 204);
    const { status, body } = await switchingWhile(boss, firm.id, logOut);
    expect([status, body.code, body.reason]).toEqual([401, 'SESSION_ENDED', 'logged-out']);
  });

  it('SWI-5 SES-2 that another switch overtakes does not happen: its token is over', async () => {
    const firm = await company(runtime);
    const { boss } = firm;
    expectStatus(await boss.switchTo(), 200);
    const overtaking = async () => expectStatus(await boss.switchTo(firm.id), 200);
    expect(said(await switchingWhile(boss, firm.id, overtaking))).toBe('SESSION_ENDED');
    // The token of the call that came first is still valid.
    expectStatus(await boss.call('GET', '/v1/session'), 200);
  });

  long('SWI-5 REL-8 to an authorization that is taken back meanwhile does not happen', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    expectStatus(await hand.call('POST', `/v1/authorizations/${id}/confirm`), 200);
    const dismissed = async () => expect((await firm.on(id, '', 'DELETE')).status).toBeLessThan(300);
    expect(said(await switchingWhile(hand, firm.id, dismissed))).toBe('RELATION_NOT_FOUND');
    expect((await hand.call('GET', '/v1/session')).body.session.identity).toEqual({ kind: 'natural' });
  });
});
