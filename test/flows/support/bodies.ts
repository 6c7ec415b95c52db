import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { RouteDeclaration } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';
import { personWith } from './documents.ts';

/** The part of JSON Schema that the contracts use. */
export interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly pattern?: string;
  readonly minLength?: number;
}

export interface Route {
  readonly name: string;
  readonly flow: string;
  readonly route: RouteDeclaration;
}

/** Every route of every flow, so new routes are tested automatically. */
export const routes: readonly Route[] = flows.flatMap((flow) =>
  Object.values(flow.routes ?? {}).map((route) => ({
    name: `${route.method} ${route.path}`,
    flow: flow.name,
    route,
  })),
);

export const bodyShape = ({ body }: RouteDeclaration): Shape =>
  body ? (toJsonSchema(body, { errorMode: 'ignore', typeMode: 'input' }) as Shape) : {};

const someone = personWith('201');
/** Values that the rules accept, by the member's name. */
const known: Readonly<Record<string, unknown>> = {
  ...someone,
  account: someone.documentNumber,
  newPassword: 'Kuaiji!58ws',
  oldPassword: someone.password,
  newPhone: someone.phone,
  smsCode: '123456',
  faceTicket: 'A'.repeat(43),
  username: 'Jiuhua2026',
  taxpayerId: '91350100M000100Y43',
  entry: 'natural',
  consents: ['privacy', 'face'],
  ending: '1234',
  qrContent: 'http://127.0.0.1/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
};

/** A value of a shape: the required members, with values that the rules accept if such a value is known. */
export function sample(shape: Shape, name = ''): unknown {
  if (shape.const !== undefined) return shape.const;
  if (name in known && !shape.properties) return known[name];
  if (shape.enum) return shape.enum[0];
  const [first] = shape.anyOf ?? shape.oneOf ?? [];
  if (first) return sample(first, name);
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        (shape.required ?? []).map((member) => [member, sample(shape.properties?.[member] ?? {}, member)]),
      );
    case 'array':
      return [sample(shape.items ?? {})];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return 'x'.repeat(Math.max(1, shape.minLength ?? 1));
  }
}

/** A body that passes the route's schema. If the schema needs one of several factors, the body has one. */
export function goodBody(route: RouteDeclaration): Record<string, unknown> {
  if (!route.body) return {};
  const shape = bodyShape(route);
  const base = sample(shape) as Record<string, unknown>;
  const choices = [
    {},
    ...Object.entries(shape.properties ?? {}).map(([name, one]) => ({ [name]: sample(one, name) })),
  ];
  for (const choice of choices) {
    const body = { ...base, ...choice };
    if (v.safeParse(route.body, body).success) return body;
  }
  throw new Error(`no good body for ${route.method} ${route.path}`);
}

export const bodyMembers = (route: RouteDeclaration): string[] =>
  Object.keys(bodyShape(route).properties ?? {});

/**
 * A query that passes the route's schema, with its question mark; empty if none is needed. Known members have known
 * values.
 */
export function goodQuery(route: RouteDeclaration): string {
  if (!route.query) return '';
  const shape = toJsonSchema(route.query, { errorMode: 'ignore', typeMode: 'input' }) as Shape;
  const members = Object.keys(shape.properties ?? {}).filter((name) => name in known);
  const query = {
    ...(sample(shape) as object),
    ...Object.fromEntries(members.map((name) => [name, known[name]])),
  };
  const text = new URLSearchParams(query as Record<string, string>).toString();
  return text ? `?${text}` : '';
}

/** The path with every `{parameter}` replaced. */
export const pathWith = (route: RouteDeclaration, value: string): string =>
  route.path.replace(/\{\w+\}/g, () => value);
