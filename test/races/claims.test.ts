import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { feed } from '../flows/support/feed-lines.ts';
import { personLine } from '../flows/support/migration.ts';
import type { Loose, Reply } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  fillProfile,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { morning, openWatchedRuntime, personOf, rows, type WatchedRuntime } from '../support/watched.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

interface Claimant extends Sample {
  readonly id: string;
  readonly personKey: string;
}
/** A registration with every step done except the last one. */
async function ready(who: Sample, extra: object = {}): Promise<Claimant> {
  const id = await startRegistration(runtime, who);
  expectStatus(await fillProfile(runtime, id, who, extra), 200);
  const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return { ...who, id, personKey: await personOf(runtime, id) };
}
const complete = ({ id }: Claimant) => runtime.http('POST', `/v1/registrations/${id}/complete`);
const codes = (replies: readonly Reply<Loose>[]) =>
  replies.map(({ status, body }) => body?.code ?? status).sort();

/** The winner's rows are complete, and nothing of the others was written. */
async function expectOneWinner(claimants: readonly Claimant[], replies: readonly Reply<Loose>[]) {
  const [users, phones, audit] = [
    await rows(runtime, 'Users'),
    await rows(runtime, 'Phones'),
    await rows(runtime, 'Audit'),
  ];
  for (const [index, claimant] of claimants.entries()) {
    const won = replies[index]?.status === 201;
    const user = users.find((item) => item.personKey === claimant.personKey);
    const events = audit.filter((e) => e.subject === claimant.personKey && e.kind === 'registered');
    const owned = phones.filter((item) => item.personKey === claimant.personKey);
    const names = users.filter((item) => item.owner === claimant.personKey);
    if (won) {
      expect(user?.account.status).toBe('active');
      expect(events).toHaveLength(1);
      expect(owned.map((item) => item.phoneKey)).toEqual(user?.phones.map((phone: Loose) => phone.phoneKey));
      expect(names).toHaveLength(user?.username === undefined ? 0 : 1);
      expectStatus(await enterPassword(runtime, claimant.documentNumber, claimant.password), 201);
    } else {
      expect(user).toBeUndefined();
      expect([events, owned, names]).toEqual([[], [], []]);
      expect((await enterPassword(runtime, claimant.documentNumber, claimant.password)).body.code).toBe(
        'USER_NOT_REGISTERED',
      );
    }
  }
}

describe('registration', () => {
  long(
    'PHN-5 REG-1 of five who claim one phone at once one wins; the others are told and nothing of them is written',
    async () => {
      const phone = mobile();
      const claimants: Claimant[] = [];
      // As many codes as the number gets in ten minutes (SMS-1).
      for (let i = 0; i < 5; i++) {
        claimants.push(await ready(person({ phone })));
        await wait(runtime, 60);
      }
      const replies = await Promise.all(claimants.map(complete));
      expect(codes(replies)).toEqual([201, ...Array.from({ length: 4 }, () => 'PHONE_TAKEN')]);
      await expectOneWinner(claimants, replies);
      expect(
        (await rows(runtime, 'Phones')).filter((item) =>
          claimants.some((c) => c.personKey === item.personKey),
        ),
      ).toHaveLength(1);
      // The losers can continue their registrations with another number.
      const loser = claimants.find((_, index) => replies[index]?.status !== 201) as Claimant;
      const other = { ...loser, phone: mobile() };
      expectStatus(await fillProfile(runtime, loser.id, other), 200);
      expectStatus(await complete(loser), 201);
      expectStatus(await enterPassword(runtime, other.phone, loser.password), 201);
    },
  );

  long('USR-1 REG-1 one username in different capitals goes to one', async () => {
    const names = ['RaceName1', 'racename1', 'RACENAME1', 'raceName1', 'RaCeNaMe1', 'Racename1'];
    const claimants = await Promise.all(names.map((username) => ready(person(), { username })));
    const replies = await Promise.all(claimants.map(complete));
    expect(codes(replies)).toEqual([201, ...Array.from({ length: 5 }, () => 'USERNAME_TAKEN')]);
    await expectOneWinner(claimants, replies);
    const winner = replies.findIndex((reply) => reply.status === 201);
    for (const [index, name] of names.entries())
      expect((await enterPassword(runtime, name, 'Wanjiang#2058')).status).toBe(index === winner ? 201 : 404);
  });

  long('REG-3 one person who completes several registrations at once is registered once', async () => {
    const who = person();
    const claimants = await Promise.all(Array.from({ length: 5 }, () => ready({ ...who, phone: mobile() })));
    const replies = await Promise.all(claimants.map(complete));
    expect(codes(replies)).toEqual([201, ...Array.from({ length: 4 }, () => 'ALREADY_REGISTERED')]);
    const [{ personKey }] = claimants as [Claimant];
    const [user] = (await rows(runtime, 'Users')).filter((item) => item.personKey === personKey);
    expect(user?.phones).toHaveLength(1);
    expect((await rows(runtime, 'Phones')).filter((item) => item.personKey === personKey)).toHaveLength(1);
  });

  long('REG-1 one registration completed ten times at once counts once', async () => {
    const who = await ready(person());
    const replies = await Promise.all(Array.from({ length: 10 }, () => complete(who)));
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
    for (const { status, body } of replies)
      if (status !== 201) expect(['STATE_CONFLICT', 'ALREADY_REGISTERED']).toContain(body.code);
    const events = (await rows(runtime, 'Audit')).filter(
      (e) => e.subject === who.personKey && e.kind === 'registered',
    );
    expect(events).toHaveLength(1);
  });

  long(
    'PHN-3 PHN-5 of three who take one phone over at once one gets it and the former holder loses it once',
    async () => {
      const holder = await registered(runtime);
      const claimants: Claimant[] = [];
      // In ten minutes strangers get three of the five codes of an owned number (SMS-4). The holder's own code was sent
      // in the window before, when nobody owned the number.
      await wait(runtime, 601);
      for (let i = 0; i < 3; i++) {
        await wait(runtime, 60);
        claimants.push(await ready(person({ phone: holder.phone }), { takeoverPhone: true }));
      }
      const replies = await Promise.all(claimants.map(complete));
      // Each may take the number from the one before, because all have the code and a face. Every other one was told
      // why it was refused.
      for (const { status, body } of replies) if (status !== 201) expect(body.code).toBe('PHONE_TAKEN');
      const winners = claimants.filter((_, index) => replies[index]?.status === 201);
      expect(winners.length).toBeGreaterThanOrEqual(1);
      const users = await rows(runtime, 'Users');
      const [claimed] = (await rows(runtime, 'Phones')).filter((item) =>
        winners.some((w) => w.personKey === item.personKey),
      );
      const owners = users.filter((item) =>
        item.phones?.some((own: Loose) => own.phoneKey === claimed?.phoneKey),
      );
      expect(owners.map((owner) => owner.personKey)).toEqual([claimed?.personKey]);
      const lost = (await rows(runtime, 'Audit')).filter((event) => event.kind === 'phone-lost');
      expect(lost).toHaveLength(winners.length);
      const formerly = await enterPassword(runtime, holder.documentNumber, holder.password);
      expect(formerly.body.secondFactors).toEqual([{ method: 'face' }]);
    },
  );
});

describe('an import while its line is being written', () => {
  const importing = (who: Sample, meanwhile: () => Promise<unknown>) =>
    whileHeld(
      runtime,
      { function: 'registry-feed', table: 'Phones' },
      () => feed(runtime, personLine(who)),
      meanwhile,
    );
  const warned = (report: unknown) =>
    (report as { warnings?: { code: string }[] }).warnings?.map(({ code }) => code);

  it('MIG-1 PHN-5 a number that somebody proves by SMS meanwhile stays theirs', async () => {
    const claimant = await ready(person());
    const report = await importing(person({ phone: claimant.phone }), async () =>
      expectStatus(await complete(claimant), 201),
    );
    expect(warned(report)).toEqual(['PHONE_OF_ANOTHER']);
    expectStatus(await enterPassword(runtime, claimant.phone, claimant.password), 201);
  });

  it('MIG-1 a number that two other lines contest meanwhile is nobody’s, and not this line’s either', async () => {
    const phone = mobile();
    const report = await importing(person({ phone }), async () => {
      await feed(runtime, personLine(person({ phone })));
      expect(warned(await feed(runtime, personLine(person({ phone }))))).toEqual(['PHONE_EMPTIED']);
    });
    expect(warned(report)).toEqual(['PHONE_REFUSED']);
    const contested = (await rows(runtime, 'Phones')).filter(
      (row) => row.contested && row.imported === undefined,
    );
    expect(contested.filter(({ personKey }) => personKey === undefined)).toHaveLength(1);
  });
});
