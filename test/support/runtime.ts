import { inject } from 'vitest';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../infra/local/runtime.ts';
import { type Client, clientOf, type Loose, type Reply } from './client.ts';
import { person, type Sample } from './people.ts';
import { leaseRuntime } from './shared-runtime.ts';

/**
 * The whole system on this machine: the synthesized stage with bundled functions behind its HTTP API, and tables in
 * DynamoDB Local in a namespace of its own. Tests call it over HTTP, as clients do.
 */
export interface TestRuntime extends Runtime {
  readonly http: Client;
}

declare module 'vitest' {
  export interface ProvidedContext {
    dynamodbEndpoint: string;
    /** Stage `local`, synthesized once for the whole run. */
    stageDir: string;
    /** The folder in which tests of templates keep the assemblies of the other stages during the run. */
    stagesDir: string;
    chromiumPath: string;
    /** Which open runtimes the test files of this project lend each other; without it none. */
    sharedRuntime?: 'standard' | 'with policies';
  }
}

/**
 * Argon2id at a cost that allows thousands of hashes. Stage `local` may use it (PWD-3); tests with `realHashes` check
 * the numbers of production.
 */
export const cheapHashes = { argon2MemoryKiB: 256, argon2Iterations: 1 };

export async function openTestRuntime({
  alone = false,
  realHashes = false,
  ...options
}: Partial<RuntimeOptions> & {
  /** For tests that count whole tables: a runtime to which no other file has written. */
  alone?: boolean;
  /** Passwords are hashed at the cost of production. */
  realHashes?: boolean;
} = {}): Promise<TestRuntime> {
  const start = ({ policies, ...own }: Partial<RuntimeOptions>) =>
    startRuntime({
      inMemory: true,
      portal: false,
      dynamodbEndpoint: inject('dynamodbEndpoint'),
      stageDir: inject('stageDir'),
      loadLate: true,
      policies: { ...(realHashes ? {} : cheapHashes), ...policies },
      ...own,
    });
  const lent = inject('sharedRuntime');
  const names = lent === 'with policies' ? ['quiet', 'policies'] : lent ? ['quiet'] : undefined;
  const isLent = !alone && !realHashes && Object.keys(options).every((name) => names?.includes(name));
  const runtime =
    names && isLent
      ? await leaseRuntime(JSON.stringify(options.policies ?? {}), () => start({ ...options, quiet: true }))
      : await start(options);
  return Object.assign(runtime, { http: clientOf(runtime.url) });
}

/**
 * The grants that the functions have not used so far, for the end of a file. Some tests of a file use only some grants.
 * So `npm test`, which leaves the long tests out, checks nothing here; `npm run test:full` runs these files completely,
 * by their tag.
 */
export const grantsLeft = (runtime: TestRuntime): ReturnType<TestRuntime['unusedGrants']> =>
  process.env.QUICK ? [] : runtime.unusedGrants();

export function expectStatus(reply: Reply<Loose>, status: number): Reply<Loose> {
  if (reply.status !== status)
    throw new Error(`expected ${status}, got ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

/** The newest code that was sent to a phone. */
export async function codeFor(runtime: TestRuntime, phone: string): Promise<string> {
  const { body } = await runtime.http('GET', `/local/sms?phone=${phone}`);
  const code = (body as { code?: string }[]).find((message) => message.code)?.code;
  if (!code) throw new Error(`no code was sent to ${phone}`);
  return code;
}

export const sendRegistrationCode = (runtime: TestRuntime, registrationId: string, phone: string) =>
  runtime.http('POST', `/v1/registrations/${registrationId}/sms`, { phone });

export const askRegistration = (runtime: TestRuntime, who: Sample, changes: object = {}) =>
  runtime.http('POST', '/v1/registrations', {
    name: who.name,
    documentType: who.documentType,
    documentNumber: who.documentNumber,
    consents: ['privacy', 'face'],
    ...changes,
  });

/** Starts a registration and returns its id. */
export const startRegistration = async (runtime: TestRuntime, who: Sample): Promise<string> =>
  expectStatus(await askRegistration(runtime, who), 201).body.registrationId;

/** Sends the basic information, with the code from the outbox. */
export async function fillProfile(
  runtime: TestRuntime,
  registrationId: string,
  who: Sample,
  extra: object = {},
) {
  expectStatus(await sendRegistrationCode(runtime, registrationId, who.phone), 202);
  return runtime.http('PUT', `/v1/registrations/${registrationId}/profile`, {
    phone: who.phone,
    smsCode: await codeFor(runtime, who.phone),
    password: who.password,
    ...extra,
  });
}

export type App = 'ahtax-app' | 'iit-app';

/** The phone app's calls for a scanned code, up to the provider's result. */
export async function scanFace(
  runtime: TestRuntime,
  qrContent: string,
  app: App = 'ahtax-app',
  who?: Sample,
) {
  const personClaim = who
    ? { person: { documentType: who.documentType, documentNumber: who.documentNumber } }
    : {};
  const call = async (path: string, body?: unknown) => {
    const assertion = await runtime.assertion(app, { method: 'POST', path, ...personClaim });
    return runtime.http('POST', path, body, { assertion });
  };
  const scanned = await call('/v1/channel/scans', { qrContent });
  if (scanned.status !== 200) return scanned;
  const kit = await call(`/v1/channel/scans/${scanned.body.ticket}/face`);
  if (kit.status !== 200) return kit;
  return call(`/v1/channel/scans/${scanned.body.ticket}/face-result`, { token: kit.body.token });
}

/**
 * A person who makes every step of the registration. If the registration is not the subject of a test, `settled` is
 * cheaper.
 */
export async function registered(
  runtime: TestRuntime,
  who: Sample = person(),
  extra: object = {},
): Promise<Sample> {
  const id = await startRegistration(runtime, who);
  expectStatus(await fillProfile(runtime, id, who, extra), 200);
  const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
  return who;
}

export const enterPassword = (
  runtime: TestRuntime,
  account: string,
  password: string,
  entry = 'natural',
  extra: object = {},
) => runtime.http('POST', '/v1/logins', { entry, account, password, ...extra });

/** Sends the right password and returns the id of the login. */
export async function loginTicket(
  runtime: TestRuntime,
  who: Sample,
  account = who.documentNumber,
): Promise<string> {
  return expectStatus(await enterPassword(runtime, account, who.password), 201).body.loginId;
}

/** A complete login by SMS. The clock must allow a code (60 s after the last one to this phone). */
export async function loggedIn(runtime: TestRuntime, who: Sample, account?: string) {
  const loginId = await loginTicket(runtime, who, account);
  expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
  const reply = await runtime.http('POST', `/v1/logins/${loginId}/verify`, {
    smsCode: await codeFor(runtime, who.phone),
  });
  expectStatus(reply, 200);
  return { session: reply.body.session, cookie: reply.cookie ?? '', loginId };
}

/** A complete login by face, which needs no SMS and no wait. */
export async function loggedInByFace(runtime: TestRuntime, who: Sample) {
  const loginId = await loginTicket(runtime, who);
  const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  const reply = expectStatus(
    await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket }),
    200,
  );
  return { session: reply.body.session, cookie: reply.cookie ?? '', loginId };
}

/** Advances the virtual clock. */
export const wait = (runtime: TestRuntime, seconds: number) =>
  runtime.http('POST', '/local/clock', { advanceSeconds: seconds });
