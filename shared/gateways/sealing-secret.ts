import * as v from 'valibot';
import { readSecret } from '#crypto/secret-json.ts';

const keyId = v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/));

/**
 * The secret `sealing`: data keys, wrapped by KMS, by id (the month in which they were made). `upcoming` is the next
 * key to seal with. The upcoming key is published first and takes over at `from`, because a container that has not read
 * it yet could not open what other containers seal with it.
 */
const schema = v.pipe(
  v.object({
    current: keyId,
    upcoming: v.optional(v.object({ keyId, from: v.pipe(v.number(), v.integer()) })),
    keys: v.record(keyId, v.pipe(v.string(), v.base64())),
  }),
  v.check(({ current, upcoming, keys }) => current in keys && (!upcoming || upcoming.keyId in keys)),
);
export type SealingSecret = v.InferOutput<typeof schema>;

/** @throws Error if the secret is a placeholder or broken; the message says nothing about its content. */
export const readSealingSecret = (json: string): SealingSecret =>
  readSecret({ secret: 'sealing', holds: 'data keys' }, schema, json);

/** The id of the key that seals at `now` (epoch seconds). */
export const currentKey = ({ current, upcoming }: SealingSecret, now: number): string =>
  upcoming && now >= upcoming.from ? upcoming.keyId : current;

/**
 * The secret after a rotation: a new key is added and takes over after `publishAheadSeconds`; the very first key at
 * once. Older keys are kept for ever, because stored rows are sealed with them.
 */
export function addDataKey(
  secret: SealingSecret | null,
  fresh: { readonly keyId: string; readonly wrapped: string },
  now: number,
  publishAheadSeconds: number,
): SealingSecret {
  if (!secret) return { current: fresh.keyId, keys: { [fresh.keyId]: fresh.wrapped } };
  return {
    current: currentKey(secret, now),
    upcoming: { keyId: fresh.keyId, from: now + publishAheadSeconds },
    keys: { ...secret.keys, [fresh.keyId]: fresh.wrapped },
  };
}

/** `2026-11` after the month in Shanghai, `2026-11-2` for a second one in that month. */
export function nextKeyId(secret: SealingSecret | null, now: Date): string {
  const month = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 7);
  for (let count = 1; ; count++) {
    const id = count === 1 ? month : `${month}-${count}`;
    if (!secret || !(id in secret.keys)) return id;
  }
}
