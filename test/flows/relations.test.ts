import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCode } from '../support/credit-codes.ts';
import { person, type Sample } from '../support/people.ts';
import {
  expectStatus,
  loggedInByFace,
  openTestRuntime,
  registered,
  type TestRuntime,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { authorizationsOf, feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { eventsOf, rowsOf } from './support/tables.ts';

describe('legal representatives from the registry', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime();
  });
  afterAll(() => runtime?.stop());

  const signedIn = async (who: Sample = person()) => {
    await registered(runtime, who);
    return { who, token: (await loggedInByFace(runtime, who)).session.accessToken as string };
  };
  const listed = async (token: string, state: string, taxpayerId: string) =>
    expectStatus(await authorizationsOf(runtime, token, state), 200).body.authorizations.filter(
      (one: { taxpayerId: string }) => one.taxpayerId === taxpayerId,
    );

  long('REL-2 a legal representative is active by itself in a confirmed company', async () => {
    const { who, token } = await signedIn();
    const id = creditCode();
    expect(await feed(runtime, taxpayer(id), legalRepresentative(id, who))).toMatchObject({
      accepted: 2,
      rejected: [],
    });
    expect(await listed(token, 'active', id)).toEqual([
      {
        authorizationId: expect.stringMatching(/^[\w-]{32}$/),
        taxpayerId: id,
        taxpayerName: '合肥春晓科技有限公司',
        role: 'legal-representative',
        state: 'active',
        direction: 'invited',
        permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
        refusable: false,
        updatedAt: expect.stringMatching(/\+08:00$/),
        revision: expect.any(String),
      },
    ]);
    expect(await listed(token, 'pending', id)).toEqual([]);
    expect(await listed(token, 'history', id)).toEqual([]);
  });

  long(
    'ENT-3 takes company and legal representative in either order, and before the person has an account',
    async () => {
      const who = person();
      const [first, second] = [creditCode(), creditCode()];
      await feed(runtime, legalRepresentative(first, who), taxpayer(first));
      await feed(runtime, taxpayer(second), legalRepresentative(second, who));
      const { token } = await signedIn(who);
      expect(await listed(token, 'active', first)).toHaveLength(1);
      expect(await listed(token, 'active', second)).toHaveLength(1);
    },
  );

  long('REL-2 waits with a company that waits for confirmation and takes effect with it', async () => {
    const { who, token } = await signedIn();
    const id = creditCode();
    await feed(runtime, taxpayer(id, 1, { state: 'awaiting-confirmation' }), legalRepresentative(id, who));
    const [waiting] = await listed(token, 'pending', id);
    expect(waiting).toMatchObject({ state: 'pending', refusable: false });
    const happened = await eventsOf(runtime, () => feed(runtime, taxpayer(id, 2)));
    expect(await listed(token, 'pending', id)).toEqual([]);
    expect(await listed(token, 'active', id)).toMatchObject([{ authorizationId: waiting.authorizationId }]);
    expect(happened.map((event) => event.kind).sort()).toEqual([
      'company-state',
      'relation-active',
      'relation-active',
    ]);
    expect(new Set(happened.map((event) => event.subject)).size).toBe(2);
  });

  long(
    'REL-2 REL-10 a new one supersedes the old in one transaction that both find in their history',
    async () => {
      const [old, fresh] = [await signedIn(), await signedIn()];
      const id = creditCode();
      await feed(runtime, taxpayer(id), legalRepresentative(id, old.who));
      const happened = await eventsOf(runtime, () => feed(runtime, legalRepresentative(id, fresh.who, 2)));
      expect(await listed(old.token, 'active', id)).toEqual([]);
      expect(await listed(old.token, 'history', id)).toMatchObject([{ state: 'superseded' }]);
      expect(await listed(fresh.token, 'active', id)).toHaveLength(1);
      expect(happened.map((event) => event.kind).sort()).toEqual([
        'relation-active',
        'relation-active',
        'relation-superseded',
        'relation-superseded',
      ]);
      expect(new Set(happened.map((event) => event.subject)).size).toBe(3);
      for (const event of happened) expect(event.channel).toBe('exchange');
      expect(JSON.stringify(happened)).not.toContain(old.who.name);
    },
  );

  long('REL-10 who comes back begins a new authorization and keeps the old record', async () => {
    const { who, token } = await signedIn();
    const id = creditCode();
    await feed(runtime, taxpayer(id), legalRepresentative(id, who));
    const [before] = await listed(token, 'active', id);
    await feed(runtime, legalRepresentative(id, person(), 2), legalRepresentative(id, who, 3));
    const [now] = await listed(token, 'active', id);
    expect(now.authorizationId).not.toBe(before.authorizationId);
    expect(await listed(token, 'history', id)).toMatchObject([
      { authorizationId: before.authorizationId, state: 'superseded' },
    ]);
    const guards = (await rowsOf(runtime, 'Relationships')).filter((row) => row.relation === 'guard');
    const at = (authorizationId: string) =>
      guards.find((row) => row.personKey === `authorization#${authorizationId}`)?.at;
    expect(at(before.authorizationId)).toMatch(/^history#/);
    expect(at(now.authorizationId)).toBe(`c_${id}#legal-representative`);
  });

  long('REL-2 a removal ends it; one of somebody who is not the one any more changes nothing', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const id = creditCode();
    await feed(
      runtime,
      taxpayer(id),
      legalRepresentative(id, one.who),
      legalRepresentative(id, other.who, 2),
    );
    expect(await feed(runtime, legalRepresentative(id, one.who, 3, { removed: true }))).toMatchObject({
      accepted: 1,
    });
    expect(await listed(other.token, 'active', id)).toHaveLength(1);
    await feed(runtime, legalRepresentative(id, other.who, 4, { removed: true }));
    expect(await listed(other.token, 'active', id)).toEqual([]);
    expect(await listed(other.token, 'history', id)).toMatchObject([{ state: 'deleted' }]);
  });

  long('ENT-3 a stale line is counted and changes nothing, whichever object it is of', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const id = creditCode();
    await feed(runtime, taxpayer(id, 5), legalRepresentative(id, one.who, 5));
    expect(
      await feed(
        runtime,
        taxpayer(id, 5, { name: '另一家公司' }),
        taxpayer(id, 4, { state: 'cancelled' }),
        legalRepresentative(id, other.who, 5),
        legalRepresentative(id, one.who, 3, { removed: true }),
      ),
    ).toMatchObject({ accepted: 0, stale: 4, rejected: [] });
    expect(await listed(one.token, 'active', id)).toMatchObject([{ taxpayerName: '合肥春晓科技有限公司' }]);
    expect(await listed(other.token, 'active', id)).toEqual([]);
  });

  it('ENT-3 a removal that overtook its appointment keeps the older appointment out', async () => {
    const { who, token } = await signedIn();
    const id = creditCode();
    await feed(
      runtime,
      taxpayer(id),
      legalRepresentative(id, who, 3, { removed: true }),
      legalRepresentative(id, who, 2),
    );
    expect(await listed(token, 'active', id)).toEqual([]);
  });

  long(
    'ENT-3 ENT-4 a renamed company shows its new name, a cancelled one is history, and nothing comes alive again by itself',
    async () => {
      const { who, token } = await signedIn();
      const id = creditCode();
      await feed(
        runtime,
        taxpayer(id),
        legalRepresentative(id, who),
        taxpayer(id, 2, { name: '合肥秋实科技有限公司' }),
      );
      expect(await listed(token, 'active', id)).toMatchObject([{ taxpayerName: '合肥秋实科技有限公司' }]);
      await feed(runtime, taxpayer(id, 3, { state: 'cancelled' }));
      expect(await listed(token, 'active', id)).toEqual([]);
      // The relation leaves the list of live relations at once, and appears in the history when the copies are updated.
      await runtime.settled();
      expect(await listed(token, 'history', id)).toMatchObject([
        { state: 'company-cancelled', refusable: false },
      ]);
      await feed(runtime, taxpayer(id, 4));
      expect(await listed(token, 'active', id)).toEqual([]);
      expect(await listed(token, 'history', id)).toMatchObject([{ state: 'company-cancelled' }]);
      await feed(runtime, legalRepresentative(id, who, 2));
      expect(await listed(token, 'active', id)).toHaveLength(1);
      // The record of the earlier term does not change.
      expect(await listed(token, 'history', id)).toMatchObject([{ state: 'company-cancelled' }]);
    },
  );

  long(
    'ENT-3 ENT-4 a line is taken whether or not its copies can be brought; they follow when they can',
    async () => {
      const { who, token } = await signedIn();
      const id = creditCode();
      await feed(runtime, taxpayer(id), legalRepresentative(id, who));
      await runtime.settled();
      for (const name of ['company-copies', 'copies-continued'])
        runtime.faults.add({
          function: name,
          table: 'Relationships',
          action: 'Query',
          kind: 'error500',
          times: 1_000,
        });
      expect(await feed(runtime, taxpayer(id, 2, { name: '合肥新名有限公司' }))).toMatchObject({
        accepted: 1,
      });
      await runtime.settled();
      // The copies are still old, but the list shows the company's present data.
      const copies = async () =>
        (await rowsOf(runtime, 'Relationships')).filter(({ companyKey }) => companyKey === `c_${id}`);
      expect(await copies()).toMatchObject([{ taxpayerName: '合肥春晓科技有限公司' }]);
      expect(await listed(token, 'active', id)).toMatchObject([{ taxpayerName: '合肥新名有限公司' }]);
      runtime.faults.clear();
      runtime.clock.advance(181);
      await runtime.settled();
      expect(await copies()).toMatchObject([{ taxpayerName: '合肥新名有限公司' }]);
      expect(await listed(token, 'active', id)).toMatchObject([{ taxpayerName: '合肥新名有限公司' }]);
    },
  );

  long(
    'DOC-5 a number already held by another name is refused, and leaves the company as it was',
    async () => {
      const { who } = await signedIn();
      const id = creditCode();
      const report = await feed(runtime, taxpayer(id), legalRepresentative(id, { ...who, name: '不同人' }));
      expect(report).toMatchObject({ accepted: 1, rejected: [{ line: 2, code: 'PERSON_MISMATCH' }] });
      const row = (await rowsOf(runtime, 'Taxpayers')).find((one) => one.companyKey === `c_${id}`);
      expect(row?.legalRepresentative).toBeUndefined();
    },
  );

  it('DOC-4 a number that is a person’s stands sealed in the tables and masked in the answers', async () => {
    const { who, token } = await signedIn();
    const owner = person();
    await feed(
      runtime,
      taxpayer(owner.documentNumber, 1, { name: '合肥市小吃店', subject: ['sole-proprietor'] }),
      legalRepresentative(owner.documentNumber, who),
    );
    const shown = await listed(
      token,
      'active',
      `${owner.documentNumber.slice(0, 3)}***********${owner.documentNumber.slice(-4)}`,
    );
    expect(shown).toMatchObject([{ taxpayerName: '合肥市小吃店' }]);
    for (const table of ['Taxpayers', 'Relationships', 'Audit'])
      expect(JSON.stringify(await rowsOf(runtime, table))).not.toContain(owner.documentNumber);
  });

  long('REL-10 appointments that arrive at once leave exactly one legal representative', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => signedIn()));
    const id = creditCode();
    await feed(runtime, taxpayer(id));
    const order = [3, 1, 4, 2];
    await Promise.all(
      people.map(({ who }, i) =>
        runtime.invoke('registry-feed', {
          lines: [JSON.stringify(legalRepresentative(id, who, order[i]))],
        }),
      ),
    );
    const active = await Promise.all(people.map(({ token }) => listed(token, 'active', id)));
    expect(active.map((list) => list.length)).toEqual([0, 0, 1, 0]);
    const rows = (await rowsOf(runtime, 'Relationships')).filter((row) => row.companyKey === `c_${id}`);
    expect(rows.filter((row) => row.state === 'active')).toHaveLength(1);
    expect(rows.filter((row) => !['active', 'superseded'].includes(String(row.state)))).toEqual([]);
  });
});
