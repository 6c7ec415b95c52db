import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import {
  type Access,
  changesSomething,
  type FlowDeclaration,
  type RouteDeclaration,
  routeKey,
} from '#contract/flow.ts';
import { html } from '#contract/schemas.ts';
import { Problem, type ProblemCode, problemStatus } from '#domain/problem.ts';
import { asOAuth, type OAuthErrorCode, oauthErrorStatus } from '#domain/sso/oauth-problem.ts';

type Json = Record<string, unknown>;

export interface OpenApi extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
}
export interface Operation extends Json {
  readonly operationId: string;
  readonly responses: Record<string, Json>;
}

const contentSchema = (schema: unknown, type = 'application/json') => ({ content: { [type]: { schema } } });

/**
 * Codes that a route may answer because of what it takes (docs/api.md: "the general ones"). A route that changes
 * something may always find that the thing has changed meanwhile.
 */
function generalCodes(route: RouteDeclaration): ProblemCode[] {
  const { access, path, evenIfLost, evenWithInitialPassword } = route;
  const codes: ProblemCode[] = ['BAD_REQUEST', 'BODY_TOO_LARGE', 'TOO_MANY_REQUESTS', 'UNAVAILABLE'];
  if (changesSomething(route)) codes.push('ORIGIN_NOT_ALLOWED', 'MEDIA_TYPE_NOT_SUPPORTED', 'STATE_CONFLICT');
  if (path.includes('{')) codes.push('NOT_FOUND', 'EXPIRED', 'STATE_CONFLICT');
  if (access === 'session' || access === 'refresh') codes.push('SESSION_ENDED');
  if (access === 'session') codes.push('ACCOUNT_SUSPENDED');
  if (access === 'session' && !evenIfLost) codes.push('RELATION_NOT_FOUND');
  if (access === 'session' && !evenWithInitialPassword) codes.push('PASSWORD_CHANGE_REQUIRED');
  if (access === 'channel' || access === 'public-or-channel')
    codes.push('ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED');
  return codes;
}

/**
 * Every code that OpenAPI lists for a route; a route answers no other. Routes that a browser opens directly list none.
 */
export const codesOf = (route: RouteDeclaration): ReadonlySet<ProblemCode> =>
  new Set(route.errorsAs === 'page' ? [] : [...generalCodes(route), ...(route.errors ?? [])]);

const security: Readonly<Record<Access, readonly Record<string, readonly string[]>[]>> = {
  public: [],
  'public-or-channel': [{}, { channelAssertion: [] }],
  channel: [{ channelAssertion: [] }],
  session: [{ accessToken: [] }],
  refresh: [{ refreshCookie: [] }],
  client: [{ clientAssertion: [] }],
  'client-token': [{ clientAccessToken: [] }],
};

const securitySchemes = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Access token (ES256, SES-2).',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-refresh',
    description: 'Refresh token (SES-2).',
  },
  channelAssertion: {
    type: 'apiKey',
    in: 'header',
    name: 'Channel-Assertion',
    description: 'JWT signed by the channel (ES256, at most 60 s, bound to method and path; CHN-1).',
  },
};

/** How relying parties authenticate (SSO). */
const clientSchemes = {
  clientAssertion: {
    type: 'apiKey',
    in: 'header',
    name: 'client_assertion',
    description:
      'Sent in the form, not as a header: private_key_jwt (RFC 7523, ES256, at most 120 s), with client_assertion_type.',
  },
  clientAccessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Access token of a relying party (RFC 9068).',
  },
};

const problemSchema = {
  type: 'object',
  description:
    'RFC 9457. `code` is stable; `title` is the sentence for the person, in the language asked for.',
  required: ['type', 'title', 'status', 'code', 'traceId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problemStatus) },
    detail: { type: 'string' },
    traceId: { type: 'string' },
    retryAt: { type: 'string', format: 'date-time' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};

const oauthErrorSchema = {
  type: 'object',
  description: 'RFC 6749, 5.2.',
  required: ['error'],
  properties: {
    error: { type: 'string', enum: Object.keys(oauthErrorStatus) },
    error_description: { type: 'string' },
  },
};
const hasOAuth = (flows: readonly FlowDeclaration[]): boolean =>
  flows.some(({ routes = {} }) => Object.values(routes).some(({ errorsAs }) => errorsAs === 'oauth'));

/** The contracts as OpenAPI 3.1: made from the same schemas that validate requests. */
export function openApi(flows: readonly FlowDeclaration[]): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const flow of flows)
    for (const [step, route] of Object.entries(flow.routes ?? {})) {
      const operations = paths[route.path] ?? {};
      paths[route.path] = operations;
      const method = route.method.toLowerCase();
      if (operations[method]) throw new Error(`Route ${routeKey(route)} is declared twice.`);
      operations[method] = operation(flow, step, route);
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Anhui e-tax bureau: login, identity and accounts',
      version: '1',
      description: 'Errors are application/problem+json. Times are ISO 8601 with offset.',
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    tags: flows.filter(({ routes }) => routes).map(({ name, summary }) => ({ name, description: summary })),
    paths,
    components: {
      schemas: { Problem: problemSchema, ...(hasOAuth(flows) ? { OAuthError: oauthErrorSchema } : {}) },
      securitySchemes: { ...securitySchemes, ...(hasOAuth(flows) ? clientSchemes : {}) },
    },
  };
}

function operation(flow: FlowDeclaration, step: string, route: RouteDeclaration): Operation {
  const responses: Record<string, Json> = {};
  for (const [status, schema] of Object.entries(route.answers))
    responses[status] = schema
      ? { description: 'Done', ...contentSchema(jsonSchema(schema, 'output'), mediaTypeOf(schema)) }
      : { description: status === '303' ? 'The browser goes on' : 'Done' };
  if (route.errorsAs === 'oauth')
    for (const [status, words] of oauthByStatus(route)) responses[status] = oauthAnswer(words);
  else for (const [status, codes] of problemsByStatus(route)) responses[status] = problemAnswer(codes);
  const parameters = [...pathParameters(route), ...queryParameters(route), ...keyProof(route)];
  return {
    operationId: `${flow.name}.${step}`,
    tags: [flow.name],
    summary: route.summary,
    security: security[route.access],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses,
  };
}

function requestBody({ body, form }: RouteDeclaration): Json {
  const schema = body ?? form;
  if (!schema) return {};
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    requestBody: {
      required: schema.type !== 'optional',
      ...contentSchema(jsonSchema(schema, 'input'), type),
    },
  };
}

const mediaTypeOf = (schema: GenericSchema): string => (schema === html ? 'text/html' : 'application/json');

/** The OAuth error codes of a route's refusals, by status: those about the caller, those of any route, and its own. */
export function oauthByStatus(route: RouteDeclaration): Map<string, Set<OAuthErrorCode>> {
  const byStatus = new Map<string, Set<OAuthErrorCode>>();
  const add = (word: OAuthErrorCode, status: number = oauthErrorStatus[word]) =>
    byStatus.set(String(status), (byStatus.get(String(status)) ?? new Set()).add(word));
  for (const code of generalCodes(route)) {
    const { error, status } = asOAuth(new Problem(code));
    add(error, status);
  }
  if (route.access === 'client') add('invalid_client');
  if (route.access === 'client-token') add('invalid_token');
  // At a resource the status says that the token is not accepted (RFC 9449, 7.1).
  if (route.provesKey)
    add('invalid_dpop_proof', route.access === 'client-token' ? 401 : oauthErrorStatus.invalid_dpop_proof);
  for (const word of route.oauthErrors ?? []) add(word);
  return byStatus;
}

const oauthAnswer = (words: ReadonlySet<OAuthErrorCode>): Json => ({
  description: [...words].join(', '),
  ...contentSchema({
    allOf: [{ $ref: '#/components/schemas/OAuthError' }, { properties: { error: { enum: [...words] } } }],
  }),
});

function problemsByStatus(route: RouteDeclaration): Map<string, ProblemCode[]> {
  const byStatus = new Map<string, ProblemCode[]>();
  for (const code of codesOf(route)) {
    const status = String(problemStatus[code]);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function problemAnswer(codes: readonly ProblemCode[]): Json {
  const narrowed = { properties: { code: { enum: codes } } };
  return {
    description: codes.join(', '),
    ...contentSchema(
      { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] },
      'application/problem+json',
    ),
  };
}

const pathParameters = ({ path }: RouteDeclaration): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const keyProof = ({ provesKey }: RouteDeclaration): Json[] =>
  provesKey
    ? [
        {
          name: 'DPoP',
          in: 'header',
          required: false,
          description:
            'The proof of a key (RFC 9449): needed of clients with `dpop`, and with tokens that are bound',
          schema: { type: 'string' },
        },
      ]
    : [];

function queryParameters({ query }: RouteDeclaration): Json[] {
  if (!query) return [];
  const schema = jsonSchema(query, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

/** Checks and transformations that JSON Schema cannot express are left out; the functions still enforce them. */
function jsonSchema(schema: GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode,
    errorMode: 'ignore',
  });
  return rest;
}
