import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject, objectOf } from '../local/http/json.ts';
import { solutionOf } from './challenge.ts';

const browser =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36';

export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

/** The public routes of a running local runtime, as partners and browsers use them. */
export interface DemoClient {
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The same, signed by a channel. */
  by(channel: string, path: string, body: unknown, about?: object): Promise<Reply>;
  codeFor(phone: string): Promise<string>;
  feed(lines: readonly object[]): Promise<Reply>;
}

/**
 * How often a call is tried after 503: on a busy machine a table may be unavailable for a moment; nothing was changed.
 */
const tries = 5;
const pauseMs = 500;

async function patiently<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  for (let time = 1; ; time++) {
    const answer = await ask();
    if (answer.status < 500 || time === tries) return answer;
    await sleep(pauseMs * time);
  }
}

export function openDemoClient(url: string, signal: AbortSignal): DemoClient {
  const send = async (
    method: string,
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(url + path, { ...init, method, signal });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  };
  const ask = async (method: string, path: string, body?: unknown, assertion?: string): Promise<Reply> => {
    const answer = await send(method, path, {
      headers: {
        'content-type': 'application/json',
        // What the history of the demo people shows: a browser that people have.
        'user-agent': browser,
        ...(assertion ? { 'channel-assertion': assertion } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: objectOf(answer.body) };
  };
  return {
    // A runtime started with --challenge-after asks these calls too for a proof of work, once the budget is used up.
    call: async (method, path, body) => {
      const answer = await patiently(() => ask(method, path, body));
      if (answer.body.code !== 'CHALLENGE_REQUIRED') return answer;
      const challenge = await solutionOf(answer.body);
      return patiently(() => ask(method, path, { ...objectOf(body ?? {}), challenge }));
    },
    // An assertion works once: each try has its own.
    by: (channel, path, body, about = {}) =>
      patiently(async () => {
        const claims = { method: 'POST', path, body: JSON.stringify(body), ...about };
        const { body: signed } = await ask('POST', `/local/channels/${channel}/assertion`, claims);
        return ask('POST', path, body, String(signed.assertion));
      }),
    codeFor: async (phone) => {
      const { body } = await send('GET', `/local/sms?phone=${phone}`, {});
      const codes = (Array.isArray(body) ? body : []).filter(isObject).map(({ code }) => code);
      return String(codes.find((code) => code !== undefined) ?? '');
    },
    // Lines are idempotent (ENT-3).
    feed: async (lines) => {
      const headers = { 'content-type': 'application/x-ndjson' };
      const body = lines.map((line) => JSON.stringify(line)).join('\n');
      const answer = await patiently(() => send('POST', '/local/registry', { headers, body }));
      return { status: answer.status, body: objectOf(answer.body) };
    },
  };
}
