import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import type { RouteDeclaration } from '#contract/flow.ts';
import { Problem } from '#domain/problem.ts';

type Schema = v.GenericSchema;

function valid(schema: Schema, input: unknown, where: string): unknown {
  const result = v.safeParse(schema, input, { abortPipeEarly: true });
  if (result.success) return result.output;
  const errors = result.issues
    .slice(0, 20)
    .map((issue) => ({ path: v.getDotPath(issue) ?? where, message: wanted(issue) }));
  throw new Problem('BAD_REQUEST', { errors });
}

/** What was expected, never what was sent: a name or number in the wrong field is still personal data (DOC-4). */
const wanted = (issue: v.BaseIssue<unknown>): string =>
  issue.expected ? `expected ${issue.expected}` : issue.kind === 'validation' ? issue.message : issue.type;

/** The body's bytes against the route's limit. */
function textOf(event: APIGatewayProxyEventV2, { bodyLimitKiB = 16 }: RouteDeclaration): string {
  const text = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? '');
  if (Buffer.byteLength(text) > bodyLimitKiB * 1024) throw new Problem('BODY_TOO_LARGE');
  return text;
}

/** Name and value of each parameter as it was sent. HTTP API joins doubled ones by commas: only the raw text tells. */
export function readParameters(
  event: APIGatewayProxyEventV2,
  route: RouteDeclaration,
): readonly (readonly [string, string])[] {
  const text = route.method === 'GET' ? event.rawQueryString : textOf(event, route);
  return [...new URLSearchParams(text)];
}

/**
 * RFC 6749, 3.1: each parameter at most once, and one without a value is none.
 * @throws Problem BAD_REQUEST with the name of the doubled one
 */
export function eachOnce(parameters: readonly (readonly [string, string])[]): Record<string, string> {
  const once: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) {
    if (value === '') continue;
    if (name in once) {
      const path = /^[\w.-]{1,64}$/.test(name) ? name : 'a parameter';
      throw new Problem('BAD_REQUEST', { errors: [{ path, message: 'sent more than once' }] });
    }
    once[name] = value;
  }
  return { ...once };
}

/** A form against its schema, which is asked after the caller is known (serve.ts). */
export const readForm = (
  form: Readonly<Record<string, string>>,
  { form: schema }: RouteDeclaration,
): unknown => schema && valid(schema, form, 'form');

/** The body's bytes against the route's limit, then JSON, then the schema. Routes without a schema ignore what is sent. */
export function readBody(event: APIGatewayProxyEventV2, route: RouteDeclaration): unknown {
  const raw = textOf(event, route);
  if (!route.body) return undefined;
  let parsed: unknown;
  try {
    // Nothing at all is no broken JSON: the schema says whether it will do.
    parsed = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'body', message: 'not JSON' }] });
  }
  // Every body is an object of members; a schema whose members are all optional would take a list for one.
  if (Array.isArray(parsed))
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'body', message: 'expected Object' }] });
  return valid(route.body, parsed, 'body');
}

export const readQuery = (event: APIGatewayProxyEventV2, route: RouteDeclaration): unknown =>
  route.query && valid(route.query, event.queryStringParameters ?? {}, 'query');

/** Handles in paths are ours and short; anything else cannot name a thing of the caller's. */
export function readParams(event: APIGatewayProxyEventV2): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.pathParameters ?? {})) {
    if (!value || !/^[\w-]{1,64}$/.test(value)) throw new Problem('NOT_FOUND');
    params[name] = value;
  }
  return params;
}

/** The browser as people recognise it: family and system, not the whole User-Agent. */
export function browserOf(userAgent: string | undefined): string {
  const ua = userAgent ?? '';
  // In this order: each also names those after it.
  const family = ['MicroMessenger', 'Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) =>
    ua.includes(`${name}/`),
  );
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|HarmonyOS|Linux)/.exec(ua)?.[0];
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', MicroMessenger: '微信' };
  return [family && (names[family] ?? family), system].filter(Boolean).join(' · ') || '未知浏览器';
}
