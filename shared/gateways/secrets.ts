import type { SecretName } from '#contract/flow.ts';
import { deriveHandleKeys, deriveKeys, type HandleKeys, type Keys } from '#crypto/keys.ts';
import type { DataKeys } from '#crypto/sealed.ts';
import { parseSigningRing, type SigningRing } from '#crypto/signing-ring.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { callAws, environment } from './aws.ts';
import { writeLine } from './log.ts';
import { DependencyError, parseObject } from './outbound.ts';
import { currentKey, readSealingSecret, type SealingSecret } from './sealing-secret.ts';

/** The environment variable that holds a secret's ARN: `SECRET_ROOT`. */
export const secretVariable = (secret: SecretName): string => `SECRET_${secret.toUpperCase()}`;

/**
 * Seconds for which a container uses a secret that it has read. New signing keys and data keys are published longer
 * than this before they are used (rotation.ts), so no container meets a key that it does not know. A new version of
 * `handles` is in use everywhere within the same five minutes.
 */
export const refreshSeconds: Record<SecretName, number> = {
  signing: 300,
  root: 3600,
  handles: 300,
  sealing: 3600,
  providers: 3600,
};
/** After a failed refresh the old value stays in use, and the next try waits this long. */
const retrySeconds = 30;

interface Cached {
  /** Set when the first read has succeeded. */
  value?: unknown;
  source?: string;
  freshUntil: number;
  readAt: number;
  reading?: Promise<unknown> | undefined;
}
const cache = new Map<SecretName, Cached>();

/**
 * The parsed secret: read once, and again when it is old; simultaneous callers share one read. If Secrets Manager is
 * unavailable later, the old value stays in use until a read succeeds.
 * @throws DependencyError if no read has ever succeeded, or the secret still holds its placeholder
 */
async function cached<T>(secret: SecretName, parse: (text: string) => T | Promise<T>): Promise<T> {
  const entry = cache.get(secret) ?? { freshUntil: 0, readAt: 0 };
  cache.set(secret, entry);
  const now = Date.now();
  // A clock that was set back makes every age meaningless: read again.
  if (entry.value !== undefined && now < entry.freshUntil && now >= entry.readAt) return entry.value as T;
  entry.reading ??= refresh(secret, entry, parse).finally(() => {
    entry.reading = undefined;
  });
  return entry.reading as Promise<T>;
}

async function refresh<T>(
  secret: SecretName,
  entry: Cached,
  parse: (text: string) => T | Promise<T>,
): Promise<T> {
  try {
    const text = await getSecretText(environment(secretVariable(secret)));
    if (text !== entry.source) {
      entry.value = await parsed(secret, text, parse);
      entry.source = text;
    }
    entry.readAt = Date.now();
    entry.freshUntil = entry.readAt + refreshSeconds[secret] * 1000;
  } catch (error) {
    if (entry.value === undefined) throw error;
    writeLine({ level: 'WARN', event: 'secret-refresh-failed', secret });
    entry.readAt = Date.now();
    entry.freshUntil = entry.readAt + retrySeconds * 1000;
  }
  return entry.value as T;
}

async function parsed<T>(
  secret: SecretName,
  text: string,
  parse: (text: string) => T | Promise<T>,
): Promise<T> {
  try {
    return await parse(text);
  } catch (error) {
    if (error instanceof DependencyError) throw error;
    throw new DependencyError(`secret ${secret}`, error instanceof Error ? error.message : 'unreadable');
  }
}

/**
 * Three tries of this length for the secret, and then for the key that opens it, end before the function's own 10 s:
 * whatever hangs, we answer (ERR-02).
 */
const timeLimits = { timeoutMilliseconds: 1_200 };

async function getSecretText(secretId: string): Promise<string> {
  const answer = await callAws('secretsmanager', 'GetSecretValue', { SecretId: secretId }, timeLimits);
  if (typeof answer.SecretString !== 'string')
    throw new DependencyError('secretsmanager', 'a secret without text');
  return answer.SecretString;
}

/**
 * The keys derived from `root`.
 * @param pepperVersion the pepper of a password that is about to be verified: a container whose copy is older than that
 * pepper reads the secret again, at most once in `retrySeconds`
 */
export async function getKeys(pepperVersion = 0): Promise<Keys> {
  const keys = await cached('root', deriveKeys);
  if (keys.pepperVersion >= pepperVersion) return keys;
  const entry = cache.get('root');
  if (entry && Date.now() - entry.readAt > retrySeconds * 1000) entry.freshUntil = 0;
  return cached('root', deriveKeys);
}

/** The keys derived from `handles`. */
export const getHandleKeys = (): Promise<HandleKeys> => cached('handles', deriveHandleKeys);

/** The signing keys, at most 5 minutes old, so that a container knows a new key long before it signs. */
export const getSigningRing = (): Promise<SigningRing> => cached('signing', parseSigningRing);

/** The data keys; each container unwraps each key once by KMS. */
export async function getDataKeys(): Promise<DataKeys> {
  const { secret, keys } = await cached('sealing', async (text) => {
    const sealing = readSealingSecret(text);
    return { secret: sealing, keys: await unwrapAll(sealing) };
  });
  return { current: currentKey(secret, epochSeconds(new Date())), keys };
}

const unwrapped = new Map<string, Buffer>();

async function unwrapAll(secret: SealingSecret): Promise<Record<string, Buffer>> {
  const entries = Object.entries(secret.keys).map(
    async ([keyId, wrapped]) => [keyId, await unwrap(keyId, wrapped)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function unwrap(keyId: string, wrapped: string): Promise<Buffer> {
  const name = `${keyId}:${wrapped}`;
  const known = unwrapped.get(name);
  if (known) return known;
  const key = await decryptDataKey(keyId, wrapped);
  unwrapped.set(name, key);
  return key;
}

/** KMS binds a wrapped key to its purpose and id: a key that was moved within the secret cannot be unwrapped. */
export const encryptionContext = (keyId: string) => ({ purpose: 'sealing', keyId });

/** @param wrapped base64, as the secret holds it. @throws DependencyError */
export async function decryptDataKey(keyId: string, wrapped: string): Promise<Buffer> {
  const input = { CiphertextBlob: wrapped, EncryptionContext: encryptionContext(keyId) };
  const answer = await callAws('kms', 'Decrypt', input, timeLimits);
  const key = Buffer.from(typeof answer.Plaintext === 'string' ? answer.Plaintext : '', 'base64');
  if (key.length !== 32) throw new DependencyError('kms', 'a data key of the wrong length');
  return key;
}

/** Credentials of SMS and face providers, by the provider's name. */
export type ProviderCredentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The secret `providers`: `{"tencent": {"secretId", "secretKey"}, "alibaba": {"accessKeyId", "accessKeySecret"}}`. */
export const getProviderCredentials = (): Promise<ProviderCredentials> =>
  cached('providers', (text) => {
    const credentials = parseObject(text);
    if (!credentials) throw new Error('the secret is not an object of providers');
    return credentials as ProviderCredentials;
  });
