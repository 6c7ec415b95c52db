import type { Usage } from '../infra/local/emulators/usage.ts';
import { type Runtime, startRuntime } from '../infra/local/runtime.ts';
import { exchange, granted, introspection, refresh, userinfo } from '../test/flows/support/hand-overs.ts';
import { companyOf } from '../test/flows/support/registry.ts';
import { inCompany } from '../test/flows/support/relations.ts';
import { type StandIn, standIn } from '../test/flows/support/rps.ts';
import { clientOf, type Loose, type Reply } from '../test/support/client.ts';
import { person, type Sample } from '../test/support/people.ts';
import { loggedInByFace, registered } from '../test/support/runtime.ts';
import { progress, say, table, title, verdict } from './print.ts';

/** The longest chains of DynamoDB calls that a route may have (CONTRIBUTING.md). */
const limits: Readonly<Record<string, number>> = {
  'POST /v1/logins': 3,
  'POST /v1/registrations/{id}/sms': 2,
  'POST /v1/logins/{id}/sms': 2,
  'POST /v1/password-resets/{id}/sms': 2,
  'POST /v1/logins/{id}/verify': 3,
  'POST /v1/session/refresh': 2,
  'GET /v1/session': 2,
  'GET /oauth2/authorize': 1,
  'POST /v1/sso/{id}/approve': 2,
  'POST /oauth2/token': 3,
  'GET /oauth2/userinfo': 3,
  'POST /oauth2/introspect': 3,
};

/** The most DynamoDB calls that a whole login by password and SMS may make. */
const mostCalls = 7;

/**
 * A situation of the journey. The situation has a name, so that the table can say in which situation a long chain
 * occurred.
 */
type Situation = readonly [name: string, play: () => Promise<unknown>];

/** The calls and units of one route over the whole journey. */
interface Row extends Usage {
  longestIn: string;
}

/** Part `chains`: the numbers of /local/usage after the whole journey, compared with the limits. */
export async function showChains(): Promise<void> {
  title('DynamoDB: longest chain of calls, calls and units by route, as /local/usage shows them');
  progress('starting the local runtime');
  const system = await asking();
  const relyingParties = [system.client];
  const runtime = await startRuntime({ inMemory: true, quiet: true, portal: false, relyingParties });
  const rows = new Map<string, Row>();
  const logins: string[][] = [];
  try {
    for (const [name, play] of [...situations(runtime), ...handOvers(runtime, system)]) {
      await play();
      for (const { routes } of Object.values(runtime.usage()))
        for (const [route, usage] of Object.entries(routes)) add(rows, route, usage, name);
      if (name.startsWith('login ')) logins.push(callsOfLogin(name, runtime.usage().login?.routes ?? {}));
      runtime.resetUsage();
    }
  } finally {
    await runtime.stop();
    system.stop();
  }
  table(
    ['route', 'times', 'longest chain', 'limit', '', 'calls', 'read units', 'write units', 'longest in'],
    [...rows].sort(([a], [b]) => a.localeCompare(b)).map(([route, row]) => cells(route, row)),
  );
  say('\nCalls and units are means over all invocations of the journey, refusals included.');
  title('DynamoDB calls of one whole login');
  table(['', 'password', 'SMS or face', 'verification', 'in all', 'limit by SMS', ''], logins);
}

/** A face check also uses routes of another function, which are not counted here. */
function callsOfLogin(name: string, routes: Readonly<Record<string, Usage>>): string[] {
  const of = (step: string): number => routes[`POST /v1/logins${step}`]?.calls ?? 0;
  const steps = [of(''), of('/{id}/sms') + of('/{id}/face'), of('/{id}/verify')];
  const sum = steps.reduce((all, calls) => all + calls, 0);
  const bySms = of('/{id}/sms') > 0;
  return [
    name,
    ...steps.map(String),
    String(sum),
    bySms ? String(mostCalls) : '',
    bySms ? verdict(sum, mostCalls) : '',
  ];
}

function add(rows: Map<string, Row>, route: string, usage: Usage, situation: string): void {
  const row = rows.get(route) ?? {
    invocations: 0,
    calls: 0,
    longestChain: 0,
    readUnits: 0,
    writeUnits: 0,
    longestIn: '',
  };
  rows.set(route, row);
  row.invocations += usage.invocations;
  row.calls += usage.calls;
  row.readUnits += usage.readUnits;
  row.writeUnits += usage.writeUnits;
  if (usage.longestChain <= row.longestChain) return;
  row.longestChain = usage.longestChain;
  row.longestIn = situation;
}

function cells(route: string, row: Row): string[] {
  const limit = limits[route];
  const mean = (sum: number): string => (sum / row.invocations).toFixed(1);
  return [
    route,
    String(row.invocations),
    String(row.longestChain),
    limit === undefined ? '' : String(limit),
    limit === undefined ? '' : verdict(row.longestChain, limit),
    mean(row.calls),
    mean(row.readUnits),
    mean(row.writeUnits),
    row.longestIn,
  ];
}

function situations(runtime: Runtime): Situation[] {
  const http = clientOf(runtime.url);
  const wait = (seconds: number): void => runtime.clock.advance(seconds);
  const post = async (path: string, body: unknown, status: number, more: object = {}) =>
    expect(await http('POST', path, body, more), status, path);
  const codeFor = (phone: string): string => runtime.sms(phone).find((sent) => sent.code)?.code ?? '';
  const wrong = 'Wrong#918273';

  /** The calls of the app for a code that the page shows. */
  const scan = async ({ ticket, qrContent, pollSecret }: Loose): Promise<void> => {
    const channel = async (path: string, body?: unknown) =>
      post(path, body, 200, { assertion: await runtime.assertion('ahtax-app', { method: 'POST', path }) });
    const scanned = await channel('/v1/channel/scans', { qrContent });
    const base = `/v1/channel/scans/${scanned.body.ticket}`;
    const { token } = (await channel(`${base}/face`)).body;
    await channel(`${base}/face-result`, { token });
    await http('GET', `/v1/scans/${ticket}`, undefined, { headers: { 'poll-secret': pollSecret } });
  };
  const register = async (who: Sample, username?: string): Promise<void> => {
    const { name, documentType, documentNumber, phone, password } = who;
    const consents = ['privacy', 'face'];
    const started = await post('/v1/registrations', { name, documentType, documentNumber, consents }, 201);
    const path = `/v1/registrations/${started.body.registrationId}`;
    await post(`${path}/sms`, { phone }, 202);
    const profile = { phone, smsCode: codeFor(phone), password, ...(username ? { username } : {}) };
    expect(await http('PUT', `${path}/profile`, profile), 200, `${path}/profile`);
    await scan((await post(`${path}/face`, undefined, 201)).body);
    await post(`${path}/complete`, undefined, 201);
  };
  const enter = (account: string, password: string, status: number) =>
    post('/v1/logins', { entry: 'natural', account, password }, status);
  const login = async (who: Sample, account: string) => {
    const path = `/v1/logins/${(await enter(account, who.password, 201)).body.loginId}`;
    await post(`${path}/sms`, undefined, 202);
    const reply = await post(`${path}/verify`, { smsCode: codeFor(who.phone) }, 200);
    return { token: reply.body.session.accessToken as string, cookie: reply.cookie ?? '' };
  };
  const loginByFace = async (who: Sample): Promise<void> => {
    const path = `/v1/logins/${(await enter(who.documentNumber, who.password, 201)).body.loginId}`;
    const shown = (await post(`${path}/face`, undefined, 201)).body;
    await scan(shown);
    await post(`${path}/verify`, { faceTicket: shown.ticket }, 200);
  };
  const startReset = async (who: Sample): Promise<string> => {
    const { name, documentNumber, phone } = who;
    const started = await post('/v1/password-resets', { account: phone, name, documentNumber }, 201);
    return `/v1/password-resets/${started.body.resetId}`;
  };
  const five = async (account: string): Promise<void> => {
    for (const status of [401, 401, 401, 401, 423]) await enter(account, wrong, status);
    await enter(account, wrong, 423);
  };

  const [ann, ben, cai, dan] = [person(), person(), person(), person()];
  const username = 'Wanjiang2058';
  let session = { token: '', cookie: '' };
  return [
    [
      'public pages',
      async () => {
        for (const path of ['/v1/health', '/v1/config', '/v1/openapi.json', '/v1/challenge'])
          expect(await http('GET', path), 200, path);
        expect(await http('GET', '/.well-known/jwks.json'), 200, 'jwks');
      },
    ],
    ['registration', () => register(ann)],
    ['registration with username', () => register(ben, username)],
    ['more registrations', async () => [await register(cai), await register(dan)]],
    [
      'login by document, a minute after another code',
      async () => {
        wait(61);
        session = await login(ann, ann.documentNumber);
      },
    ],
    [
      'login by phone, half an hour after the last code',
      async () => {
        wait(1_800);
        session = await login(ann, ann.phone);
      },
    ],
    [
      'login by username, half an hour after the last code',
      async () => {
        wait(1_800);
        await login(ben, username);
      },
    ],
    [
      'login by document, a week after the last code',
      async () => {
        wait(7 * 86_400);
        session = await login(ann, ann.documentNumber);
      },
    ],
    [
      'a newer login ends the older',
      async () => {
        wait(700);
        session = await login(ann, ann.documentNumber);
      },
    ],
    ['login by face', () => loginByFace(cai)],
    [
      'the session is read, refreshed, ended',
      async () => {
        expect(await http('GET', '/v1/session', undefined, { token: session.token }), 200, 'session');
        const { cookie } = session;
        const fresh = await post('/v1/session/refresh', undefined, 200, { cookie });
        await post('/v1/session/refresh', undefined, 200, { cookie });
        const token = fresh.body.session.accessToken;
        expect(await http('DELETE', '/v1/session', undefined, { token }), 204, 'logout');
      },
    ],
    [
      'a second code on one ticket, wrong codes before the right one',
      async () => {
        wait(700);
        const path = `/v1/logins/${(await enter(ben.documentNumber, ben.password, 201)).body.loginId}`;
        await post(`${path}/sms`, undefined, 202);
        await post(`${path}/sms`, undefined, 429);
        wait(61);
        await post(`${path}/sms`, undefined, 202);
        const right = codeFor(ben.phone);
        const other = right === '000000' ? '000001' : '000000';
        for (let i = 0; i < 3; i++) await post(`${path}/verify`, { smsCode: other }, 401);
        await post(`${path}/verify`, { smsCode: right }, 200);
      },
    ],
    [
      'unknown people',
      async () => [await enter(person().documentNumber, wrong, 404), await enter(person().phone, wrong, 404)],
    ],
    ['five wrong passwords by document, one more', () => five(cai.documentNumber)],
    ['five wrong passwords by phone, one more', () => five(dan.phone)],
    ['five wrong passwords by username, one more', () => five(username)],
    [
      'reset by SMS of a locked account',
      async () => {
        const path = await startReset(cai);
        await post(`${path}/sms`, undefined, 202);
        const newPassword = 'Huainan#7316';
        await post(`${path}/complete`, { smsCode: codeFor(cai.phone), newPassword }, 204);
      },
    ],
    [
      'reset by face',
      async () => {
        const path = await startReset(dan);
        const shown = (await post(`${path}/face`, undefined, 201)).body;
        await scan(shown);
        await post(`${path}/complete`, { faceTicket: shown.ticket, newPassword: 'Huainan#7316' }, 204);
      },
    ],
    [
      'midnight',
      async () => {
        wait(86_400);
        await runtime.schedule('midnight-unlock');
      },
    ],
    [
      'the right password as fifth look, by document',
      async () => {
        for (let i = 0; i < 4; i++) await enter(ann.documentNumber, wrong, 401);
        await enter(ann.documentNumber, ann.password, 201);
      },
    ],
    [
      'the right password as fifth look, by phone',
      async () => {
        for (let i = 0; i < 4; i++) await enter(ann.phone, wrong, 401);
        await enter(ann.phone, ann.password, 201);
      },
    ],
  ];
}

/** A tax system that also runs the resource of its tokens. */
async function asking(): Promise<StandIn> {
  const system = await standIn('filing-web');
  return {
    ...system,
    client: { ...system.client, introspects: system.client.resources.map(({ uri }) => uri) },
  };
}

/** Single sign-on: a person is handed over to a tax system and works there. */
function handOvers(started: Runtime, system: StandIn): Situation[] {
  const runtime = { ...started, http: clientOf(started.url) };
  const works = async (token: string): Promise<void> => {
    const given = expect(
      await exchange(runtime, system, await granted(runtime, system, token)),
      200,
      'exchange',
    ).body;
    expect(await refresh(runtime, system, given.refresh_token), 200, 'refresh');
    expect(await userinfo(runtime, given.access_token), 200, 'userinfo');
    expect(await introspection(runtime, system, given.access_token), 200, 'introspection');
  };
  return [
    [
      'a person works in a tax system',
      async () => works((await loggedInByFace(runtime, await registered(runtime))).session.accessToken),
    ],
    [
      'a company works in a tax system',
      async () => {
        const boss = await registered(runtime);
        await works((await inCompany(runtime, boss, await companyOf(runtime, boss))).token);
      },
    ],
  ];
}

function expect<R extends Pick<Reply<Loose>, 'status' | 'body'>>(reply: R, status: number, what: string): R {
  if (reply.status === status) return reply;
  throw new Error(`${what}: expected ${status}, got ${reply.status} ${JSON.stringify(reply.body)}`);
}
