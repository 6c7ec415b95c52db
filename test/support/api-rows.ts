import { readFileSync, writeFileSync } from 'node:fs';
import type { GenericSchema } from 'valibot';
import { type FlowDeclaration, type RouteDeclaration, routeKey } from '#contract/flow.ts';
import * as schemas from '#contract/schemas.ts';
import { flows } from '#flows/contracts.ts';

/**
 * The rows of docs/api.md's route tables. The contracts give all cells except the last one, which is written by hand.
 * `node test/support/api-rows.ts` writes the rows anew: changed cells in place, new routes beside those of their flow.
 */
const page = 'docs/api.md';

/** Shapes that have a name of their own on the page. */
const names = new Map<unknown, string>([
  [schemas.person, 'Person'],
  [schemas.scan, 'Scan'],
  [schemas.session, 'Session'],
  [schemas.choice, 'Choice'],
  [schemas.identity, 'Identity'],
  [schemas.codeSent, 'CodeSent'],
  [schemas.secondFactor, 'SecondFactor'],
  [schemas.notice, 'Notice'],
  [schemas.ownPhone, 'Phone'],
  [schemas.agreement, 'Agreement'],
  [schemas.formAgent, 'Agent'],
  [schemas.scanState, 'ScanState'],
  [schemas.challenge, 'text'],
]);

/** The part of valibot's schemas that this file reads. */
interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly item?: Shape;
  readonly options?: readonly (Shape | string)[];
  readonly literal?: unknown;
}

const optional = (shape: Shape): boolean => shape.type === 'optional' || shape.type === 'nullish';
const plain = new Set([
  'string',
  'number',
  'boolean',
  'picklist',
  'record',
  'any',
  'unknown',
  'custom',
  'looseObject',
]);

/** A shape in a few words, such as `{account, password, challenge?}`; simple members appear only by name. */
function shown(shape: Shape): string {
  const named = names.get(shape);
  if (named) return named;
  if (shape.wrapped) return shown(shape.wrapped);
  if (shape.type === 'array' && shape.item) return `${shown(shape.item)}[]`;
  if (shape.type === 'literal')
    return typeof shape.literal === 'string' ? `'${shape.literal}'` : String(shape.literal);
  if (shape.options?.every((option) => typeof option === 'object'))
    return shape.options.map((option) => shown(option as Shape)).join(' or ');
  if (!shape.entries) return shape.type === 'picklist' ? 'word' : shape.type;
  return `{${Object.entries(shape.entries)
    .map(([key, member]) => {
      const inner = simple(member) ? '' : `: ${shown(member)}`;
      return `${key}${optional(member) ? '?' : ''}${inner}`;
    })
    .join(', ')}}`;
}

function simple(shape: Shape): boolean {
  if (names.has(shape)) return names.get(shape) === 'text';
  if (shape.wrapped) return simple(shape.wrapped);
  return plain.has(shape.type);
}

const textOf = (schema: GenericSchema): string => shown(schema as unknown as Shape);

/** The query, as the page names it. */
const queryOf = ({ query }: RouteDeclaration): string[] => (query ? [`query ${textOf(query)}`] : []);

const whoOf = ({ access, evenIfLost, evenWithInitialPassword }: RouteDeclaration): string =>
  [access, ...(evenIfLost ? ['lost'] : []), ...(evenWithInitialPassword ? ['initial'] : [])].join(', ');

/** The cells that the contract determines: route, caller, body and answers, codes. */
export function cellsOf(route: RouteDeclaration): string[] {
  const asked = [
    ...queryOf(route),
    ...(route.form ? [`form ${textOf(route.form)}`] : []),
    ...(route.body ? [textOf(route.body)] : []),
  ];
  const answers = Object.entries(route.answers).map(
    ([status, schema]) => `${status}${schema ? ` ${textOf(schema)}` : ''}`,
  );
  return [
    `\`${routeKey(route)}\``,
    whoOf(route),
    `${[...asked, ''].join(' ')}→ ${answers.join(' or ')}`,
    (route.errors ?? []).filter((code) => code !== 'SESSION_ENDED').join(', '),
  ];
}

export const rowOf = (route: RouteDeclaration, why = ''): string =>
  `| ${[...cellsOf(route), why].join(' | ')} |`;

const routesOf = (flow: FlowDeclaration) => Object.values(flow.routes ?? {});
export const allRoutes = flows.flatMap(routesOf);

/** The route to which a row of the page belongs: `POST /v1/logins`. */
export const routeIn = (line: string): string | undefined =>
  /^\| `((?:GET|POST|PUT|PATCH|DELETE) \/(?!local)\S+)` \|/.exec(line)?.[1];

/** The page with the rows of today's contracts; the hand-written cells stay. */
export function withRows(markdown: string): string {
  const routes = new Map(allRoutes.map((route) => [routeKey(route), route]));
  const lines = markdown.split('\n').flatMap((line) => {
    const key = routeIn(line);
    if (key === undefined) return [line];
    const route = routes.get(key);
    return route ? [rowOf(route, line.split(' | ').at(-1)?.replace(/ ?\|$/, '').trim())] : [];
  });
  for (const flow of flows)
    for (const [index, route] of routesOf(flow).entries()) {
      if (lines.some((line) => routeIn(line) === routeKey(route))) continue;
      const others = [...routesOf(flow).slice(0, index).reverse(), ...routesOf(flow).slice(index)];
      const beside = others.map((other) => lines.findIndex((line) => routeIn(line) === routeKey(other)));
      const at =
        beside.find((place) => place >= 0) ?? lines.findLastIndex((line) => routeIn(line) !== undefined);
      lines.splice(at + 1, 0, rowOf(route));
    }
  return lines.join('\n');
}

if (import.meta.main) writeFileSync(page, withRows(readFileSync(page, 'utf8')));
