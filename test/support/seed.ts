import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { deriveKeys, type Keys, personKey as personKeyOf, phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { type DataKeys, seal } from '#crypto/sealed.ts';
import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import { type DocumentType, parseDocument } from '#domain/people/documents.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { personAfterRegistration } from '#flows/registration/complete-registration.ts';
import { currentKey, readSealingSecret } from '#gateways/sealing-secret.ts';
import { encryptionContext } from '#gateways/secrets.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import { compile } from '#store/dynamodb/expressions.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { sealContext } from '#store/people/person-row.ts';
import { claimPhoneUpdate } from '#store/people/phones.ts';
import { claimUsernamePut } from '#store/people/usernames.ts';
import { personUpdate } from '#store/people/users.ts';
import { dayKey } from '#store/sms/sms-windows.ts';
import { randomShard, stageSendUpdate } from '#store/sms/stage-sms-budget.ts';
import { resolveStage } from '../../infra/stage.ts';
import { person, type Sample } from './people.ts';
import { cheapHashes, registered, type TestRuntime } from './runtime.ts';

/**
 * People who are registered already, written as a registration leaves them (test/flows/seeded.test.ts compares the two,
 * item by item). For tests about something else. As after a registration, the phone's next code for a stranger is
 * possible in 60 s; only the message itself and the spent tickets are missing.
 */
export interface Seeded extends Sample {
  readonly personKey: string;
}

const keysOfRoot = new Map<string, Keys>();
const hashes = new Map<string, ReturnType<typeof hashPassword>>();

/**
 * The keys of the secret `root`, derived once. Each password is hashed once for each pepper, because hashes are
 * expensive.
 */
function rootOf(runtime: TestRuntime): {
  keys: Keys;
  hashed: (password: string) => ReturnType<typeof hashPassword>;
} {
  const root = runtime.secret('root');
  const keys = keysOfRoot.get(root) ?? deriveKeys(root);
  keysOfRoot.set(root, keys);
  return {
    keys,
    hashed: (password) => {
      const name = `${root}\n${password}`;
      const known = hashes.get(name) ?? hashPassword(password, keys, { ...policies, ...cheapHashes });
      hashes.set(name, known);
      return known;
    },
  };
}

export function dataKeysOf(runtime: TestRuntime): DataKeys {
  const sealing = readSealingSecret(runtime.secret('sealing'));
  const keys = Object.entries(sealing.keys).map(([keyId, CiphertextBlob]) => {
    const { Plaintext } = runtime.decrypt({ CiphertextBlob, EncryptionContext: encryptionContext(keyId) });
    return [keyId, Buffer.from(String(Plaintext), 'base64')] as const;
  });
  return {
    current: currentKey(sealing, Math.floor(runtime.clock.now().getTime() / 1000)),
    keys: Object.fromEntries(keys),
  };
}

/** @param username claimed too, if it is given */
export async function seeded(
  runtime: TestRuntime,
  who: Sample = person(),
  { username }: { readonly username?: string } = {},
): Promise<Seeded> {
  const now = runtime.clock.now();
  const { keys, hashed } = rootOf(runtime);
  const dataKeys = dataKeysOf(runtime);
  const { settings } = resolveStage('local');
  const documentType = who.documentType as DocumentType;
  const number = parseDocument(documentType, who.documentNumber, shanghaiDay(now));
  const personKey = personKeyOf(keys, documentType, number);
  const phoneKey = phoneKeyOf(keys, who.phone);
  const sealed = (context: string, text: string) => seal(dataKeys, context, text);
  const consents = ['privacy', 'face'] as const;
  const ticket = {
    documentType,
    sealedName: sealed(sealContext.name(personKey), normaliseName(who.name)),
    sealedNumber: sealed(sealContext.number(personKey), number),
    consents: [...consents],
    startedAt: now.toISOString(),
    window: { phoneKey, startedAt: now.getTime() },
  };
  const profile = {
    phoneKey,
    sealedPhone: sealed(sealContext.phone(phoneKey), who.phone),
    password: await hashed(who.password),
    takeover: false,
    ...(username === undefined ? {} : { username }),
  };
  const realNameLevel = 4;
  const event = (
    kind: 'consented' | 'registered' | 'face',
    channel: string,
    detail: Record<string, string | number | boolean>,
  ) =>
    auditEventPut(
      { subject: personKey, kind, outcome: 'success', at: now, channel, address: '127.0.0.0', detail },
      policies.auditRetentionDays,
    );
  const transactionId = `local-${randomUUID()}`;
  await transact(runtime, [
    personUpdate(
      personKey,
      0,
      personAfterRegistration({ settings }, { now }, ticket, profile, undefined, realNameLevel),
      () => new Error('there is somebody of this document already'),
    ),
    claimPhoneUpdate(phoneKey, personKey, now),
    ...(username === undefined
      ? []
      : [claimUsernamePut(usernameKeyOf({ keys }, username), username, personKey, now)]),
    event('consented', 'web', { consents: 'face privacy', version: policies.consentVersion }),
    event('face', 'ahtax-app', { purpose: 'register', transactionId }),
    // When the code was sent, nobody owned the number, so the send was a stranger's (SMS-4).
    {
      table: 'SmsWindows',
      put: {
        ...ticket.window,
        total: 1,
        outside: 1,
        strangers: 1,
        outsideAt: now.getTime(),
        ttl: Math.ceil(now.getTime() / 1000) + policies.smsWindowSeconds + 86_400,
      },
    },
    {
      table: 'SmsWindows',
      put: {
        phoneKey: dayKey(phoneKey, now),
        strangers: 1,
        ttl: nextMidnight(now).getTime() / 1000 + 86_400,
      },
    },
    stageSendUpdate(now, randomShard(Math.random()), 1),
    event('registered', 'web', { realNameLevel, face: transactionId, again: false }),
  ]);
  return { ...who, personKey };
}

/**
 * A registered person: seeded, unless the test needs something of the registration itself, or something of the person
 * exists already (a hall record, an import, a phone).
 */
export async function settled(
  runtime: TestRuntime,
  who: Sample = person(),
  extra: object = {},
): Promise<Sample | Seeded> {
  const plain = who.documentType === '201' && Object.keys(extra).every((name) => name === 'username');
  if (!plain) return registered(runtime, who, extra);
  try {
    return await seeded(runtime, who, extra);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') throw error;
    return registered(runtime, who, extra);
  }
}

/** Executes writes of the store directly, without the functions. */
async function transact(runtime: TestRuntime, writes: readonly Write[]): Promise<void> {
  const item = (value: object) => marshall(value, { removeUndefinedValues: true });
  await runtime.dynamodb('TransactWriteItems', {
    TransactItems: writes.map((write) => {
      const { condition, update, names, values } = compile(write);
      const common = {
        TableName: runtime.tables.find((name) => name.endsWith(`-${write.table}`)),
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values && item(values),
      };
      if ('put' in write) return { Put: { ...common, Item: item(write.put) } };
      if ('update' in write) return { Update: { ...common, Key: item(write.key), UpdateExpression: update } };
      throw new Error('Registration only puts and updates');
    }),
  });
}
