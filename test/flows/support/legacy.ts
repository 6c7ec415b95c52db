import { createHash } from 'node:crypto';
import { createChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { deriveHandleKeys, type HandleKeys } from '#crypto/keys.ts';
import type { Loose, Reply } from '../../support/client.ts';
import { creditCode } from '../../support/credit-codes.ts';
import type { Sample } from '../../support/people.ts';
import { expectStatus } from '../../support/runtime.ts';
import { solve } from '../../support/solve.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../../support/watched.ts';
import { companyLine, feed, representativeLine } from './registry.ts';

/** A runtime whose challenges a test solves without work, because the test knows the secret `handles`. */
export interface LegacyRuntime extends WatchedRuntime {
  /** Solutions in the form of the widget; each works once. */
  solutions(count: number): Promise<string[]>;
}

export async function openLegacyRuntime(
  options: Parameters<typeof openWatchedRuntime>[0] = {},
  at?: string | null,
): Promise<LegacyRuntime> {
  const runtime = await openWatchedRuntime(options, at);
  const keys = deriveHandleKeys(runtime.secret('handles'));
  return {
    ...runtime,
    solutions: (count) =>
      Promise.all(Array.from({ length: count }, () => lightSolution(keys, runtime.clock.now()))),
  };
}

/** A genuine challenge whose solution is the first number that is tried. */
async function lightSolution(keys: HandleKeys, now: Date): Promise<string> {
  const secret = keys.challengeKey.toString('hex');
  return solve(
    await createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost: 2000,
      counter: 1,
      deriveKey,
      expiresAt: Math.floor(now.getTime() / 1000) + 300,
      hmacSignatureSecret: `challenge ${secret}`,
      hmacKeySignatureSecret: `solution ${secret}`,
    }),
  );
}

export const companyPassword = 'Qiye#1998';
export const sha256 = (text: string): string => `{SHA256}${createHash('sha256').update(text).digest('hex')}`;

/** A company with a password of the old system, and optionally a legal representative. */
export async function oldCompany(runtime: LegacyRuntime, boss?: Sample, facts: object = {}): Promise<string> {
  const taxpayerId = creditCode();
  await feed(
    runtime,
    companyLine(taxpayerId, { companyPasswordHash: sha256(companyPassword), ...facts }),
    ...(boss ? [representativeLine(taxpayerId, boss)] : []),
  );
  return taxpayerId;
}

/** The first step of the old login, with a solved challenge. */
export async function oldLogin(
  runtime: LegacyRuntime,
  taxpayerId: string,
  password = companyPassword,
  challenge?: string,
): Promise<Reply<Loose>> {
  const [solution] = challenge === undefined ? await runtime.solutions(1) : [challenge];
  return runtime.http('POST', '/v1/legacy/logins', {
    taxpayerId,
    companyPassword: password,
    challenge: solution,
  });
}

/** Opens the choice of persons. */
export const picking = async (runtime: LegacyRuntime, taxpayerId: string) =>
  expectStatus(await oldLogin(runtime, taxpayerId), 201).body as {
    legacyId: string;
    persons: { personRef: string; name: string; role: string }[];
    morePersons?: true;
    closesOn: string;
  };

export const pick = (
  runtime: LegacyRuntime,
  legacyId: string,
  personRef: string | undefined,
  password: string,
): Promise<Reply<Loose>> =>
  runtime.http('POST', `/v1/legacy/logins/${legacyId}/person`, { personRef, password });

/** The first factor by the old login, for a company with only one person. */
export async function pickOnly(runtime: LegacyRuntime, taxpayerId: string, password: string) {
  const { legacyId, persons } = await picking(runtime, taxpayerId);
  if (persons.length !== 1) throw new Error(`${persons.length} persons`);
  return pick(runtime, legacyId, persons[0]?.personRef, password);
}

const named = ({ name, documentType, documentNumber }: Sample) => ({ name, documentType, documentNumber });

export const bindingSms = (runtime: LegacyRuntime, legacyId: string, who: Sample): Promise<Reply<Loose>> =>
  runtime.http('POST', `/v1/legacy/logins/${legacyId}/bindings/sms`, named(who));

export const bind = (
  runtime: LegacyRuntime,
  legacyId: string,
  who: Sample,
  smsCode: string,
  password = who.password,
): Promise<Reply<Loose>> =>
  runtime.http('POST', `/v1/legacy/logins/${legacyId}/bindings`, { ...named(who), password, smsCode });

/** The code that is sent to bind a person. */
export async function bindingCode(runtime: LegacyRuntime, legacyId: string, who: Sample): Promise<string> {
  expectStatus(await bindingSms(runtime, legacyId, who), 202);
  return runtime.sms(who.phone).find((message) => message.code)?.code ?? '';
}

/** A complete binding. The person's phone must be able to get a code. */
export async function boundBy(runtime: LegacyRuntime, taxpayerId: string, who: Sample): Promise<Loose> {
  const { legacyId } = await picking(runtime, taxpayerId);
  const code = await bindingCode(runtime, legacyId, who);
  return expectStatus(await bind(runtime, legacyId, who, code), 201).body;
}
