import type { ChannelKeys, SettingsInput } from '#contract/settings.ts';
import { type Channel, channels } from '#domain/names.ts';
import { newPartnerKey, type PartnerKey, type Sign, signedBy } from '../../support/channel-partner.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../../support/watched.ts';

/**
 * A runtime of a stage with its own settings and channel keys, for settings that the local runtime's flags cannot
 * change.
 */
export interface OwnRuntime extends WatchedRuntime {
  readonly now: () => Date;
  /** The keys of each channel whose public parts the bureau has. */
  readonly keys: ReadonlyMap<Channel, readonly PartnerKey[]>;
}

/** @param keysEach how many keys each channel has: two during a change of keys */
export async function openOwnRuntime(settings: Partial<SettingsInput>, keysEach = 1): Promise<OwnRuntime> {
  const keys = new Map<Channel, PartnerKey[]>();
  for (const channel of channels) {
    if (channel === 'web') continue;
    keys.set(channel, await Promise.all(Array.from({ length: keysEach }, newPartnerKey)));
  }
  const channelKeys = Object.fromEntries(
    [...keys].map(([channel, own]) => [channel, own.map((key) => key.publicKey)]),
  ) as ChannelKeys;
  const runtime = await openWatchedRuntime({ channelKeys, settings });
  const now = () => runtime.clock.now();
  const sign: Sign = (channel, call) => {
    const key = keys.get(channel)?.[0];
    if (!key) throw new Error(`the channel ${channel} has no key`);
    return signedBy(key, runtime.issuer, now)(channel, call);
  };
  return {
    ...runtime,
    now,
    keys,
    // The local runtime's default keys are not known here.
    assertion: (channel, call) => sign(channel, call as Parameters<Sign>[1]),
  };
}
