import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reported } from '../flows/support/agencies.ts';
import {
  type Begun,
  begin,
  type Granted as Code,
  exchange,
  formOf,
  refresh,
  revocation,
} from '../flows/support/hand-overs.ts';
import { orderLine } from '../flows/support/orders.ts';
import { companyOf } from '../flows/support/registry.ts';
import { changeRelation, giveRelation, keyOf, relationRow } from '../flows/support/relations.ts';
import { type StandIn, standIn } from '../flows/support/rps.ts';
import type { Loose } from '../support/client.ts';
import { enterPassword, expectStatus, loggedInByFace } from '../support/runtime.ts';
import {
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';

/**
 * One person, two companies, two tax systems, and everything that begins, carries or ends a hand-over, in random order
 * and in parallel. The model states in a few lines which hand-overs exist. After each step the systems must have been
 * told exactly what has ended or become less in the model (SSO-8).
 */
const rules = 'SSO-5 SSO-7 SSO-8 SSO-10 SSO-11 ORD-1';
const places = ['natural', 'A', 'B'] as const;
type Place = (typeof places)[number];
type Company = Exclude<Place, 'natural'>;
const everything = ['filing', 'declaration', 'enquiry', 'invoice'];
const permissionSets = [everything, ['filing', 'enquiry'], ['enquiry']];

let runtime: WatchedRuntime;
let systems: StandIn[];
let taxpayers: Record<Company, string>;
beforeAll(async () => {
  systems = await Promise.all(['filing-web', 'invoice-web'].map((id) => standIn(id)));
  runtime = await openWatchedRuntime({ relyingParties: systems.map(({ client }) => client) });
  const boss = await knownPerson(runtime);
  taxpayers = { A: await companyOf(runtime, boss), B: await companyOf(runtime, boss) };
});
afterAll(async () => {
  for (const one of systems ?? []) one.stop();
  await runtime?.finish();
});
const system = (at: number): StandIn => systems[at] as StandIn;
const toldSids = (at: number) =>
  [...new Set(system(at).tokens.map((token) => String(decodeJwt(token).sid)))].sort();

interface Session {
  token: string;
  cookie: string;
  place: Place;
  /** The number of the relation in that company, counted over all relations so far. */
  relation: number;
  version: number;
}
interface Relation {
  number: number;
  version: number;
  active: boolean;
  permissions: readonly string[];
}
interface OpenCode extends Code {
  readonly at: number;
  readonly session: Session;
  readonly seen: Pick<Session, 'place' | 'relation' | 'version'>;
  readonly relationVersion: number;
  readonly actions: readonly string[];
  spent: boolean;
}
interface HandOver {
  readonly at: number;
  readonly session: Session;
  readonly seen: OpenCode['seen'];
  readonly sid: string;
  idToken: string;
  readonly refreshToken: string;
  granted: readonly string[];
  narrowed: boolean;
  over: boolean;
}

class Model {
  session: Session | undefined;
  suspended = false;
  orders = 0;
  readonly relations: Record<Company, Relation> = { A: fresh(0), B: fresh(0) };
  readonly requests: (Begun | undefined)[] = [undefined, undefined];
  codes: OpenCode[] = [];
  readonly handOvers: HandOver[] = [];
  readonly told = [new Set<string>(), new Set<string>()];

  stands({ place, relation }: Pick<Session, 'place' | 'relation'>): boolean {
    if (place === 'natural') return true;
    const now = this.relations[place];
    return now.active && now.number === relation;
  }
  today(place: Place): readonly string[] {
    return place === 'natural' ? [] : this.relations[place].permissions;
  }
  /** The hand-over of a session at a system. */
  liveHandOver(at: number): HandOver | undefined {
    return this.handOvers.findLast((one) => one.at === at && one.session === this.session);
  }
  end(one: HandOver | undefined): void {
    if (!one || one.over) return;
    one.over = true;
    this.told[one.at]?.add(one.sid);
  }
  /** Marks the hand-overs that have ended or become less. */
  judge(): void {
    for (const one of this.handOvers.filter(({ over }) => !over)) {
      const { session, seen } = one;
      if (session !== this.session || session.version !== seen.version || !this.stands(seen)) this.end(one);
      else if (one.granted.some((action) => !this.today(seen.place).includes(action))) {
        one.granted = one.granted.filter((action) => this.today(seen.place).includes(action));
        one.narrowed = true;
        this.told[one.at]?.add(one.sid);
      }
    }
  }
}
const fresh = (number: number): Relation => ({ number, version: 0, active: true, permissions: everything });

interface Real {
  readonly who: Known;
}
type Run = (model: Model, real: Real) => Promise<unknown>;
const reached = new Set<string>();
function step(name: string, run: Run, check: (model: Model) => boolean = () => true) {
  return {
    check: (model: Readonly<Model>) => check(model as Model),
    toString: () => name,
    async run(model: Model, real: Real) {
      const happened = await run(model, real);
      model.judge();
      await runtime.settled();
      // A sweep also ends hand-overs that earlier runs left idle.
      const known = new Set(model.handOvers.map(({ sid }) => sid));
      for (const at of [0, 1])
        expect(
          toldSids(at).filter((sid) => known.has(sid)),
          name,
        ).toEqual([...(model.told[at] ?? [])].sort());
      reached.add(`${name.split(' ')[0]} ${happened ?? ''}`.trim());
    },
  };
}
const loggedIn = ({ session }: Model) => session !== undefined;
const call = (session: Session, method: string, path: string, body?: unknown, cookie?: string) =>
  runtime.http(method, path, body, { token: session.token, ...(cookie ? { cookie } : {}) });

const login = step('login', async (model, { who }) => {
  if (model.suspended) {
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'ACCOUNT_SUSPENDED',
    );
    return 'suspended';
  }
  const { session, cookie } = await loggedInByFace(runtime, who);
  model.session = { token: session.accessToken, cookie, place: 'natural', relation: 0, version: 1 };
});

/** The handle of an identity, if it can be chosen. */
async function choiceOf(session: Session, place: Place): Promise<string | undefined> {
  const { body } = expectStatus(await call(session, 'GET', '/v1/session/identities'), 200);
  return body.choices.find(({ identity }: Loose) =>
    place === 'natural' ? identity.kind === 'natural' : identity.taxpayerId === taxpayers[place],
  )?.choiceId;
}
function become(model: Model, session: Session, place: Place): void {
  session.place = place;
  session.relation = place === 'natural' ? 0 : model.relations[place].number;
  session.version++;
}
const canBecome = (model: Model, place: Place) => place === 'natural' || model.relations[place].active;

const switchTo = (place: Place) =>
  step(
    `switch to ${place}`,
    async (model) => {
      const session = model.session as Session;
      if (session.place === place && model.stands(session)) return 'same';
      const choiceId = await choiceOf(session, place);
      if (!canBecome(model, place)) return expect(choiceId).toBeUndefined();
      const { body } = expectStatus(await call(session, 'POST', '/v1/session/identity', { choiceId }), 200);
      become(model, session, place);
      session.token = body.session.accessToken;
    },
    loggedIn,
  );

const authorize = (at: number) =>
  step(`authorize ${at}`, async (model) => {
    model.requests[at] = await begin(runtime, system(at));
  });

/** @param place undefined: with the session's present identity */
const decide = (at: number, place?: Place) =>
  step(
    `decide ${at} ${place ?? ''}`,
    async (model) => {
      const session = model.session as Session;
      const request = model.requests[at] as Begun;
      const choiceId = place && (await choiceOf(session, place));
      if (place && choiceId === undefined) return expect(canBecome(model, place)).toBe(false);
      const path = `/v1/sso/${request.id}/approve`;
      const reply = await call(session, 'POST', path, choiceId ? { choiceId } : {}, request.cookie);
      if (!place && !model.stands(session)) {
        expect(reply.body.code).toBe('RELATION_NOT_FOUND');
        return 'lost';
      }
      const { redirectTo } = expectStatus(reply, 200).body;
      model.requests[at] = undefined;
      if (place) {
        become(model, session, place);
        const renewed = await runtime.http('POST', '/v1/session/refresh', undefined, {
          cookie: session.cookie,
        });
        session.token = expectStatus(renewed, 200).body.session.accessToken;
        session.cookie = renewed.cookie ?? '';
      }
      model.codes.push({
        ...request,
        code: new URL(redirectTo).searchParams.get('code') ?? '',
        at,
        session,
        seen: { place: session.place, relation: session.relation, version: session.version },
        relationVersion: session.place === 'natural' ? 0 : model.relations[session.place].version,
        actions: model.today(session.place),
        spent: false,
      });
    },
    (model) => loggedIn(model) && model.requests[at] !== undefined,
  );

const exchangeOne = (pick: number) =>
  step(
    `exchange ${pick}`,
    async (model) => {
      const code = model.codes.at(-1 - (pick % model.codes.length)) as OpenCode;
      const { at, session, seen } = code;
      const good =
        !code.spent &&
        session === model.session &&
        session.version === seen.version &&
        model.stands(seen) &&
        (seen.place === 'natural' || model.relations[seen.place].version === code.relationVersion);
      const reply = await exchange(runtime, system(at), code);
      expect([reply.status, reply.body.error]).toEqual(good ? [200, undefined] : [400, 'invalid_grant']);
      if (!good) return 'refused';
      code.spent = true;
      const sid = String(decodeJwt(reply.body.id_token).sid);
      const before = model.liveHandOver(at);
      const continues = before && !before.over && before.seen.version === seen.version && !before.narrowed;
      expect(sid === before?.sid).toBe(continues === true);
      expect(reply.body.authorization_details[0].actions ?? []).toEqual(code.actions);
      if (continues) {
        before.granted = [...new Set([...before.granted, ...code.actions])];
        before.idToken = reply.body.id_token;
        return 'again';
      }
      // There is one row per session and system, so the system is told that the earlier hand-over has ended.
      model.end(before);
      const { id_token: idToken, refresh_token: refreshToken } = reply.body;
      model.handOvers.push({
        at,
        session,
        seen,
        sid,
        idToken,
        refreshToken,
        granted: code.actions,
        narrowed: false,
        over: false,
      });
    },
    ({ codes }) => codes.length > 0,
  );

const anyHandOver = ({ handOvers }: Model) => handOvers.length > 0;
const picked = (model: Model, pick: number) =>
  model.handOvers.at(-1 - (pick % model.handOvers.length)) as HandOver;

const refreshOne = (pick: number) =>
  step(
    `refresh ${pick}`,
    async (model) => {
      const one = picked(model, pick);
      const reply = await refresh(runtime, system(one.at), one.refreshToken);
      expect([reply.status, reply.body.error]).toEqual(one.over ? [400, 'invalid_grant'] : [200, undefined]);
      if (one.over) return 'refused';
      const today = model.today(one.seen.place);
      expect(reply.body.authorization_details[0].actions ?? []).toEqual(today);
      one.granted = [...new Set([...one.granted, ...today])];
    },
    anyHandOver,
  );
const revokeOne = (pick: number) =>
  step(
    `revoke ${pick}`,
    async (model) => {
      const one = picked(model, pick);
      expect((await revocation(runtime, system(one.at), one.refreshToken)).status).toBe(200);
      model.end(one);
    },
    anyHandOver,
  );
const leave = (at: number) =>
  step(
    `leave ${at}`,
    async (model) => {
      const one = model.liveHandOver(at);
      const there = one !== undefined && !one.over;
      const reply = await call(
        model.session as Session,
        'DELETE',
        `/v1/session/systems/${system(at).client.clientId}`,
      );
      expect(reply.status).toBe(there ? 204 : 404);
      model.end(one);
    },
    loggedIn,
  );
const rpLogout = (pick: number) =>
  step(
    `rp-logout ${pick}`,
    async (model) => {
      const one = picked(model, pick);
      const asked = await fetch(`${runtime.url}/oauth2/logout?${formOf({ id_token_hint: one.idToken })}`, {
        redirect: 'manual',
      });
      const id = asked.headers.get('location')?.split('#')[1] ?? '';
      const reply = await call(model.session as Session, 'POST', `/v1/sso/logouts/${id}/confirm`, {
        silently: true,
      });
      const own = model.liveHandOver(one.at) === one;
      expect(Object.keys(expectStatus(reply, 200).body)).toEqual([own ? 'loggedOut' : 'asked']);
      if (!own) return 'asked';
      model.session = undefined;
    },
    (model) => loggedIn(model) && anyHandOver(model),
  );
const logout = step(
  'logout',
  async (model) => {
    expectStatus(await call(model.session as Session, 'DELETE', '/v1/session'), 204);
    model.session = undefined;
  },
  loggedIn,
);

const change = (company: Company, permissions: readonly string[] | undefined) =>
  step(
    `${permissions ? `permit ${permissions.length}` : 'end'} ${company}`,
    async (model, { who }) => {
      const relation = model.relations[company];
      const changes = permissions ? { permissions } : { state: 'deleted' };
      await changeRelation(runtime, who, taxpayers[company], 'tax-handler', changes);
      relation.version++;
      if (permissions) relation.permissions = permissions;
      else relation.active = false;
    },
    ({ relations }) => relations[company].active,
  );
const relate = (company: Company) =>
  step(
    `relate ${company}`,
    async (model, { who }) => {
      await giveRelation(runtime, who, taxpayers[company], 'tax-handler');
      model.relations[company] = fresh(model.relations[company].number + 1);
    },
    ({ relations }) => !relations[company].active,
  );
const order = (what: 'suspend' | 'resume' | 'end-sessions') =>
  step(`order ${what}`, async (model, { who }) => {
    await reported(runtime, orderLine(who, what, ++model.orders));
    if (what === 'resume') model.suspended = false;
    else model.session = undefined;
    if (what === 'suspend') model.suspended = true;
  });
/** No write ends it; the sweep finds it. The codes have expired too. */
const idle = step('idle', async (model) => {
  runtime.clock.advance(1_800);
  model.session = undefined;
  model.codes = [];
  model.requests.fill(undefined);
  expectStatus(await runtime.http('POST', '/local/schedule/sso-sweep'), 200);
});

async function withPerson(run: (real: Real) => Promise<void>): Promise<void> {
  runtime.clock.set(morning);
  for (const one of systems) one.tokens.length = 0;
  const who = await knownPerson(runtime);
  for (const company of ['A', 'B'] as const)
    await giveRelation(runtime, who, taxpayers[company], 'tax-handler');
  await run({ who });
}

describe('a model of hand-overs', () => {
  /** Without fast-check's own time limit, which would leave a request under way. */
  async function anyOrder(
    seconds: number,
    maxCommands: number,
    options: fc.Parameters<unknown>,
  ): Promise<void> {
    const at = fc.constantFrom(0, 1);
    const company = fc.constantFrom('A', 'B' as const) as fc.Arbitrary<Company>;
    const pick = fc.nat(3);
    const commands = [
      fc.constant(login),
      fc.constantFrom(...places).map(switchTo),
      ...[1, 2].map(() => at.map(authorize)),
      fc
        .tuple(at, fc.option(fc.constantFrom(...places), { nil: undefined }))
        .map(([one, place]) => decide(one, place)),
      at.map((one) => decide(one)),
      ...[1, 2, 3].map(() => fc.constantFrom(0, 0, 0, 1).map(exchangeOne)),
      ...[1, 2].map(() => pick.map(refreshOne)),
      pick.map(revokeOne),
      at.map(leave),
      pick.map(rpLogout),
      fc.constant(logout),
      ...[1, 2].map(() =>
        fc.tuple(company, fc.constantFrom(...permissionSets)).map(([one, set]) => change(one, set)),
      ),
      company.map((one) => change(one, undefined)),
      ...[1, 2].map(() => company.map(relate)),
      fc
        .constantFrom('suspend' as const, 'resume' as const, 'resume' as const, 'end-sessions' as const)
        .map(order),
      fc.constant(idle),
    ];
    const deadline = performance.now() + seconds * 1_000;
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands, size: 'max' }), async (steps) => {
        if (performance.now() > deadline) return;
        await withPerson((real) => fc.asyncModelRun(() => ({ model: new Model(), real }), [login, ...steps]));
      }),
      { verbose: 1, ...options },
    );
  }

  it(`${rules} whatever ends one, its system is told of exactly that`, { timeout: 120_000 }, async () => {
    // One fixed order that contains what the random orders may leave out.
    const enter = (at: number, place?: Place) => [authorize(at), decide(at, place), exchangeOne(0)];
    const walk = [
      ...[login, ...enter(0), ...enter(0), ...enter(1, 'A'), refreshOne(0), change('A', ['enquiry'])],
      ...[refreshOne(0), change('A', everything), refreshOne(0), change('A', ['enquiry']), ...enter(1)],
      ...[authorize(0), decide(0), change('A', ['enquiry', 'invoice']), exchangeOne(0), ...enter(0)],
      ...[change('A', undefined), ...enter(0), relate('A'), ...enter(0, 'A'), ...enter(1), leave(0)],
      ...[switchTo('B'), ...enter(0), revokeOne(0), ...enter(0), rpLogout(0), login, ...enter(0), idle],
      ...[login, ...enter(1, 'B'), rpLogout(3), order('suspend'), login, order('resume'), login],
    ];
    await withPerson(async (real) => {
      const model = new Model();
      for (const one of walk) if (one.check(model)) await one.run(model, real);
    });
    for (const state of [
      'exchange again',
      'exchange refused',
      'decide lost',
      'rp-logout asked',
      'login suspended',
    ])
      expect([...reached]).toContain(state);
    await anyOrder(6, 25, { numRuns: 1, seed: 20_270_302 });
  });

  it(`${rules} in any order`, { timeout: 600_000, tags: ['long'] }, () =>
    anyOrder(240, 50, { numRuns: 200 }),
  );
});

describe('truly at once', () => {
  interface World {
    readonly who: Known;
    token: string;
    readonly given: { readonly at: number; readonly sid: string; readonly refreshToken: string }[];
  }
  type Act = (world: World) => Promise<unknown>;
  const portal = (world: World, method: string, path: string, body?: unknown, cookie?: string) =>
    runtime.http(method, path, body, { token: world.token, ...(cookie ? { cookie } : {}) });
  const handOver =
    (at: number): Act =>
    async (world) => {
      const request = await begin(runtime, system(at));
      const decided = await portal(world, 'POST', `/v1/sso/${request.id}/approve`, {}, request.cookie);
      if (decided.status !== 200) return;
      const code = new URL(decided.body.redirectTo).searchParams.get('code') ?? '';
      const { status, body } = await exchange(runtime, system(at), { ...request, code });
      if (status !== 200) return;
      world.given.push({ at, sid: String(decodeJwt(body.id_token).sid), refreshToken: body.refresh_token });
    };
  const become =
    (place: Place): Act =>
    async (world) => {
      const { status, body } = await portal(world, 'GET', '/v1/session/identities');
      const found =
        status === 200 &&
        body.choices.find(({ identity }: Loose) =>
          place === 'natural' ? identity.kind === 'natural' : identity.taxpayerId === taxpayers[place],
        );
      if (!found) return;
      const switched = await portal(world, 'POST', '/v1/session/identity', { choiceId: found.choiceId });
      if (switched.status === 200) world.token = switched.body.session.accessToken;
    };
  const ofRelation =
    (company: Company, changes: Record<string, unknown> | undefined): Act =>
    ({ who }) =>
      changes
        ? changeRelation(runtime, who, taxpayers[company], 'tax-handler', changes)
        : giveRelation(runtime, who, taxpayers[company], 'tax-handler');
  const refreshLast: Act = async ({ given }) => {
    const last = given.at(-1);
    if (last) await refresh(runtime, system(last.at), last.refreshToken);
  };
  const logIn: Act = async (world) => {
    world.token = (await loggedInByFace(runtime, world.who)).session.accessToken;
  };
  const acts: fc.Arbitrary<Act> = fc.oneof(
    ...[1, 2, 3].map(() => fc.constantFrom(0, 1).map(handOver)),
    fc.constantFrom(...places).map(become),
    fc.constant(refreshLast),
    fc
      .tuple(
        fc.constantFrom('A', 'B' as const),
        fc.constantFrom(
          undefined,
          { state: 'deleted' },
          ...permissionSets.map((permissions) => ({ permissions })),
        ),
      )
      .map(([company, changes]) => ofRelation(company as Company, changes)),
    fc.constantFrom<Act>(
      (world) => portal(world, 'DELETE', '/v1/session'),
      (world) => portal(world, 'DELETE', '/v1/session/systems/filing-web'),
      logIn,
    ),
  );

  async function expectTrue({ who, given }: World): Promise<void> {
    await runtime.settled();
    const live = (await rows(runtime, 'RpSessions')).filter(
      ({ personKey, ended }) => personKey === who.personKey && !ended,
    );
    for (const { sessionId, identityVersion, company, granted } of live) {
      const session = await row(runtime, 'Sessions', { sessionId });
      expect([session.ended, session.identityVersion]).toEqual([undefined, identityVersion]);
      if (!company) continue;
      const at = company.companyKey === keyOf(taxpayers.A) ? 'A' : 'B';
      const relation = await relationRow(runtime, who, taxpayers[at], 'tax-handler');
      expect([relation.state, relation.authorizationId]).toEqual(['active', company.authorizationId]);
      for (const action of granted.actions) expect(relation.permissions).toContain(action);
    }
    const untold = given.filter(({ at, sid }) => !toldSids(at).includes(sid)).map(({ sid }) => sid);
    const sids = live.filter(({ narrowings }) => !narrowings).map(({ sid }) => sid);
    expect(untold.filter((sid) => !sids.includes(sid))).toEqual([]);
  }

  const atOnce = (options: fc.Parameters<unknown>) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(acts, { minLength: 2, maxLength: 4 }), { minLength: 4, maxLength: 7 }),
        (rounds) =>
          withPerson(async ({ who }) => {
            const world: World = { who, token: '', given: [] };
            await logIn(world);
            for (const round of rounds) await Promise.all(round.map((act) => act(world)));
            await expectTrue(world);
          }),
      ),
      { verbose: 1, ...options },
    );
  const title = 'SSO-8 a hand-over without its access basis ends, and its system is informed';
  it(title, { timeout: 120_000 }, () => atOnce({ numRuns: 3, seed: 20_270_302 }));
  it(`${title}, long`, { timeout: 900_000, tags: ['long'] }, () => atOnce({ numRuns: 80 }));
});
