import { expectListed } from './answers.ts';

/**
 * A small HTTP client that keeps cookies as a browser does, and shows status and body. The client throws if OpenAPI
 * does not list the answer.
 */
export interface Reply<B = Record<string, unknown>> {
  readonly status: number;
  readonly body: B;
  readonly headers: Headers;
  readonly cookie: string | undefined;
}
export interface Request {
  readonly token?: string;
  readonly cookie?: string;
  readonly assertion?: string;
  readonly headers?: Record<string, string>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Loose = any;

export function clientOf(url: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    request: Request = {},
  ): Promise<Reply<Loose>> => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.token ? { authorization: `Bearer ${request.token}` } : {}),
        ...(request.cookie ? { cookie: request.cookie } : {}),
        ...(request.assertion ? { 'channel-assertion': request.assertion } : {}),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const set = answer.headers.getSetCookie()[0];
    const parsed = text === '' ? undefined : JSON.parse(text);
    expectListed(method, path, answer.status, parsed);
    return {
      status: answer.status,
      body: parsed,
      headers: answer.headers,
      cookie: set?.split(';')[0],
    };
  };
}
export type Client = ReturnType<typeof clientOf>;
