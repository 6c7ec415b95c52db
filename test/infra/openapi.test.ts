import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { problemStatus } from '#domain/problem.ts';
import { flows } from '#flows/contracts.ts';
import { type Operation, openApi } from '../../infra/openapi.ts';
import { objectsIn } from './assembly.ts';

const description = openApi(flows);
const operations = Object.entries(description.paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
);
const declared = flows.flatMap((flow) =>
  Object.entries(flow.routes ?? {}).map(([step, route]) => ({ id: `${flow.name}.${step}`, route })),
);
const find = (id: string): Operation => {
  const found = operations.find(({ operation }) => operation.operationId === id);
  if (!found) throw new Error(`No operation ${id}`);
  return found.operation;
};

describe('OpenAPI', () => {
  it('is 3.1 with every route of the contracts, each under its own id', () => {
    expect(description.openapi).toBe('3.1.0');
    expect(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
      declared.map(({ route }) => `${route.method} ${route.path}`).sort(),
    );
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(declared.length);
  });

  it('survives JSON and resolves every reference and security scheme', () => {
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    for (const { $ref } of objectsIn(description))
      if (typeof $ref === 'string') {
        const target = $ref
          .split('/')
          .slice(1)
          .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], description);
        expect(target, $ref).toBeTypeOf('object');
      }
    const schemes = Object.keys(description.components.securitySchemes);
    for (const { operation } of operations)
      for (const alternative of operation.security as Record<string, unknown>[])
        for (const name of Object.keys(alternative)) expect(schemes).toContain(name);
  });

  it.each(declared)('describes $id: parameters, body, answers, errors', ({ id, route }) => {
    const operation = find(id);
    const parameters = (operation.parameters ?? []) as { in: string; name: string }[];
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(
      [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    );
    expect(operation.requestBody !== undefined).toBe((route.body ?? route.form) !== undefined);
    for (const [status, schema] of Object.entries(route.answers))
      expect(operation.responses[status]?.content !== undefined).toBe(schema !== null);
    if (route.errorsAs === 'page') return void expect(Object.keys(operation.responses)).toEqual(['303']);
    if (route.errorsAs === 'oauth') {
      const words = new Set([...objectsIn(operation.responses)].flatMap((object) => object.enum ?? []));
      for (const word of ['invalid_request', 'temporarily_unavailable', ...(route.oauthErrors ?? [])])
        expect(words).toContain(word);
      return;
    }
    const codes = new Set(
      Object.entries(operation.responses).flatMap(([status, response]) =>
        [...objectsIn(response)].flatMap((object) => {
          const named = Array.isArray(object.enum)
            ? (object.enum as string[]).filter((code) => code in problemStatus)
            : [];
          for (const code of named)
            expect(String(problemStatus[code as keyof typeof problemStatus])).toBe(status);
          return named;
        }),
      ),
    );
    for (const code of ['BAD_REQUEST', 'UNAVAILABLE', ...(route.errors ?? [])]) expect(codes).toContain(code);
  });

  it('says who may call: token, refresh cookie, channel, or anybody', () => {
    const route = { method: 'GET', summary: 's', answers: { 204: null } } as const;
    const { paths } = openApi([
      {
        name: 'probe',
        summary: 's',
        routes: {
          a: { ...route, path: '/a', access: 'session' },
          b: { ...route, path: '/b', access: 'refresh' },
          c: { ...route, path: '/c', access: 'channel' },
          d: { ...route, path: '/d', access: 'public-or-channel' },
          e: { ...route, path: '/e', access: 'public' },
        },
      },
    ]);
    expect(Object.values(paths).map(({ get }) => get?.security)).toEqual([
      [{ accessToken: [] }],
      [{ refreshCookie: [] }],
      [{ channelAssertion: [] }],
      [{}, { channelAssertion: [] }],
      [],
    ]);
  });

  it('shows what a client sends, not what a transformation makes of it, and query parameters one by one', () => {
    const { paths } = openApi([
      {
        name: 'probe',
        summary: 's',
        routes: {
          a: {
            method: 'POST',
            path: '/a',
            access: 'public',
            summary: 's',
            query: v.object({ cursor: v.optional(v.string()), ending: v.string() }),
            body: v.object({ code: v.pipe(v.string(), v.transform(Number)) }),
            answers: { 204: null },
          },
        },
      },
    ]);
    const operation = paths['/a']?.post;
    expect(operation?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { properties: { code: { type: 'string' } } } } },
    });
    expect(operation?.parameters).toEqual([
      { name: 'cursor', in: 'query', required: false, schema: { type: 'string' } },
      { name: 'ending', in: 'query', required: true, schema: { type: 'string' } },
    ]);
  });
});
