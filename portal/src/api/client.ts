import createClient, { type Middleware } from 'openapi-fetch';
import { prefetchedRead } from '../app/prerender-handover.ts';
import { language } from '../i18n/index.ts';
import { syncServerClock } from './clock.ts';
import type { Paths } from './paths.ts';
import { ApiProblem, type Problem, problemOf } from './problem.ts';

/** What the client needs from the session; it knows nothing else of the session. */
export interface Credentials {
  /** A valid token, refreshed if necessary; undefined if nobody is signed in. Throws if this tab must stop. */
  token(): Promise<string | undefined>;
  /** The API refused this token: returns another one, or undefined if the session has ended. */
  renewToken(refused: string): Promise<string | undefined>;
  /** Receives problems that concern the session as a whole. */
  onProblem(problem: Problem): void;
}
let credentials: Credentials | undefined;
export const setCredentials = (given: Credentials): void => {
  credentials = given;
};

/** After this time the page says that no answer came. */
const timeoutMs = 20_000;

export async function fetchWithTimeout(request: Request): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  request.signal.addEventListener('abort', () => timeout.abort(), { once: true });
  try {
    return await fetch(request, { signal: timeout.signal });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiProblem(problemOf(undefined), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const everyCall: Middleware = {
  onRequest: ({ request }) => {
    request.headers.set('accept-language', language());
    return request;
  },
  onResponse: ({ response }) => {
    syncServerClock(response.headers.get('date'));
    return undefined;
  },
};

/** Copies of requests that are being sent, because a body can be read only once. */
const requestCopies = new Map<string, Request>();

/**
 * A call with an expired token is refused before anything is done, so it may be repeated once with a new token. A call
 * in an ended session gets the reason and is not repeated.
 */
const authorization: Middleware = {
  onRequest: async ({ request, id }) => {
    const token = await credentials?.token();
    if (token === undefined) return request;
    request.headers.set('authorization', `Bearer ${token}`);
    requestCopies.set(id, request.clone());
    return request;
  },
  onResponse: async ({ response, id }) => {
    const copy = requestCopies.get(id);
    requestCopies.delete(id);
    if (response.ok || !credentials) return undefined;
    const problem = await readProblem(response.clone());
    const refused = copy?.headers.get('authorization')?.slice('Bearer '.length);
    if (copy && refused && problem.code === 'SESSION_ENDED' && problem.reason === undefined) {
      const token = await credentials.renewToken(refused);
      if (token === undefined) return undefined;
      copy.headers.set('authorization', `Bearer ${token}`);
      const repeated = await fetchWithTimeout(copy);
      if (!repeated.ok) credentials.onProblem(await readProblem(repeated.clone()));
      return repeated;
    }
    credentials.onProblem(problem);
    return undefined;
  },
  onError: ({ id }) => {
    requestCopies.delete(id);
  },
};

async function readProblem(response: Response): Promise<Problem> {
  try {
    return problemOf(await response.json(), response.status);
  } catch {
    return problemOf(undefined, response.status);
  }
}

const makeClient = (send: typeof fetchWithTimeout, ...middleware: Middleware[]) => {
  const client = createClient<Paths>({ baseUrl: location.origin, fetch: send });
  client.use(everyCall, ...middleware);
  return client;
};

/** For calls of pages: with the session's token if there is one. */
export const api = makeClient((request) => prefetchedRead(request, fetchWithTimeout), authorization);
/** For calls that create or renew the session itself. */
export const bareApi = makeClient(fetchWithTimeout);

type FetchResult = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };
type SuccessData<R> = R extends { readonly error?: never; readonly data: infer D } ? D : never;

/** The body of a good answer. @throws ApiProblem */
export async function answer<R extends FetchResult>(call: Promise<R>): Promise<SuccessData<R>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiProblem(problemOf(error, response.status));
  return data as SuccessData<R>;
}
