import fc from 'fast-check';
import { expect } from 'vitest';
import { routeFinder } from '../../infra/local/http/routes.ts';
import type { Operation } from '../../infra/openapi.ts';
import type { PatientRuntime } from '../faults/patient-runtime.ts';
import type { Shape } from '../flows/support/bodies.ts';
import type { LegacyRuntime } from '../flows/support/legacy.ts';
import { expectProblem } from '../flows/support/problems.ts';
import type { Client, Loose, Reply, Request } from '../support/client.ts';
import { lastingRows } from './lasting-rows.ts';
import { idOf, memberOf } from './values.ts';

/** What a route takes, according to OpenAPI. */
interface Takes {
  readonly members: Readonly<Record<string, Shape>>;
  readonly query: Readonly<Record<string, Shape>>;
}

/** A request with one change. */
interface Mutant {
  readonly what: string;
  readonly path: string;
  readonly body: unknown;
}

/** Members whose wrong values count as guesses; a few more of them would lock the journey. */
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

export interface FuzzedRuntime extends PatientRuntime {
  /** While this is false, requests are sent unchanged. */
  fuzzing: boolean;
  /** Whether a changed request was accepted instead of the right one, or a guess was counted. */
  readonly strayed: () => boolean;
  /** The routes that got changed requests. */
  readonly met: ReadonlySet<string>;
}

/**
 * A runtime whose client sends, before each request of a journey, the same request with one changed field, `often`
 * times. The answer to a changed request is never 5xx; it has a code that OpenAPI lists (the client checks that) and a
 * title in the requested language; and a refusal changes nothing that lasts. An accepted request takes the place of the
 * right one.
 * @param round which field of each request is changed: the rounds go through all fields one after the other
 * @param often changed requests for each field
 */
export async function fuzzed(
  runtime: LegacyRuntime,
  { seed, round, often }: { readonly seed: number; readonly round: number; readonly often: number },
): Promise<FuzzedRuntime> {
  const takes = await takesOf(runtime);
  const find = routeFinder([...takes.keys()].map((routeKey) => ({ routeKey, functionName: '' })));
  const met = new Set<string>();
  const signers = new Map<string, (path: string) => Promise<string>>();
  let strayed = false;
  let drawn = 0;
  const draw = <T>(values: fc.Arbitrary<T>, count = often): T[] =>
    fc.sample(values, { seed: seed + drawn++, numRuns: count });

  /** Changes one field of the request; another round changes another field. */
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
    // The gateway itself refuses longer paths (431), before it looks for a route.
    return (places[round % places.length]?.() ?? []).filter((mutant) => mutant.path.length < longestPath);
  }

  /** Returns what was accepted; undefined if every request was refused. */
  async function tryMutants(
    routeKey: string,
    ids: readonly string[],
    sent: Sent,
  ): Promise<Reply<Loose> | undefined> {
    const entry = takes.get(routeKey);
    if (!entry) return undefined;
    met.add(routeKey);
    let before: readonly string[] | undefined;
    let units = written(runtime);
    for (const mutant of mutants(entry, sent.path, sent.body, ids)) {
      before ??= await lastingRows(runtime);
      const language = draw(fc.constantFrom('zh-CN', 'en'), 1)[0] ?? 'zh-CN';
      const sign = signers.get(sent.request.assertion ?? '');
      const reply = await runtime.http(sent.method, mutant.path, mutant.body, {
        ...sent.request,
        ...(sign ? { assertion: await sign(mutant.path.split('?')[0] ?? '') } : {}),
        headers: { ...sent.request.headers, 'accept-language': language },
      });
      const what = `seed ${seed}, round ${round}: ${routeKey} with ${mutant.what} (${language})`;
      // A read of something else does not change the journey.
      if (reply.status < 400 && sent.method === 'GET') continue;
      if (reply.status < 400) {
        strayed = true;
        return reply;
      }
      expectRefused(reply, language, what);
      if ([401, 423, 429].includes(reply.status) || reply.body.code === 'IDENTITY_MISMATCH') strayed = true;
      // A solved challenge works for one request.
      if ((sent.body as Loose)?.challenge !== undefined) strayed = true;
      // Most refusals write nothing, and then there is nothing to compare.
      const now = written(runtime);
      if (now === units) continue;
      units = now;
      expect(await lastingRows(runtime), `${what} → ${reply.body.code}`).toEqual(before);
    }
    return undefined;
  }
  interface Sent {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly request: Request;
  }

  const self: FuzzedRuntime = {
    ...runtime,
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
        // A changed request has used the journey's assertion, so the journey signs a new one.
        if (sign) return runtime.http(method, path, body, { ...request, assertion: await sign(path) });
      }
      return runtime.http(method, path, body, request);
    }) satisfies Client,
    async assertion(channel, input) {
      const assertion = await runtime.assertion(channel, input);
      signers.set(assertion, (path) => runtime.assertion(channel, { ...input, path }));
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

/** The write units that all functions have used so far. */
const written = (runtime: LegacyRuntime): number =>
  Object.values(runtime.usage()).reduce((sum, { writeUnits }) => sum + writeUnits, 0);

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

/** Read from the OpenAPI document that the system serves, not from the contracts. */
async function takesOf(runtime: LegacyRuntime): Promise<Map<string, Takes>> {
  const { paths } = (await runtime.http('GET', '/v1/openapi.json')).body;
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
