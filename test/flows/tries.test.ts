import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { localPartner } from '../support/channel-partner.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  askRegistration,
  codeFor,
  enterPassword,
  expectStatus,
  registered,
  sendRegistrationCode,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { agencyFirm, claimed, client, entering } from './support/agencies.ts';
import { collectionLine, personWith } from './support/documents.ts';
import { orderAtHall } from './support/orders.ts';
import { company, counter } from './support/staff.ts';
import { events, eventsOf, rowsOf } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({}, null);
});
afterAll(() => runtime?.finish());

const free = defaultPolicies.missesBeforeChallenge;
const start = (who: Sample, changes: object = {}) => askRegistration(runtime, who, changes);
const reset = (who: Sample, changes: object = {}) =>
  runtime.http('POST', '/v1/password-resets', {
    account: who.documentNumber,
    name: who.name,
    documentNumber: who.documentNumber,
    ...changes,
  });
const surnames = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章';
const wrongNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${surnames[i % surnames.length]}查无${'甲乙丙'[i % 3]}`);
const codes = (replies: readonly { body: { code?: string } }[]): Record<string, number> => {
  const counted: Record<string, number> = {};
  for (const { body } of replies) {
    const code = body?.code ?? 'ok';
    counted[code] = (counted[code] ?? 0) + 1;
  }
  return counted;
};
const solution = async (reply: { body: { challenge?: unknown } }) => solve(reply.body.challenge as never);
/** A person with a real-name record and without an account. */
async function collected(who = personWith('208')): Promise<Sample> {
  expect(await runtime.registry(collectionLine(who))).toMatchObject({ accepted: 1 });
  return who;
}

describe('REG-9 names tried against a document', () => {
  long(
    'REG-9 after twenty misses of a day each further try wants a challenge, the right name too',
    async () => {
      const who = await collected();
      const replies = await Promise.all(wrongNames(60).map((name) => start(who, { name })));
      expect(codes(replies)).toEqual({ PERSON_MISMATCH: free, CHALLENGE_REQUIRED: 60 - free });
      for (const changes of [{}, { name: '不同人' }, { consents: ['privacy'] }])
        expect((await start(who, changes)).body.code).toBe('CHALLENGE_REQUIRED');
      // A try with a solved challenge is judged, whether it is right or wrong.
      const asked = await start(who);
      expect((await start(who, { name: '不同人', challenge: await solution(asked) })).body.code).toBe(
        'PERSON_MISMATCH',
      );
      expect((await start(who, { challenge: await solution(await start(who)) })).status).toBe(201);
      // Other documents are not affected, and on the next day the count begins again.
      expect((await start(await collected())).status).toBe(201);
      await wait(runtime, 86_400);
      expect((await start(who)).status).toBe(201);
    },
  );

  it('REG-9 AUD-1 each refused try stands in the history of the document’s key, without name or number', async () => {
    const who = await collected();
    const happened = await eventsOf(runtime, async () => {
      await start(who, { name: '查无此人' });
      await start(personWith('299'));
    });
    expect(happened).toMatchObject([
      { kind: 'identity-refused', outcome: 'failure', channel: 'web', detail: { reason: 'name' } },
    ]);
    const text = JSON.stringify(happened);
    for (const secret of ['查无此人', who.name, who.documentNumber, who.phone])
      expect(text).not.toContain(secret);
    const refused = await eventsOf(runtime, () => start(who, { name: '查无此人', challenge: 'no solution' }));
    expect(refused).toEqual([]);
  });

  long('REG-9 that somebody is registered already is told within the same tries', async () => {
    const who = await registered(runtime);
    const happened = await eventsOf(runtime, () => start(who));
    expect(happened).toMatchObject([{ kind: 'identity-refused', detail: { reason: 'already-registered' } }]);
    await Promise.all(wrongNames(free).map((name) => start(who, { name })));
    expect((await start(who)).body.code).toBe('CHALLENGE_REQUIRED');
    // The count locks nobody.
    expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
  });

  long('REG-9 PWD-1 忘记密码 is no other way to try names and numbers', async () => {
    const who = await registered(runtime);
    const replies = await Promise.all(wrongNames(30).map((name) => reset(who, { name })));
    expect(codes(replies)).toEqual({ IDENTITY_MISMATCH: free, CHALLENGE_REQUIRED: 30 - free });
    expect((await reset(who)).body.code).toBe('CHALLENGE_REQUIRED');
    expect((await start(who)).body.code).toBe('CHALLENGE_REQUIRED');
    expect((await reset(who, { challenge: await solution(await reset(who)) })).status).toBe(201);
  });
});

describe('REG-9 names tried by people in a session', () => {
  const triesOf = async (count: number, attempt: (name: string) => Promise<{ body: { code?: string } }>) =>
    codes(await Promise.all(wrongNames(count).map(attempt)));

  long('REG-9 REL-5 AUD-1 whoever invites has the tries of the document, the right name too', async () => {
    const firm = await company(runtime);
    const who = await registered(runtime);
    const invite = (more: object = {}) => firm.invite(who, { role: 'tax-handler', ...more });
    const happened = await eventsOf(runtime, async () => {
      expect(await triesOf(25, (name) => invite({ name }))).toEqual({
        PERSON_MISMATCH: free,
        CHALLENGE_REQUIRED: 25 - free,
      });
    });
    expect(happened).toHaveLength(free);
    for (const event of happened)
      expect(event).toMatchObject({
        kind: 'identity-refused',
        outcome: 'failure',
        detail: { reason: 'name' },
      });
    const asked = await invite();
    expect(asked.body.code).toBe('CHALLENGE_REQUIRED');
    expect((await invite({ challenge: 'no solution' })).body.code).toBe('CHALLENGE_REQUIRED');
    expect((await invite({ challenge: await solution(asked) })).status).toBe(201);
  });

  long(
    'REG-9 AGY-1 so has whoever puts people on a staff form; those who stand there are no try',
    async () => {
      const agency = await agencyFirm(runtime);
      const [who, other] = [await registered(runtime), person()];
      const put = (agents: readonly object[], more: object = {}) =>
        agency.api('PUT', '/v1/agency/staff', { agents, ...more });
      const listed = expectStatus(await put([claimed(other)]), 200).body.agents[0];
      for (const name of wrongNames(free))
        expect((await put([claimed({ ...who, name })])).body).toMatchObject({
          code: 'PERSON_MISMATCH',
          reason: 'agents.0',
        });
      expect((await put([claimed({ ...who, name: '查无此人' })])).body.code).toBe('CHALLENGE_REQUIRED');
      const asked = await put([{ agentId: listed.agentId }, claimed(who)]);
      expect(asked.body.code).toBe('CHALLENGE_REQUIRED');
      expectStatus(await put([{ agentId: listed.agentId }]), 200);
      const both = await put([{ agentId: listed.agentId }, claimed(who)], {
        challenge: await solution(asked),
      });
      expect(expectStatus(both, 200).body.agents).toHaveLength(2);
    },
  );

  long(
    'REG-9 STP-3 what a terminal tries counts against the document, and stops nobody at the terminal',
    async () => {
      const who = await registered(runtime);
      const terminal = localPartner(runtime, 'terminal', { office: '蜀山区自助办税厅 03' });
      const shown = (name: string) =>
        terminal.startVerification({ ...who, name }, 'taxpayer.cancel', 'registration');
      const tried = await eventsOf(runtime, async () => {
        expect(await triesOf(free, shown)).toEqual({ PERSON_MISMATCH: free });
      });
      expect(tried).toHaveLength(free);
      expect((await shown(who.name)).status).toBe(200);
      expect((await start(who)).body.code).toBe('CHALLENGE_REQUIRED');
    },
  );

  long(
    'REG-9 AGY-1 what else is wrong with a form or an agreement tells nothing of a name beyond the free tries',
    async () => {
      const agency = await agencyFirm(runtime);
      const [who, other, clientId] = [
        await registered(runtime),
        await registered(runtime),
        await client(runtime),
      ];
      const put = (agents: readonly object[], more: object = {}) =>
        agency.api('PUT', '/v1/agency/staff', { agents, ...more });
      const enter = (agents: readonly object[], more: object = {}) =>
        agency.api('POST', '/v1/agency/agreements', { ...entering(clientId, agents), ...more });
      expectStatus(await put([claimed(who), claimed(other)]), 200);
      const tried = await eventsOf(runtime, async () => {
        const replies = await Promise.all(
          wrongNames(free).map((name, at) =>
            at % 2 ? put([claimed({ ...who, name })]) : enter([claimed({ ...who, name })]),
          ),
        );
        expect(codes(replies)).toEqual({ PERSON_MISMATCH: free });
      });
      expect(tried).toHaveLength(free);
      expect(tried[0]).toMatchObject({
        kind: 'identity-refused',
        outcome: 'failure',
        detail: { reason: 'name' },
      });
      const nobody = claimed({ ...other, name: '查无此人' });
      // With the right and with a wrong name the answers are the same, whatever else is wrong with the call.
      const answersTo = async (name: string) => {
        const guess = claimed({ ...who, name });
        const replies = [
          await put([guess]),
          await put([guess], { revision: 999 }),
          await put([guess, { agentId: 'x'.repeat(32) }]),
          await put([guess, nobody]),
          await put([nobody, guess]),
          await enter([guess]),
          await enter([guess], { clientId: creditCode() }),
          await enter([guess, claimed(person())]),
          await enter([guess, nobody]),
          await enter([nobody, guess]),
        ];
        return replies.map(({ status, body }) => body?.code ?? status);
      };
      const answers = await answersTo(who.name);
      expect(answers).toEqual(await answersTo('查无此人'));
      expect(answers.filter((code) => code === 'CHALLENGE_REQUIRED').length).toBeGreaterThanOrEqual(6);
      const challenge = await solution(await enter([claimed(who)]));
      expectStatus(await enter([claimed(who)], { challenge }), 201);
    },
  );

  long(
    'REG-9 CHN-1 AUD-1 what a counter tries counts against the document, with officer and office',
    async () => {
      const firm = await company(runtime);
      const who = await registered(runtime);
      const asked = (path: string, body: object) => counter(runtime)('POST', path, body);
      const wrong = { ...claimed(who), name: '查无此人' };
      const tries = [
        () => asked('/v1/hall/collections', { person: wrong, phone: who.phone }),
        () => asked('/v1/hall/relations', { taxpayerId: firm.id, person: wrong, role: 'tax-handler' }),
        () => orderAtHall(runtime, who, 'end-sessions', { person: wrong }),
        () =>
          localPartner(runtime, 'hall', { officer: '3401001', office: '合肥市办税服务厅' }).startVerification(
            { ...who, name: wrong.name },
            'taxpayer.cancel',
            'registration',
          ),
      ];
      const happened = await eventsOf(runtime, async () => {
        for (let at = 0; at < free; at++)
          expect((await tries[at % tries.length]?.())?.body.code).toBe('PERSON_MISMATCH');
      });
      expect(happened).toHaveLength(free);
      for (const event of happened)
        expect(event).toMatchObject({
          kind: 'identity-refused',
          outcome: 'failure',
          channel: 'hall',
          detail: { reason: 'name', officer: '3401001', office: '合肥市办税服务厅' },
        });
      expect(JSON.stringify(happened)).not.toContain('查无此人');
      // A counter needs no challenge; everybody else does.
      expect((await tries[0]?.())?.body.code).toBe('PERSON_MISMATCH');
      expect((await start(who)).body.code).toBe('CHALLENGE_REQUIRED');
    },
  );
});

describe('REG-9 numbers tried against a hall record', () => {
  long('REG-9 REG-2 are counted over all tickets, five each, with the right number among them', async () => {
    const who = await collected(personWith('241'));
    for (let ticket = 0; ticket < free / 5; ticket++) {
      const id = await startRegistration(runtime, who);
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => sendRegistrationCode(runtime, id, mobile())),
      );
      expect(codes(replies)).toEqual({ IDENTITY_MISMATCH: 5 });
    }
    const asked = await start(who);
    expect(asked.body.code).toBe('CHALLENGE_REQUIRED');
    const id = expectStatus(await start(who, { challenge: await solution(asked) }), 201).body.registrationId;
    const send = (phone: string, challenge?: string) =>
      runtime.http('POST', `/v1/registrations/${id}/sms`, { phone, challenge });
    for (const phone of [mobile(), who.phone])
      expect((await send(phone)).body.code).toBe('CHALLENGE_REQUIRED');
    expect(runtime.sms(who.phone)).toEqual([]);
    const solved = await send(who.phone, await solution(await send(who.phone)));
    expectStatus(solved, 202);
    // A full SMS window does not show either whether the number is right.
    expect((await send(who.phone)).body.code).toBe('CHALLENGE_REQUIRED');
    expect(await codeFor(runtime, who.phone)).toMatch(/^\d{6}$/);
  });
});

describe('REG-9 找回手机号码 for nobody', () => {
  it('REG-9 UNL-1 leaves no lock, no event and nothing for the night, and answers like any other', async () => {
    const nobody = person();
    const recover = () =>
      runtime.http('POST', '/v1/phone-recoveries', {
        name: nobody.name,
        documentType: nobody.documentType,
        documentNumber: nobody.documentNumber,
        password: nobody.password,
        newPhone: mobile(),
      });
    const before = [await rowsOf(runtime, 'Lockouts'), await events(runtime)];
    const replies = [];
    for (let i = 0; i < 7; i++) replies.push(await recover());
    expect(replies.map(({ body }) => body.remainingAttempts ?? body.code)).toEqual([
      4,
      3,
      2,
      1,
      ...Array(3).fill('ACCOUNT_LOCKED'),
    ]);
    expect([await rowsOf(runtime, 'Lockouts'), await events(runtime)]).toEqual(before);
    // A person who registers with this document on the same day has an unlocked account.
    await registered(runtime, nobody);
    expect((await enterPassword(runtime, nobody.documentNumber, nobody.password)).status).toBe(201);
    const locked = (await rowsOf(runtime, 'Lockouts')).filter(({ lockedAt }) => lockedAt !== undefined);
    expect(locked).toEqual([]);
  });
});
