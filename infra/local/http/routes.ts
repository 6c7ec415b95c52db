import type { RouteModel } from '../template/model.ts';

export interface RouteMatch {
  readonly route: RouteModel;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  param: Node | undefined;
  readonly methods: Map<string, { route: RouteModel; names: readonly string[] }>;
  /** Routes ending in `{proxy+}`. */
  readonly greedy: Map<string, { route: RouteModel; names: readonly string[] }>;
}
const node = (): Node => ({ literals: new Map(), param: undefined, methods: new Map(), greedy: new Map() });

/** Throws URIError if a segment's percent-encoding is malformed. */
export type FindRoute = (method: string, path: string) => RouteMatch | undefined;

/**
 * Chooses a route as the HTTP API does: a literal segment before a `{parameter}`, that before `{proxy+}`, an exact
 * method before ANY, `$default` last.
 */
export function routeFinder(routes: readonly RouteModel[]): FindRoute {
  const root = node();
  let fallback: RouteModel | undefined;
  for (const route of routes) {
    const [method = '', path = ''] = route.routeKey.split(' ');
    if (route.routeKey === '$default') fallback = route;
    else add(root, route, method, path);
  }
  return (method, path) => {
    const segments = path.split('/').slice(1);
    const found = search(root, segments, 0, method);
    if (!found) return fallback && { route: fallback, params: {} };
    const params: Record<string, string> = {};
    found.names.forEach((name, position) => {
      params[name] = decodeURIComponent(found.values[position] ?? '');
    });
    return { route: found.route, params };
  };
}

function add(root: Node, route: RouteModel, method: string, path: string): void {
  const names: string[] = [];
  let at = root;
  for (const segment of path.split('/').slice(1)) {
    const name = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (!name?.[1]) {
      const next = at.literals.get(segment) ?? node();
      at.literals.set(segment, next);
      at = next;
      continue;
    }
    names.push(name[1]);
    if (name[2]) {
      at.greedy.set(method, { route, names });
      return;
    }
    at.param ??= node();
    at = at.param;
  }
  at.methods.set(method, { route, names });
}

interface Found {
  readonly route: RouteModel;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

function search(
  at: Node,
  segments: readonly string[],
  depth: number,
  method: string,
  values: readonly string[] = [],
): Found | undefined {
  const segment = segments[depth];
  if (segment === undefined) {
    const end = at.methods.get(method) ?? at.methods.get('ANY');
    return end && { ...end, values };
  }
  const literal = at.literals.get(segment);
  const exact = literal && search(literal, segments, depth + 1, method, values);
  if (exact) return exact;
  // An empty segment is no value for a parameter.
  const taken =
    segment !== '' && at.param && search(at.param, segments, depth + 1, method, [...values, segment]);
  if (taken) return taken;
  const rest = at.greedy.get(method) ?? at.greedy.get('ANY');
  return rest && { ...rest, values: [...values, segments.slice(depth).join('/')] };
}
