import createClient, { type Middleware } from 'openapi-fetch';
import { language } from '../i18n/index.ts';
import { hearClock } from './clock.ts';
import type { Paths } from './paths.ts';
import { ApiProblem, type Problem, problemOf } from './problem.ts';

/** What the session gives to the client; the client knows nothing else of it. */
export interface Credentials {
  /** A token that lives, refreshed if need be; undefined where nobody is signed in. Throws where this tab must stop. */
  token(): Promise<string | undefined>;
  /** The API knows this token no longer: another one, or undefined where the session is over. */
  renewed(refused: string): Promise<string | undefined>;
  /** Problems that concern the session as a whole. */
  heard(problem: Problem): void;
}
let credentials: Credentials | undefined;
export const giveCredentials = (given: Credentials): void => {
  credentials = given;
};

/** Beyond this we say that no answer came. */
const patienceMs = 20_000;

async function patientFetch(request: Request): Promise<Response> {
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

/** Copies of requests on their way: a body is read once only. */
const spares = new Map<string, Request>();

/**
 * A token that ran out is refused before anything is done, so that the same call may be made again with a new one, once.
 * An ended session says its reason, and is not tried again.
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

const make = (...middleware: Middleware[]) => {
  const client = createClient<Paths>({ baseUrl: location.origin, fetch: patientFetch });
  client.use(everyCall, ...middleware);
  return client;
};

/** Calls of pages: with the session where there is one. */
export const api = make(authorization);
/** Calls that make or renew the session itself. */
export const bareApi = make();

type Reply = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };
type Good<R> = R extends { readonly error?: never; readonly data: infer D } ? D : never;

/** The body of a good answer. @throws ApiProblem */
export async function answer<R extends Reply>(call: Promise<R>): Promise<Good<R>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiProblem(problemOf(error, response.status));
  return data as Good<R>;
}
