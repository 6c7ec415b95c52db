/** @module-tag grants */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type ChannelAction, channelMay } from '#domain/channels.ts';
import { type Channel, channels } from '#domain/names.ts';
import {
  channelPartner,
  localPartner,
  loggedInByQr,
  newPartnerKey,
  type Partner,
  pollScan,
  signedBy,
  workingAs,
} from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { person } from '../support/people.ts';
import { expectStatus, loginTicket } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { claimOf } from './support/channels.ts';
import { type OwnRuntime, openOwnRuntime } from './support/own-runtime.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';

const told = (reply: Reply<Loose>) => [reply.status, reply.body?.code ?? reply.body?.state];
const calling = channels.filter((channel) => channel !== 'web');
const counter = { officer: '3401001', office: '合肥市办税服务厅' };
const partnerOf = (runtime: WatchedRuntime, channel: Channel, of: Known): Partner =>
  localPartner(runtime, channel, { ...workingAs(of), ...(channel === 'hall' ? counter : {}) });

/** The calls of each action. An allowed action succeeds; every other action is refused with CHANNEL_NOT_ALLOWED. */
type Act = (runtime: WatchedRuntime, partner: Partner, who: Known) => Promise<Reply<Loose>>;
const scanned = async (partner: Partner, reply: Promise<Reply<Loose>>) =>
  partner.showFace((await reply).body.scan?.qrContent ?? (await reply).body.qrContent);
const steppingUp =
  (matter: string): Act =>
  async (runtime, partner, who) => {
    const token = (await loggedInByQr(runtime, who)).session.accessToken;
    const body = { matter, audience: 'invoice' };
    return scanned(partner, runtime.http('POST', '/v1/step-ups', body, { token }));
  };
const acts: Partial<Record<ChannelAction, Act>> = {
  register: async (_runtime, partner) => {
    const { name, documentType, documentNumber } = person();
    return partner.call('POST', '/v1/registrations', {
      name,
      documentType,
      documentNumber,
      consents: ['privacy', 'face'],
    });
  },
  'confirm-qr-login': async (runtime, partner) =>
    partner.confirmCode((await runtime.http('POST', '/v1/qr-logins')).body.qrContent),
  'face-factor': async (runtime, partner, who) =>
    scanned(partner, runtime.http('POST', `/v1/logins/${await loginTicket(runtime, who)}/face`)),
  'step-up-invoice': steppingUp('invoice.now'),
  'step-up-other': steppingUp('other.now'),
  'start-step-up': (_runtime, partner, who) => partner.startVerification(who, 'invoice.now', 'invoice'),
  'scan-counter': async (runtime, partner, who) =>
    scanned(partner, partnerOf(runtime, 'terminal', who).startVerification(who, 'other.now', 'invoice')),
  'view-relations': (_runtime, partner) => partner.relations(),
};

describe.each([true, false])('CHN the table over the real routes, Alipay QR login %s', (alipayQrLogin) => {
  let runtime: OwnRuntime;
  let who: Known;
  beforeAll(async () => {
    runtime = await openOwnRuntime({
      alipayQrLogin,
      matters: [
        { code: 'invoice.now', zh: '发票', class: 'invoice', validitySeconds: 0 },
        { code: 'other.now', zh: '其他', class: 'other', validitySeconds: 0 },
      ],
    });
    who = await knownPerson(runtime);
  });
  afterAll(() => runtime?.finish());

  keeping(3)(Object.entries(acts))('CHN-1 CHN-2 %s', async (action, act) => {
    for (const channel of calling) {
      const reply = await act(runtime, partnerOf(runtime, channel, who), who);
      if (channelMay(channel, action as ChannelAction, { alipayQrLogin }))
        expect(reply.status, `${channel} ${JSON.stringify(reply.body)}`).toBeLessThan(300);
      else expect([channel, ...told(reply)]).toEqual([channel, 403, 'CHANNEL_NOT_ALLOWED']);
    }
  });
});

describe('CHN-1 a stage with two keys for each channel that asks a hall for the hash of the body', () => {
  let runtime: OwnRuntime;
  let who: Known;
  beforeAll(async () => {
    runtime = await openOwnRuntime({ hallBodyHash: true }, 2);
    who = await knownPerson(runtime);
  });
  afterAll(() => runtime?.finish());

  long('CHN-1 refuses a hall that signs no body; other channels need not', async () => {
    const sign = (channel: Channel) => {
      const key = runtime.keys.get(channel)?.[0];
      if (!key) throw new Error(channel);
      return signedBy(key, runtime.issuer, runtime.now);
    };
    const [method, path] = ['POST', '/v1/channel/verifications'] as const;
    const body = { matter: 'invoice.issue', audience: 'invoice', person: claimOf(who).person };
    const asked = { ...body, person: { ...body.person, name: who.name } };
    const call = async (channel: Channel, claims: object) =>
      told(
        await runtime.http(method, path, asked, {
          assertion: await sign(channel)(channel, { method, path, ...counter, ...claims }),
        }),
      );
    const whole = { body: JSON.stringify(asked) };
    expect(await call('hall', {})).toEqual([401, 'ASSERTION_INVALID']);
    expect(await call('hall', { body: `${whole.body} ` })).toEqual([401, 'ASSERTION_INVALID']);
    expect((await call('hall', whole))[0]).toBe(200);
    expect((await call('terminal', {}))[0]).toBe(200);
    expect((await call('terminal', whole))[0]).toBe(200);
    expect(await call('terminal', { body: '' })).toEqual([401, 'ASSERTION_INVALID']);
  });

  long('CHN-1 the old and the new key of a channel both sign, each by its name; others do not', async () => {
    const code = (await runtime.http('POST', '/v1/qr-logins')).body;
    const scan = async (key: Parameters<typeof signedBy>[0], channel: Channel = 'wechat-mini') =>
      told(
        await channelPartner(
          runtime.http,
          channel,
          signedBy(key, runtime.issuer, runtime.now),
          workingAs(who),
        ).scan(code.qrContent),
      );
    const [older, newer] = runtime.keys.get('wechat-mini') ?? [];
    if (!older || !newer) throw new Error('two keys');
    expect(older.kid).not.toBe(newer.kid);
    expect(await scan(older)).toEqual([200, undefined]);
    expect(await scan(newer)).toEqual([200, undefined]);
    const refused = [401, 'ASSERTION_INVALID'];
    expect(await scan({ ...older, kid: newer.kid })).toEqual(refused);
    expect(await scan(await newPartnerKey())).toEqual(refused);
    expect(await scan({ ...(await newPartnerKey()), kid: newer.kid })).toEqual(refused);
    // A key is valid only for its own channel.
    expect(await scan(newer, 'ahtax-app')).toEqual(refused);
  });

  long('CHN-1 QR-1 one phone may scan with the old key and confirm with the new', async () => {
    const code = (await runtime.http('POST', '/v1/qr-logins')).body;
    const [older, newer] = (runtime.keys.get('iit-app') ?? []).map((key) =>
      channelPartner(runtime.http, 'iit-app', signedBy(key, runtime.issuer, runtime.now), workingAs(who)),
    );
    expectStatus((await older?.scan(code.qrContent)) as Reply, 200);
    expectStatus((await newer?.confirm(code.ticket)) as Reply, 204);
    expect((await pollScan(runtime.http, code)).body.session).toBeDefined();
  });
});

describe('REL-9 relations for channels', () => {
  let runtime: WatchedRuntime;
  let who: Known;
  beforeAll(async () => {
    runtime = await openWatchedRuntime();
    who = await knownPerson(runtime);
  });
  afterAll(() => runtime?.finish('channel-relations'));

  long('REL-9 CHN-1 a channel sees the companies of its own person, and no handle to act with', async () => {
    const taxpayerId = await companyOf(runtime, who);
    const waiting = await companyOf(runtime, who, {
      state: 'awaiting-confirmation',
      name: '待确认商贸有限公司',
    });
    const gone = await companyOf(runtime, who);
    await feed(runtime, companyLine(gone, { state: 'cancelled' }));
    const { relations } = expectStatus(await partnerOf(runtime, 'wechat-mini', who).relations(), 200).body;
    expect(relations).toHaveLength(2);
    expect(relations).toContainEqual({
      taxpayerId,
      taxpayerName: '合肥徽香茶业有限公司',
      role: 'legal-representative',
      state: 'active',
      direction: 'invited',
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
      updatedAt: expect.stringMatching(/\+08:00$/),
    });
    expect(relations).toContainEqual(expect.objectContaining({ taxpayerId: waiting, state: 'pending' }));
    expect((await partnerOf(runtime, 'hall', await knownPerson(runtime)).relations()).body).toEqual({
      relations: [],
    });
  });

  long('REL-9 the person must be named by the assertion', async () => {
    expect(told(await localPartner(runtime, 'ahtax-app').relations())).toEqual([401, 'ASSERTION_INVALID']);
    const asked = await runtime.http('GET', `/v1/channel/relations?documentNumber=${who.documentNumber}`);
    expect(told(asked)).toEqual([401, 'ASSERTION_INVALID']);
  });
});
