import type { RouteDeclaration } from '#contract/flow.ts';
import { type ProblemCode, problemStatus } from '#domain/problem.ts';
import { flows } from '#flows/contracts.ts';
import { routeFinder } from '../../infra/local/http/routes.ts';
import { codesOf, oauthByStatus } from '../../infra/openapi.ts';

/** What the contracts let each route answer: statuses of success, and codes. */
const declared = new Map(
  flows.flatMap(({ routes }) =>
    Object.values(routes ?? {}).map(
      (route): [string, { route: RouteDeclaration; codes: ReadonlySet<string> }] => [
        `${route.method} ${route.path}`,
        { route, codes: new Set<string>(codesOf(route)) },
      ],
    ),
  ),
);
const find = routeFinder([...declared.keys()].map((routeKey) => ({ routeKey, functionName: '' })));

/**
 * every answer that a test is given is one that OpenAPI lists for its route. Whoever meets another one fails.
 * @throws Error that names route, status and code
 */
export function expectListed(method: string, pathAndQuery: string, status: number, body: unknown): void {
  const path = pathAndQuery.split('?')[0] ?? '';
  const entry = declared.get(routeKeyOf(method, path) ?? '');
  if (!entry) return;
  if (status < 400) {
    if (!(status in entry.route.answers)) throw unlisted(entry.route, status, 'no code');
    return;
  }
  if (entry.route.errorsAs === 'oauth') {
    const { error } = (body ?? {}) as { error?: string };
    const words: ReadonlySet<string> | undefined = oauthByStatus(entry.route).get(String(status));
    if (error !== undefined || status < 500)
      if (!words?.has(error ?? '')) throw unlisted(entry.route, status, String(error));
    return;
  }
  const code = (body as { code?: unknown } | undefined)?.code;
  // The gateway's own answer, to a function that died: whoever provokes that looks for it.
  if (code === undefined && status >= 500) return;
  if (typeof code !== 'string' || !entry.codes.has(code)) throw unlisted(entry.route, status, String(code));
  if (problemStatus[code as ProblemCode] !== status) throw unlisted(entry.route, status, code);
}

/** Paths that no route can have, such as those of broken percent-encoding, are the gateway's to answer. */
function routeKeyOf(method: string, path: string): string | undefined {
  try {
    return find(method, path)?.route.routeKey;
  } catch {
    return undefined;
  }
}

const unlisted = ({ method, path }: RouteDeclaration, status: number, code: string): Error =>
  new Error(`${method} ${path} answered ${status} ${code}, which OpenAPI does not list`);
