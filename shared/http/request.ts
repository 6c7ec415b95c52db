import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import type { RouteDeclaration } from '#contract/flow.ts';
import { Problem } from '#domain/problem.ts';
import { OAuthProblem, severalResources } from '#domain/sso/oauth-problem.ts';
import { isWhole } from '#domain/text.ts';

type Schema = v.GenericSchema;

function valid(schema: Schema, input: unknown, where: string): unknown {
  const result = v.safeParse(schema, input, { abortPipeEarly: true });
  if (result.success) {
    const broken = brokenText(result.output, []);
    if (broken) throw notText(broken.join('.') || where);
    return result.output;
  }
  const errors = result.issues
    .slice(0, 20)
    .map((issue) => ({ path: v.getDotPath(issue) ?? where, message: wanted(issue) }));
  throw new Problem('BAD_REQUEST', { errors });
}

/** What was expected, never what was sent: a name or number in the wrong field is still personal data (DOC-4). */
const wanted = (issue: v.BaseIssue<unknown>): string =>
  issue.expected ? `expected ${issue.expected}` : issue.kind === 'validation' ? issue.message : issue.type;

/**
 * The path of the first incomplete text in a value that passed its schema (DOC-2); undefined if there is none. A
 * validated value is only as deep as its schema, whatever was sent.
 */
export function brokenText(value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof value === 'string') return isWhole(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = brokenText(member, [...path, name]);
    if (found) return found;
  }
  return undefined;
}

const notText = (path: string): Problem =>
  new Problem('BAD_REQUEST', { errors: [{ path, message: 'not UTF-8' }] });

/** The body's bytes as they were sent: API Gateway hands text over as text and everything else as base64. */
export const bodyBytes = (event: Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

/**
 * The bytes of the body as text, within the route's limit. Bytes that are no UTF-8 are refused and never replaced
 * (DOC-2). A base64 body brings them unchanged; in a text body the gateway has put U+FFFD in their place, which nobody
 * types.
 */
function textOf(event: APIGatewayProxyEventV2, { bodyLimitKiB = 16 }: RouteDeclaration): string {
  const bytes = bodyBytes(event);
  if (bytes.length > bodyLimitKiB * 1024) throw new Problem('BODY_TOO_LARGE');
  const text = bytes.toString('utf8');
  if (!isWhole(text)) throw notText('body');
  // A byte order mark is not part of the text.
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/**
 * Name and value of each parameter as sent. The HTTP API joins repeated parameters by commas, so only the raw text
 * shows them.
 */
export function readParameters(
  event: APIGatewayProxyEventV2,
  route: RouteDeclaration,
): readonly (readonly [string, string])[] {
  const text = route.method === 'GET' ? event.rawQueryString : textOf(event, route);
  const parameters = [...new URLSearchParams(text)];
  const broken = brokenText(parameters, []);
  if (broken) throw notText(route.method === 'GET' ? 'query' : 'body');
  return parameters;
}

/**
 * RFC 6749, 3.1: each parameter at most once; a parameter without a value counts as not sent.
 * @throws Problem BAD_REQUEST with the name of the repeated parameter; OAuthProblem invalid_target for several
 * resources at a route that takes one (RFC 8707, 2)
 */
export function requireSingleValues(
  parameters: readonly (readonly [string, string])[],
  { oauthErrors = [] }: Pick<RouteDeclaration, 'oauthErrors'> = {},
): Record<string, string> {
  const once: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) {
    if (value === '') continue;
    if (name in once) {
      if (name === 'resource' && oauthErrors.includes('invalid_target'))
        throw new OAuthProblem('invalid_target', severalResources);
      const path = /^[\w.-]{1,64}$/.test(name) ? name : 'a parameter';
      throw new Problem('BAD_REQUEST', { errors: [{ path, message: 'sent more than once' }] });
    }
    once[name] = value;
  }
  return { ...once };
}

/** Validates a form against its schema; this happens after the caller is known (serve.ts). */
export const readForm = (
  form: Readonly<Record<string, string>>,
  { form: schema }: RouteDeclaration,
): unknown => schema && valid(schema, form, 'form');

/**
 * Checks the body in this order: its size against the route's limit, then JSON, then the schema. Routes without a
 * schema ignore the body.
 */
export function readBody(event: APIGatewayProxyEventV2, route: RouteDeclaration): unknown {
  const raw = textOf(event, route);
  if (!route.body) return undefined;
  let parsed: unknown;
  try {
    // An empty body is not broken JSON: the schema decides whether it is acceptable.
    parsed = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'body', message: 'not JSON' }] });
  }
  // Every body is an object; a schema whose members are all optional would otherwise accept a list.
  if (Array.isArray(parsed))
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'body', message: 'expected Object' }] });
  return valid(route.body, parsed, 'body');
}

export const readQuery = (event: APIGatewayProxyEventV2, route: RouteDeclaration): unknown =>
  route.query && valid(route.query, event.queryStringParameters ?? {}, 'query');

/** Handles in paths are made by us and short; any other text cannot name anything that the caller has. */
export function readParams(event: APIGatewayProxyEventV2): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.pathParameters ?? {})) {
    if (!value || !/^[\w-]{1,64}$/.test(value)) throw new Problem('NOT_FOUND');
    params[name] = value;
  }
  return params;
}
