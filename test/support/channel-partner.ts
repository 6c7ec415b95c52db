import { randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Channel } from '#domain/names.ts';
import type { Client, Loose, Reply } from './client.ts';
import type { Door } from './door.ts';
import type { Sample } from './people.ts';

/**
 * A small reference client for channel partners (docs/channels.md): how an app, mini program, terminal or counter
 * proves itself and which calls it makes. It knows nothing of our code but the names of channels.
 */

/** What a channel says of one call beside the call itself. */
export interface About {
  readonly person?: { readonly documentType: string; readonly documentNumber: string };
  readonly identity?: { readonly taxpayerId: string; readonly role: string };
  readonly officer?: string;
  readonly office?: string;
}
export type Sign = (channel: Channel, call: About & { method: string; path: string }) => Promise<string>;

export interface PartnerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** What the bureau gets; the private key stays on the partner's server. */
  readonly publicKey: { kid: string; kty: 'EC'; crv: 'P-256'; x: string; y: string };
}
export async function newPartnerKey(): Promise<PartnerKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '' } = await exportJWK(pair.publicKey);
  const publicKey = { kty: 'EC' as const, crv: 'P-256' as const, x, y };
  const kid = await calculateJwkThumbprint(publicKey);
  return { kid, privateKey: pair.privateKey, publicKey: { kid, ...publicKey } };
}

/** Signs with a key of its own: ES256, a minute at most, one jti a call, bound to method and path. */
export const signedBy =
  (key: PartnerKey, issuer: string, now: () => Date): Sign =>
  (channel, { method, path, ...about }) => {
    const at = Math.floor(now().getTime() / 1000);
    return new SignJWT({ ...about, htm: method, htu: path })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .setIssuer(channel)
      .setAudience(issuer)
      .setIssuedAt(at)
      .setExpirationTime(at + 60)
      .setJti(randomUUID())
      .sign(key.privateKey);
  };

/** The person whom the app has logged in, and the company that they work for in it. */
export const workingAs = (who: Sample, identity?: About['identity']): About => ({
  person: { documentType: who.documentType, documentNumber: who.documentNumber },
  ...(identity ? { identity } : {}),
});

const scans = '/v1/channel/scans';

/** The calls of one channel. Each is signed anew; a retry would be, too. */
export function channelPartner(http: Client, channel: Channel, sign: Sign, about: About = {}) {
  const call = async (method: string, path: string, body?: unknown): Promise<Reply<Loose>> =>
    http(method, path, body, { assertion: await sign(channel, { method, path, ...about }) });
  const partner = {
    call,
    /** What the code is for: to be shown before anything is confirmed or a camera opened. */
    scan: (qrContent: string) => call('POST', scans, { qrContent }),
    confirm: (ticket: string, identity?: object) =>
      call('POST', `${scans}/${ticket}/confirm`, identity && { identity }),
    cancel: (ticket: string) => call('POST', `${scans}/${ticket}/cancel`),
    startFace: (ticket: string) => call('POST', `${scans}/${ticket}/face`),
    faceResult: (ticket: string, token: string) => call('POST', `${scans}/${ticket}/face-result`, { token }),
    relations: () => call('GET', '/v1/channel/relations'),
    /** Terminals and counters: the answer's code goes on the screen, its poll secret stays with the system. */
    startVerification: (who: Sample, matter: string, audience: string, extra: object = {}) =>
      call('POST', '/v1/channel/verifications', {
        matter,
        audience,
        person: { name: who.name, documentType: who.documentType, documentNumber: who.documentNumber },
        ...extra,
      }),
    /** From the scanned code to a login: stops at the first answer that is no success. */
    async confirmCode(qrContent: string, identity?: object): Promise<Reply<Loose>> {
      const scanned = await partner.scan(qrContent);
      return scanned.status === 200 ? partner.confirm(scanned.body.ticket, identity) : scanned;
    },
    /** From the scanned code to the provider's result. */
    async showFace(qrContent: string): Promise<Reply<Loose>> {
      const scanned = await partner.scan(qrContent);
      if (scanned.status !== 200) return scanned;
      const kit = await partner.startFace(scanned.body.ticket);
      return kit.status === 200 ? partner.faceResult(scanned.body.ticket, kit.body.token) : kit;
    },
  };
  return partner;
}
export type Partner = ReturnType<typeof channelPartner>;

/** On this machine the local runtime holds a key for each channel and signs for it. */
export const localPartner = (door: Door, channel: Channel, about: About = {}): Partner =>
  channelPartner(door.http, channel, (name, call) => door.assertion(name, call), about);

/** The page or terminal that shows a code asks how it stands. */
export const pollScan = (
  http: Client,
  scan: { ticket: string; pollSecret: string },
  headers: Record<string, string> = {},
) =>
  http('GET', `/v1/scans/${scan.ticket}`, undefined, {
    headers: { ...headers, 'poll-secret': scan.pollSecret },
  });

/** A web session by QR login: needs no SMS, and no face that would serve as a proof later. */
export async function loggedInByQr(door: Door, who: Sample, identity?: About['identity']) {
  const code = (await door.http('POST', '/v1/qr-logins')).body;
  const confirmed = await localPartner(door, 'ahtax-app', workingAs(who, identity)).confirmCode(
    code.qrContent,
  );
  if (confirmed.status !== 204) throw new Error(JSON.stringify(confirmed.body));
  const opened = await pollScan(door.http, code);
  if (!opened.body.session) throw new Error(JSON.stringify(opened.body));
  return { session: opened.body.session, cookie: opened.cookie ?? '' };
}
