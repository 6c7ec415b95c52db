import createClient, { type Middleware } from 'openapi-fetch';
import { readEarly } from '../app/early.ts';
import { language } from '../i18n/index.ts';
import { hearClock } from './clock.ts';
import type { Paths } from './paths.ts';
import { ApiProblem, type Problem, problemOf } from './problem.ts';

/** What the client needs from the session; it knows nothing else of the session. */
export interface Credentials {
  /** A valid token, refreshed if necessary; undefined if nobody is signed in. Throws if this tab must stop. */
  token(): Promise<string | undefined>;
  /** The API refused this token: returns another one, or undefined if the session has ended. */
  renewed(refused: string): Promise<string | undefined>;
  /** Receives problems that concern the session as a whole. */
  heard(problem: Problem): void;
}
let credentials: Credentials | undefined;
export const giveCredentials = (given: Credentials): void => {
  credentials = given;
};

/** After this time the page says that no answer came. */
const patienceMs = 20_000;

export async function patientFetch(request: Request): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  request.signal.addEventListener('abort', () => patience.abort(), { once: true });
  try {
    return await fetch(request, { signal: patience.signal });
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
    hearClock(response.headers.get('date'));
    return undefined;
  },
};

/** Copies of requests that are being sent, because a body can be read only once. */
const spares = new Map<string, Request>();

/**
 * A call with an expired token is refused before anything is done, so it may be repeated once with a new token. A call
 * in an ended session gets the reason and is not repeated.
 */
const authorization: Middleware = {
  onRequest: async ({ request, id }) => {
    const token = await credentials?.token();
    if (token === undefined) return request;
    request.headers.set('authorization', `Bearer ${token}`);
    spares.set(id, request.clone());
    return request;
  },
  onResponse: async ({ response, id }) => {
    const spare = spares.get(id);
    spares.delete(id);
    if (response.ok || !credentials) return undefined;
    const problem = await problemIn(response.clone());
    const refused = spare?.headers.get('authorization')?.slice('Bearer '.length);
    if (spare && refused && problem.code === 'SESSION_ENDED' && problem.reason === undefined) {
      const token = await credentials.renewed(refused);
      if (token === undefined) return undefined;
      spare.headers.set('authorization', `Bearer ${token}`);
      const again = await patientFetch(spare);
      if (!again.ok) credentials.heard(await problemIn(again.clone()));
      return again;
    }
    credentials.heard(problem);
    return undefined;
  },
  onError: ({ id }) => {
    spares.delete(id);
  },
};

async function problemIn(response: Response): Promise<Problem> {
  try {
    return problemOf(await response.json(), response.status);
  } catch {
    return problemOf(undefined, response.status);
  }
}

const make = (send: typeof patientFetch, ...middleware: Middleware[]) => {
  const client = createClient<Paths>({ baseUrl: location.origin, fetch: send });
  client.use(everyCall, ...middleware);
  return client;
};

/** For calls of pages: with the session's token if there is one. */
export const api = make((request) => readEarly(request, patientFetch), authorization);
/** For calls that create or renew the session itself. */
export const bareApi = make(patientFetch);

type Reply = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };
type Good<R> = R extends { readonly error?: never; readonly data: infer D } ? D : never;

/** The body of a good answer. @throws ApiProblem */
export async function answer<R extends Reply>(call: Promise<R>): Promise<Good<R>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiProblem(problemOf(error, response.status));
  return data as Good<R>;
}
