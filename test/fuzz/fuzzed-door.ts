import fc from 'fast-check';
import { expect } from 'vitest';
import { routeFinder } from '../../infra/local/http/routes.ts';
import type { Operation } from '../../infra/openapi.ts';
import type { PatientDoor } from '../faults/patient-door.ts';
import type { Shape } from '../flows/support/bodies.ts';
import type { LegacyDoor } from '../flows/support/legacy.ts';
import { expectProblem } from '../flows/support/problems.ts';
import type { Client, Loose, Reply, Request } from '../support/client.ts';
import { lastingRows } from './lasting-rows.ts';
import { idOf, memberOf } from './values.ts';

/** What OpenAPI says that a route takes. */
interface Takes {
  readonly members: Readonly<Record<string, Shape>>;
  readonly query: Readonly<Record<string, Shape>>;
}

/** A request with one thing changed in it. */
interface Mutant {
  readonly what: string;
  readonly path: string;
  readonly body: unknown;
}

/** Each wrong one counts against the person or the code: a few more, and the journey is locked. */
const guesses = new Set([
  'password',
  'oldPassword',
  'companyPassword',
  'smsCode',
  'account',
  'name',
  'documentNumber',
]);

const longestPath = 4_000;

export interface FuzzedDoor extends PatientDoor {
  /** While it is off, requests go out as they are. */
  fuzzing: boolean;
  /** Whether a changed request was taken in the place of the right one, or a guess was counted. */
  readonly strayed: () => boolean;
  /** Routes that got changed requests. */
  readonly met: ReadonlySet<string>;
}

/**
 * A door that sends, before each request of a journey, the same with one field of it changed, as often as asked. Such an answer
 * is never 5xx, has a code that OpenAPI lists (the client sees to that) and a title in the language asked for; and what it
 * refused has changed nothing that lasts. One that is accepted stands in the place of the right one.
 * @param round which field of each request: all of them, one after the other, in so many rounds as the largest has fields
 * @param often changed requests a field
 */
export async function fuzzed(
  door: LegacyDoor,
  { seed, round, often }: { readonly seed: number; readonly round: number; readonly often: number },
): Promise<FuzzedDoor> {
  const takes = await takesOf(door);
  const find = routeFinder([...takes.keys()].map((routeKey) => ({ routeKey, functionName: '' })));
  const met = new Set<string>();
  const signers = new Map<string, (path: string) => Promise<string>>();
  let strayed = false;
  let drawn = 0;
  const draw = <T>(values: fc.Arbitrary<T>, count = often): T[] =>
    fc.sample(values, { seed: seed + drawn++, numRuns: count });

  /** Of one place of the request only; another place in another round. */
  function mutants(takes: Takes, path: string, body: unknown, ids: readonly string[]): Mutant[] {
    const [plain = '', query = ''] = path.split('?');
    const places: (() => Mutant[])[] = [];
    if (typeof body === 'object' && body !== null)
      for (const [name, shape] of Object.entries(takes.members))
        places.push(() =>
          draw(
            memberOf(shape, name, (body as Loose)[name]),
            guesses.has(name) ? Math.min(2, often) : often,
          ).map((value) => ({ what: `${name} = ${shown(value)}`, path, body: { ...body, [name]: value } })),
        );
    const search = new URLSearchParams(query);
    for (const [name, shape] of Object.entries(takes.query))
      places.push(() =>
        draw(memberOf(shape, name, search.get(name) ?? undefined)).map((value) => {
          const changed = new URLSearchParams(search);
          changed.set(name, typeof value === 'string' ? value : String(JSON.stringify(value)));
          return { what: `?${name} = ${shown(value)}`, path: `${plain}?${changed}`, body };
        }),
      );
    for (const id of ids)
      places.push(() =>
        draw(idOf(id)).map((other) => ({
          what: `/${other}`,
          path: path.replace(encodeURIComponent(id), () => other),
          body,
        })),
      );
    // Beyond this the gateway refuses by itself (431), before any route is looked for.
    return (places[round % places.length]?.() ?? []).filter((mutant) => mutant.path.length < longestPath);
  }

  /** Answers what was accepted; undefined where all were refused. */
  async function tryMutants(
    routeKey: string,
    ids: readonly string[],
    sent: Sent,
  ): Promise<Reply<Loose> | undefined> {
    const entry = takes.get(routeKey);
    if (!entry) return undefined;
    met.add(routeKey);
    let before: readonly string[] | undefined;
    let units = written(door);
    for (const mutant of mutants(entry, sent.path, sent.body, ids)) {
      before ??= await lastingRows(door);
      const language = draw(fc.constantFrom('zh-CN', 'en'), 1)[0] ?? 'zh-CN';
      const sign = signers.get(sent.request.assertion ?? '');
      const reply = await door.http(sent.method, mutant.path, mutant.body, {
        ...sent.request,
        ...(sign ? { assertion: await sign(mutant.path.split('?')[0] ?? '') } : {}),
        headers: { ...sent.request.headers, 'accept-language': language },
      });
      const what = `seed ${seed}, round ${round}: ${routeKey} with ${mutant.what} (${language})`;
      // Reading something else leads nowhere else.
      if (reply.status < 400 && sent.method === 'GET') continue;
      if (reply.status < 400) {
        strayed = true;
        return reply;
      }
      expectRefused(reply, language, what);
      if ([401, 423, 429].includes(reply.status) || reply.body.code === 'IDENTITY_MISMATCH') strayed = true;
      // A solved challenge serves one request.
      if ((sent.body as Loose)?.challenge !== undefined) strayed = true;
      // Most write nothing at all: then there is nothing to look for.
      const now = written(door);
      if (now === units) continue;
      units = now;
      expect(await lastingRows(door), `${what} → ${reply.body.code}`).toEqual(before);
    }
    return undefined;
  }
  interface Sent {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly request: Request;
  }

  const self: FuzzedDoor = {
    ...door,
    fuzzing: false,
    strayed: () => strayed,
    met,
    wasAway: () => false,
    http: (async (method, path, body, request = {}) => {
      const match = self.fuzzing ? find(method, path.split('?')[0] ?? '') : undefined;
      if (match) {
        const sent = { method, path, body, request };
        const accepted = await tryMutants(match.route.routeKey, Object.values(match.params), sent);
        if (accepted) return accepted;
        const sign = signers.get(request.assertion ?? '');
        // The journey's own assertion is spent where a changed request used it.
        if (sign) return door.http(method, path, body, { ...request, assertion: await sign(path) });
      }
      return door.http(method, path, body, request);
    }) satisfies Client,
    async assertion(channel, input) {
      const assertion = await door.assertion(channel, input);
      signers.set(assertion, (path) => door.assertion(channel, { ...input, path }));
      return assertion;
    },
  };
  return self;
}

function expectRefused(reply: Reply<Loose>, language: string, what: string): void {
  if (language !== 'en') {
    expectProblem(reply, what);
    return;
  }
  const said = `${what} → ${reply.status} ${JSON.stringify(reply.body)}`.slice(0, 600);
  expect(reply.status, said).toBeLessThan(500);
  expect(reply.headers.get('content-type'), said).toBe('application/problem+json; charset=utf-8');
  expect(reply.headers.get('content-language'), said).toBe('en');
  expect(reply.body.title, said).toMatch(/^[^\p{Script=Han}]+$/u);
}

/** Units of writing that all functions have used so far. */
const written = (door: LegacyDoor): number =>
  Object.values(door.usage()).reduce((sum, { writeUnits }) => sum + writeUnits, 0);

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

/** From the document that the system serves, not from the contracts behind it. */
async function takesOf(door: LegacyDoor): Promise<Map<string, Takes>> {
  const { paths } = (await door.http('GET', '/v1/openapi.json')).body;
  const all = new Map<string, Takes>();
  for (const [path, operations] of Object.entries(paths as Record<string, Record<string, Operation>>))
    for (const [method, operation] of Object.entries(operations)) {
      const body = operation.requestBody as Loose;
      const parameters = (operation.parameters ?? []) as { in: string; name: string; schema: Shape }[];
      all.set(`${method.toUpperCase()} ${path}`, {
        members: membersOf(body?.content['application/json']?.schema ?? {}),
        query: Object.fromEntries(
          parameters.filter((one) => one.in === 'query').map(({ name, schema }) => [name, schema]),
        ),
      });
    }
  return all;
}

const membersOf = (shape: Shape): Readonly<Record<string, Shape>> =>
  Object.assign({}, shape.properties, ...[...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].map(membersOf));
