import { signJwt, verifyJwt } from '#crypto/signed-tokens.ts';
import {
  newSigningKey,
  parseSigningRing,
  readStoredRing,
  type StoredSigningKey,
} from '#crypto/signing-ring.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { type RotationTimes, rotate } from '#domain/rotating-keys.ts';
import { AwsError, callAws, environment } from './aws.ts';
import { asObject, DependencyError } from './outbound.ts';
import { addDataKey, nextKeyId, readSealingSecret, type SealingSecret } from './sealing-secret.ts';
import { decryptDataKey, encryptionContext } from './secrets.ts';

/** The event that Secrets Manager sends, four times per rotation; each step may come more than once. */
export interface RotationEvent {
  readonly SecretId: string;
  /** Also the id of the version that the rotation creates. */
  readonly ClientRequestToken: string;
  readonly Step: string;
}
export type RotatedSecret = 'signing' | 'sealing';

/**
 * New keys wait 2 hours: longer than any container keeps a secret (1 h) and than partners keep our JWKS.
 * Old signing keys are believed 25 hours longer: a step-up proof may serve 24 h (STP-2).
 */
export const rotationTimes: RotationTimes = { publishAheadSeconds: 7200, outliveSeconds: 90_000 };

/**
 * One step of a rotation (TOK-03): creates the new version, tests it, makes it the current one. A secret that still
 * holds its placeholder is filled. Every step may run again, also after a run that failed half-way: a version that
 * exists is never created again, and a finished rotation changes nothing.
 * @throws AwsError, DependencyError; Error for a step or version that Secrets Manager would not ask for
 */
export async function rotateSecret(
  event: RotationEvent,
  kind: RotatedSecret,
  now: Date,
  times: RotationTimes = rotationTimes,
): Promise<void> {
  const stages = await stagesOf(event);
  if (stages.includes('AWSCURRENT')) return;
  if (!stages.includes('AWSPENDING')) throw new Error('The version is not the pending one of this secret');
  switch (event.Step) {
    case 'createSecret':
      return createVersion(event, kind, now, times);
    case 'setSecret':
      return; // No other service has to learn the key.
    case 'testSecret':
      return testVersion(event, kind, now);
    case 'finishSecret':
      return makeCurrent(event);
    default:
      throw new Error('An unknown step of a rotation');
  }
}

async function stagesOf({ SecretId, ClientRequestToken }: RotationEvent): Promise<readonly unknown[]> {
  const stages = (await versions(SecretId))[ClientRequestToken];
  if (!Array.isArray(stages)) throw new Error('The secret has no such version');
  return stages;
}

async function versions(secretId: string): Promise<Readonly<Record<string, unknown>>> {
  const described = await callAws('secretsmanager', 'DescribeSecret', { SecretId: secretId });
  return asObject(described.VersionIdsToStages) ?? {};
}

async function createVersion(
  event: RotationEvent,
  kind: RotatedSecret,
  now: Date,
  times: RotationTimes,
): Promise<void> {
  if ((await pendingText(event)) !== null) return;
  const current = await secretText({ SecretId: event.SecretId, VersionStage: 'AWSCURRENT' });
  const next =
    kind === 'signing' ? await nextRing(current, now, times) : await nextDataKeys(current, now, times);
  try {
    await callAws('secretsmanager', 'PutSecretValue', {
      SecretId: event.SecretId,
      ClientRequestToken: event.ClientRequestToken,
      SecretString: JSON.stringify(next),
      VersionStages: ['AWSPENDING'],
    });
  } catch (error) {
    // Another run of this step (or our own call, whose answer was lost) was first: its version is as good as ours.
    if (!(error instanceof AwsError && error.code === 'ResourceExistsException')) throw error;
  }
}

async function nextRing(
  current: string | null,
  now: Date,
  times: RotationTimes,
): Promise<{ keys: StoredSigningKey[] }> {
  const ring = filled(current) ? readStoredRing(current) : [];
  return {
    keys: rotate(ring, await newSigningKey(), epochSeconds(now), times),
  };
}

async function nextDataKeys(current: string | null, now: Date, times: RotationTimes): Promise<SealingSecret> {
  const secret = filled(current) ? readSealingSecret(current) : null;
  const keyId = nextKeyId(secret, now);
  const wrapped = await generateDataKey(keyId);
  return addDataKey(secret, { keyId, wrapped }, epochSeconds(now), times.publishAheadSeconds);
}

/**
 * Whether the secret was ever filled. The stack creates it with a placeholder: no JSON, or JSON without `keys`. A
 * secret that has `keys` but cannot be read is broken and is never replaced, because its data keys would be lost for
 * ever.
 */
function filled(text: string | null): text is string {
  if (text === null) return false;
  try {
    const value = asObject(JSON.parse(text));
    return value !== null && 'keys' in value;
  } catch {
    // A text that names its keys but cannot be parsed was cut or edited: reading it will report the error.
    return text.includes('"keys"');
  }
}

/** A new data key, wrapped, base64. The plain form of the key, which the answer also holds, is not used. */
async function generateDataKey(keyId: string): Promise<string> {
  const answer = await callAws('kms', 'GenerateDataKey', {
    KeyId: environment('DATA_KEY'),
    KeySpec: 'AES_256',
    EncryptionContext: encryptionContext(keyId),
  });
  if (typeof answer.CiphertextBlob !== 'string') throw new DependencyError('kms', 'no wrapped data key');
  return answer.CiphertextBlob;
}

/** Uses the pending version as the functions will use it: signs and verifies, or unwraps every key. */
async function testVersion(event: RotationEvent, kind: RotatedSecret, now: Date): Promise<void> {
  const text = await pendingText(event);
  if (text === null) throw new Error('The pending version was not made');
  if (kind === 'signing') {
    const ring = await parseSigningRing(text);
    const probe = { typ: 'rotation-probe+jwt', issuer: 'rotation', audience: 'rotation' };
    for (const key of ring) {
      const alone = [{ ...key, signFrom: 0, verifyUntil: null }];
      const claims = await verifyJwt(alone, await signJwt(alone, probe, {}, 60, now), probe, now);
      if (!claims) throw new Error('A pending signing key does not verify what it signs');
    }
  } else {
    const { keys } = readSealingSecret(text);
    await Promise.all(Object.entries(keys).map(([keyId, wrapped]) => decryptDataKey(keyId, wrapped)));
  }
}

async function makeCurrent({ SecretId, ClientRequestToken }: RotationEvent): Promise<void> {
  const current = Object.entries(await versions(SecretId)).find(
    ([, stages]) => Array.isArray(stages) && stages.includes('AWSCURRENT'),
  )?.[0];
  if (current === ClientRequestToken) return;
  await callAws('secretsmanager', 'UpdateSecretVersionStage', {
    SecretId,
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: ClientRequestToken,
    ...(current !== undefined && { RemoveFromVersionId: current }),
  });
}

const pendingText = ({ SecretId, ClientRequestToken }: RotationEvent): Promise<string | null> =>
  secretText({ SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' });

/** Null if there is no such version (yet). */
async function secretText(input: Readonly<Record<string, unknown>>): Promise<string | null> {
  try {
    const { SecretString } = await callAws('secretsmanager', 'GetSecretValue', input);
    return typeof SecretString === 'string' ? SecretString : null;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return null;
    throw error;
  }
}
