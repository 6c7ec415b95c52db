import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { ChannelKeys } from '#contract/settings.ts';
import { type Channel, channels } from '#domain/names.ts';
import { isObject } from '../http/json.ts';
import { openState } from './state-file.ts';

/** What a channel states about a call (CHN-1). */
export interface AssertionInput {
  readonly method: string;
  readonly path: string;
  /** The body that will be sent, as text, or its SHA-256 in base64url: signed as `bsh`. Without both: no `bsh`. */
  readonly body?: string;
  readonly bodySha256?: string;
  readonly person?: unknown;
  readonly identity?: unknown;
  readonly officer?: string;
  readonly office?: string;
}

export interface LocalChannels {
  /** For the functions' environment. */
  readonly publicKeys: ChannelKeys;
  /** A Channel-Assertion signed with the channel's local key, valid for 60 s from `now` (ms). */
  assertion(channel: Channel, input: AssertionInput, issuer: string, now: number): Promise<string>;
}

export const isChannel = (name: string): name is Channel => (channels as readonly string[]).includes(name);

/** The channels' local keys: kept in the data folder, or made for this run. */
export async function openChannels(file: string | undefined): Promise<LocalChannels> {
  const { state, save } = openState<Record<string, JWK>>(file, {});
  for (const channel of channels) {
    if (channel === 'web' || isObject(state[channel])) continue;
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    state[channel] = {
      ...(await exportJWK(privateKey)),
      kid: `${channel}-local-${randomUUID().slice(0, 8)}`,
    };
  }
  save();
  const publicKeys = Object.fromEntries(
    Object.entries(state).map(([channel, { kid, kty, crv, x, y }]) => [channel, [{ kid, kty, crv, x, y }]]),
  ) as ChannelKeys;
  return {
    publicKeys,
    assertion: async (channel, { method, path, body, bodySha256, ...about }, issuer, now) => {
      const jwk = state[channel];
      if (!jwk) throw new Error(`The channel ${channel} signs no assertions`);
      const issuedAt = Math.floor(now / 1_000);
      const bsh = body === undefined ? bodySha256 : createHash('sha256').update(body).digest('base64url');
      const claims = Object.fromEntries(
        Object.entries({ ...about, bsh }).filter(([, value]) => value !== undefined),
      );
      return new SignJWT({ ...claims, htm: method, htu: path })
        .setProtectedHeader({ alg: 'ES256', ...(jwk.kid ? { kid: jwk.kid } : {}) })
        .setIssuer(channel)
        .setAudience(issuer)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + 60)
        .setJti(randomUUID())
        .sign(await importJWK(jwk, 'ES256'));
    },
  };
}
