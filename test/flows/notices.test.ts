import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowing } from '../support/patience.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  expectStatus,
  fillProfile,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { addPhone, masked, newcomer, ownFace, phonesOf, type SignedIn, signIn } from './support/account.ts';
import { feed } from './support/feed-lines.ts';
import { moved, personLine } from './support/migration.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({ policies: { smsNumbersPerTicket: 20, smsSendsPerTicket: 20 } }, null);
});
afterAll(() => runtime?.finish());

const fresh = 'Kuaiji!58ws';
/** The notices that each of these numbers got because of an action, the oldest first. */
async function told(phones: readonly string[], action: () => Promise<unknown>): Promise<string[][]> {
  const at = (phone: string) => runtime.sms(phone).filter(({ purpose }) => purpose === 'notice');
  const before = phones.map((phone) => at(phone).length);
  await action();
  return phones.map((phone, i) =>
    at(phone)
      .slice(0, at(phone).length - (before[i] ?? 0))
      .map(({ text }) => text)
      .reverse(),
  );
}
/** A person with three numbers; the first one is the default. */
async function withThree(): Promise<{ who: SignedIn; numbers: [string, string, string] }> {
  const who = await newcomer(runtime);
  const numbers: [string, string, string] = [who.phone, mobile(), mobile()];
  for (const phone of numbers.slice(1)) {
    await wait(runtime, 61);
    expectStatus(await addPhone(runtime, who, phone), 201);
  }
  return { who, numbers };
}
const idOf = async (who: SignedIn, phone: string): Promise<string> =>
  (await phonesOf(who)).find(({ maskedPhone }) => maskedPhone === masked(phone))?.phoneId;
const all = (count: number, text: string) => Array(count).fill([expect.stringContaining(text)]);

describe('PWD-3 notices go to every number that the person held before', () => {
  long(
    'PWD-3 PHN-2 adding one, also as the default, is told at the old ones and not at the new',
    async () => {
      const { who, numbers } = await withThree();
      const [added, first] = [mobile(), mobile()];
      await wait(runtime, 61);
      expect(
        await told([...numbers, added], async () => expectStatus(await addPhone(runtime, who, added), 201)),
      ).toEqual([...all(3, `已新增手机号码${masked(added)}`), []]);
      await wait(runtime, 61);
      expect(
        await told([...numbers, added, first], async () =>
          expectStatus(await addPhone(runtime, who, first, { makeDefault: true }), 201),
        ),
      ).toEqual([...all(4, `新增并改用默认手机号码${masked(first)}`), []]);
    },
  );

  it('PWD-3 PHN-2 another default and a deleted number are told at all, the deleted one included', async () => {
    const { who, numbers } = await withThree();
    const [, second] = numbers;
    const makeDefault = async () =>
      expectStatus(await who.api('PUT', `/v1/account/phones/${await idOf(who, second)}/default`), 204);
    expect(await told(numbers, makeDefault)).toEqual(all(3, `默认手机号码已改为${masked(second)}`));
    // A call that changes nothing informs nobody.
    expect(await told(numbers, makeDefault)).toEqual([[], [], []]);
    const gone = numbers[2];
    expect(
      await told(numbers, async () =>
        expectStatus(await who.api('DELETE', `/v1/account/phones/${await idOf(who, gone)}`), 204),
      ),
    ).toEqual(all(3, `已移除手机号码${masked(gone)}`));
    // The number no longer belongs to the person, so no later notice goes to it.
    expect(
      await told(numbers, async () =>
        expectStatus(
          await who.api('PUT', '/v1/account/password', { oldPassword: who.password, newPassword: fresh }),
          204,
        ),
      ),
    ).toEqual([...all(2, '密码已修改'), []]);
  });

  long('PWD-3 USR-1 a password, a reset, a username and 用户注销', async () => {
    const { who, numbers } = await withThree();
    expect(
      await told(numbers, async () =>
        expectStatus(
          await who.api('PUT', '/v1/account/username', { username: `Yu${Date.now() % 1e9}` }),
          200,
        ),
      ),
    ).toEqual(all(3, '用户名'));
    const reset = async () => {
      const { resetId } = expectStatus(
        await runtime.http('POST', '/v1/password-resets', {
          account: who.documentNumber,
          name: who.name,
          documentNumber: who.documentNumber,
        }),
        201,
      ).body;
      const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/face`), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      expectStatus(
        await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, {
          faceTicket: scan.ticket,
          newPassword: fresh,
        }),
        204,
      );
    };
    expect(await told(numbers, reset)).toEqual(all(3, '密码已修改'));
    const again = await signIn(runtime, { ...who, password: fresh });
    const faceTicket = await ownFace(runtime, again);
    expect(
      await told(numbers, async () =>
        expectStatus(
          await again.api('POST', '/v1/account/deregistration', { password: fresh, faceTicket }),
          204,
        ),
      ),
    ).toEqual(all(3, '账号已注销'));
    // REG-4: an ended account has no number. The notice of the new registration goes to the new number.
    const back = { ...who, phone: mobile(), password: 'Chaohu~61mw' };
    expect(await told([back.phone, ...numbers], () => registered(runtime, back))).toEqual([
      [expect.stringContaining('重新注册并恢复')],
      [],
      [],
      [],
    ]);
    const newcomers = person();
    expect(await told([newcomers.phone], () => registered(runtime, newcomers))).toEqual([[]]);
  });

  long(
    'PWD-3 PHN-3 a number taken over is told to its former holder at the numbers that are left',
    async () => {
      const { who: former, numbers } = await withThree();
      const [first, second, third] = numbers;
      const taker = await newcomer(runtime);
      await wait(runtime, 61);
      const faceTicket = await ownFace(runtime, taker);
      expect(
        await told([...numbers, taker.phone], async () =>
          expectStatus(await addPhone(runtime, taker, first, { takeover: true, faceTicket }), 201),
        ),
      ).toEqual([
        [],
        ...all(2, `手机号码已由他人验证认领，已从您的账号移除${masked(first)}`),
        all(1, '已新增')[0],
      ]);
      // The number is taken over by a registration, and by 找回手机号码.
      await wait(runtime, 61);
      const joining = person({ phone: second });
      const join = async () => {
        const id = await startRegistration(runtime, joining);
        expectStatus(await fillProfile(runtime, id, joining, { takeoverPhone: true }), 200);
        const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
        expectStatus(await scanFace(runtime, scan.qrContent), 200);
        expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
      };
      expect(await told([first, second, third], join)).toEqual([[], [], all(1, masked(second))[0]]);
      expect(await phonesOf(former)).toHaveLength(1);
    },
  );

  long(
    'PWD-3 PHN-4 找回手机号码 is told at every number of before, and the former holder is told, too',
    async () => {
      const { who, numbers } = await withThree();
      const { who: holder, numbers: held } = await withThree();
      const [taken] = held;
      await wait(runtime, 61);
      const recover = async () => {
        const { recoveryId } = expectStatus(
          await runtime.http('POST', '/v1/phone-recoveries', {
            ...named(who),
            password: who.password,
            newPhone: taken,
          }),
          201,
        ).body;
        const path = `/v1/phone-recoveries/${recoveryId}`;
        expectStatus(await runtime.http('POST', `${path}/sms`), 202);
        const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
        expectStatus(await scanFace(runtime, scan.qrContent), 200);
        expectStatus(
          await runtime.http('POST', `${path}/complete`, {
            smsCode: await codeFor(runtime, taken),
            faceTicket: scan.ticket,
            takeover: true,
          }),
          204,
        );
      };
      expect(await told([...numbers, ...held], recover)).toEqual([
        ...all(3, masked(taken)),
        [],
        ...all(2, '由他人验证认领'),
      ]);
      expect(await phonesOf(holder)).toHaveLength(2);
    },
  );

  it('PWD-3 MIG-1 a number that an import takes from somebody is told at those that are left', async () => {
    const [kept, doubtful] = [mobile(), mobile()];
    const first = person({ phone: kept });
    await moved(runtime, first, { phones: [kept, doubtful] });
    const other = person({ phone: doubtful });
    expect(await told([kept, doubtful], () => feed(runtime, personLine(other, 1)))).toEqual([
      [expect.stringContaining(masked(doubtful))],
      [],
    ]);
  });

  long('PWD-3 ERR-01 a provider that is away or hangs costs neither the change nor the answer', async () => {
    const { who, numbers } = await withThree();
    for (const [index, kind] of (['error500', 'timeout'] as const).entries()) {
      const id = await idOf(who, numbers[index + 1] ?? '');
      runtime.faults.add({ service: 'sms', kind, times: Number.POSITIVE_INFINITY });
      const begun = Date.now();
      try {
        expect((await who.api('PUT', `/v1/account/phones/${id}/default`)).status).toBe(204);
      } finally {
        runtime.faults.clear();
      }
      expect(Date.now() - begun).toBeLessThan(allowing(3500));
      expect((await phonesOf(who)).find(({ phoneId }) => phoneId === id)?.isDefault).toBe(true);
    }
  });
});

const named = ({ name, documentType, documentNumber }: Sample) => ({ name, documentType, documentNumber });
