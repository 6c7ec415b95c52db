import type { RouteDeclaration } from '#contract/flow.ts';
import { type ProblemCode, problemStatus } from '#domain/problem.ts';
import { flows } from '#flows/contracts.ts';
import { routeFinder } from '../../infra/local/http/routes.ts';
import { codesOf, oauthByStatus } from '../../infra/openapi.ts';

/** The answers that the contracts list for each route: success statuses and error codes. */
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
 * Every answer that a test gets must be listed in OpenAPI for its route; a test that gets another answer fails.
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
  // The gateway's own answer when a function has died; a test that causes it checks it itself.
  if (code === undefined && status >= 500) return;
  if (typeof code !== 'string' || !entry.codes.has(code)) throw unlisted(entry.route, status, String(code));
  if (problemStatus[code as ProblemCode] !== status) throw unlisted(entry.route, status, code);
}

/** The gateway answers paths that no route can have, for example with broken percent-encoding. */
function routeKeyOf(method: string, path: string): string | undefined {
  try {
    return find(method, path)?.route.routeKey;
  } catch {
    return undefined;
  }
}

const unlisted = ({ method, path }: RouteDeclaration, status: number, code: string): Error =>
  new Error(`${method} ${path} answered ${status} ${code}, which OpenAPI does not list`);
