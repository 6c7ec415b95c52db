import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { isWhole } from '#domain/text.ts';
import { faceOutcomes } from '../emulators/face-simulator.ts';
import { type FaultRule, faultKinds, faultServices } from '../emulators/faults.ts';
import { readBody, sendJson } from '../http/http.ts';
import { sendProblem } from '../http/problem.ts';
import { FunctionError } from '../lambda/functions.ts';
import type { Runtime } from '../runtime-types.ts';
import { type AssertionInput, isChannel } from './channel-keys.ts';
import { logoutAnswers } from './tax-systems.ts';

/** The routes under /local (docs/api.md, "This machine only"). The runtime answers them itself, never a function. */

const instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/, 'ISO 8601 with offset'),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'no such instant'),
);
const clockBody = v.union(
  [
    v.strictObject({ now: instant }),
    v.strictObject({ advanceSeconds: v.pipe(v.number(), v.finite(), v.minValue(-1e10), v.maxValue(1e10)) }),
    v.strictObject({}),
  ],
  'one of {now: ISO 8601 with offset}, {advanceSeconds: number} or {}',
);
const assertionBody = v.strictObject({
  body: v.optional(v.string()),
  bodySha256: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'a SHA-256 in base64url'))),
  method: v.pipe(v.string(), v.regex(/^[A-Z]+$/, 'a method such as POST')),
  path: v.pipe(v.string(), v.regex(/^\/[^?#]*$/, 'a path without query')),
  person: v.optional(v.looseObject({ documentType: v.string(), documentNumber: v.string() })),
  identity: v.optional(v.looseObject({ taxpayerId: v.string(), role: v.string() })),
  officer: v.optional(v.string()),
  office: v.optional(v.string()),
});
const faceBody = v.strictObject({ outcome: v.picklist(faceOutcomes) });
const logoutsBody = v.strictObject({ answer: v.picklist(logoutAnswers) });
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const faultBody = v.strictObject({
  service: v.optional(v.picklist(faultServices)),
  function: v.optional(v.string()),
  routeKey: v.optional(v.string()),
  table: v.optional(v.string()),
  action: v.optional(v.string()),
  nth: v.optional(count),
  per: v.optional(v.picklist(['invocation', 'runtime'])),
  kind: v.picklist(faultKinds),
  times: v.optional(count),
});

class BadInput extends Error {}
class NoSuchThing extends Error {}

function noSystem(clientId: string): never {
  throw new NoSuchThing(`There is no tax system ${clientId} here`);
}

interface Request {
  readonly incoming: IncomingMessage;
  readonly query: URLSearchParams;
  readonly name: string;
}
type Answer = { readonly status: number; readonly body?: unknown; readonly json?: string };
type Route = readonly [method: string, path: RegExp, answer: (request: Request, runtime: Runtime) => unknown];

const ok = (body: unknown): Answer => ({ status: 200, body });
const none: Answer = { status: 204 };
const clockFace = (clock: Runtime['clock']) => ({ now: clock.now().toISOString(), fixed: clock.fixed() });

const routes: readonly Route[] = [
  ['GET', /^\/local\/sms$/, ({ query }, runtime) => ok(runtime.sms(query.get('phone') ?? undefined))],
  ['GET', /^\/local\/clock$/, (_request, { clock }) => ok(clockFace(clock))],
  [
    'POST',
    /^\/local\/clock$/,
    async ({ incoming }, { clock }) => {
      const input = await bodyOf(incoming, clockBody);
      if ('now' in input) clock.set(input.now);
      else if ('advanceSeconds' in input) clock.advance(input.advanceSeconds);
      else clock.reset();
      return ok(clockFace(clock));
    },
  ],
  [
    'POST',
    /^\/local\/schedule\/([^/]+)$/,
    async ({ incoming, name }, runtime) => {
      incoming.resume();
      if (!runtime.hasSchedule(name)) throw new NoSuchThing(`There is no schedule ${name}`);
      return ok(await runtime.schedule(name));
    },
  ],
  ['POST', /^\/local\/registry$/, async ({ incoming }, runtime) => ok(await runtime.registry(incoming))],
  [
    'POST',
    /^\/local\/channels\/([^/]+)\/assertion$/,
    async ({ incoming, name }, runtime) => {
      const input = await bodyOf(incoming, assertionBody);
      if (!isChannel(name) || name === 'web') throw new NoSuchThing(`There is no channel ${name} with a key`);
      return ok({ assertion: await runtime.assertion(name, input as AssertionInput) });
    },
  ],
  ['GET', /^\/local\/face$/, (_request, runtime) => ok({ outcome: runtime.faceOutcome() })],
  [
    'POST',
    /^\/local\/face$/,
    async ({ incoming }, runtime) => {
      const { outcome } = await bodyOf(incoming, faceBody);
      runtime.face(outcome);
      return ok({ outcome });
    },
  ],
  [
    'GET',
    /^\/local\/demo$/,
    async (_request, { demo }) => {
      if (!demo) throw new NoSuchThing('There are no demo people: start without --no-portal');
      const { demoBook } = await import('../../demo/demo-book.ts');
      return ok({ ...demoBook(), problems: demo });
    },
  ],
  ['GET', /^\/local\/rps$/, (_request, { taxSystems }) => ok(taxSystems?.list ?? [])],
  [
    'GET',
    /^\/local\/rps\/([^/]+)\/notices$/,
    ({ name }, { taxSystems }) => ok(taxSystems?.notices(name) ?? noSystem(name)),
  ],
  [
    'POST',
    /^\/local\/rps\/([^/]+)\/logouts$/,
    async ({ incoming, name }, { taxSystems }) => {
      const { answer } = await bodyOf(incoming, logoutsBody);
      if (!taxSystems?.answerLogouts(name, answer)) noSystem(name);
      return ok({ answer });
    },
  ],
  ['GET', /^\/local\/usage$/, (_request, runtime) => ok(runtime.usage())],
  [
    'DELETE',
    /^\/local\/usage$/,
    (_request, runtime) => {
      runtime.resetUsage();
      return none;
    },
  ],
  ['GET', /^\/local\/faults$/, (_request, { faults }) => ok(faults.list())],
  [
    'POST',
    /^\/local\/faults$/,
    async ({ incoming }, { faults }) => ({
      status: 201,
      body: { id: faults.add((await bodyOf(incoming, faultBody)) as FaultRule) },
    }),
  ],
  [
    'POST',
    /^\/local\/faults\/([^/]+)\/release$/,
    ({ incoming, name }, { faults }) => {
      incoming.resume();
      if (!faults.holds(name)) throw new NoSuchThing(`No rule ${name} holds calls`);
      faults.release(name);
      return none;
    },
  ],
  [
    'DELETE',
    /^\/local\/faults$/,
    (_request, { faults }) => {
      faults.clear();
      return none;
    },
  ],
  [
    'GET',
    /^\/local\/grants$/,
    (_request, runtime) => ok({ unused: runtime.unusedGrants(), denied: runtime.denials() }),
  ],
  [
    'POST',
    /^\/local\/secrets\/([^/]+)\/rotate$/,
    async ({ incoming, name }, runtime) => {
      incoming.resume();
      if (!runtime.hasRotation(name)) throw new NoSuchThing(`There is no rotating secret ${name}`);
      await runtime.rotateSecret(name);
      return none;
    },
  ],
];

export async function serveLocal(
  incoming: IncomingMessage,
  response: ServerResponse,
  runtime: Runtime,
): Promise<void> {
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  try {
    for (const [method, pattern, answer] of routes) {
      const found = incoming.method === method ? pattern.exec(path) : null;
      if (!found) continue;
      const name = decodeURIComponent(found[1] ?? '');
      const result = await answer({ incoming, query: new URLSearchParams(query), name }, runtime);
      return send(response, result as Answer);
    }
    incoming.resume();
    sendProblem(incoming, response, 'NOT_FOUND', `No local route ${incoming.method} ${path}`);
  } catch (error) {
    if (error instanceof BadInput) return sendProblem(incoming, response, 'BAD_REQUEST', error.message);
    if (error instanceof URIError)
      return sendProblem(incoming, response, 'BAD_REQUEST', 'Malformed percent-encoding / 网址编码有误');
    if (error instanceof NoSuchThing) return sendProblem(incoming, response, 'NOT_FOUND', error.message);
    if (error instanceof FunctionError)
      return sendJson(response, 500, { errorType: error.type, errorMessage: error.message });
    throw error;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (status === 204) response.writeHead(204).end();
  else sendJson(response, status, body);
}

async function bodyOf<S extends v.GenericSchema>(
  incoming: IncomingMessage,
  schema: S,
): Promise<v.InferOutput<S>> {
  const bytes = await readBody(incoming, 1024 * 1024);
  const text = bytes?.toString('utf8') ?? '';
  if (!isWhole(text)) throw new BadInput('The body is not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text || '{}');
  } catch {
    throw new BadInput('The body is not JSON');
  }
  if (Array.isArray(parsed)) throw new BadInput('The body is not an object');
  const result = v.safeParse(schema, parsed);
  if (result.success) return result.output;
  throw new BadInput(
    result.issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`).join('; '),
  );
}
