import type { About, Sign } from './assertion.ts';

/** An answer of the bureau. Decide by `status` and `body.code`, and show `body.title` to the user. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shapes are in GET /v1/openapi.json
  readonly body: any;
}
export type Send<A extends Answer> = (method: string, path: string, body?: unknown) => Promise<A>;

interface Person {
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
}

/** The text of a body: send exactly the bytes that were signed. */
const textOf = (body: unknown): string => (body === undefined ? '' : JSON.stringify(body));

/** One call to the bureau. After a broken connection you may repeat the call, with a new assertion. */
export async function call(
  address: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await fetch(address + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: textOf(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Every call is signed with a new assertion, because an assertion works once. */
export const sending =
  (address: string, channel: string, sign: Sign, about: About = {}): Send<Answer> =>
  async (method, path, body) =>
    call(address, method, path, body, {
      'channel-assertion': await sign(channel, { method, path, body: textOf(body), ...about }),
    });

const scans = '/v1/channel/scans';

/** The calls of one channel. The bureau's table CHN says which channel may make which call. */
export function partnerCalls<A extends Answer>(send: Send<A>) {
  const calls = {
    /** Tells what the code is for. Show this before the user confirms, and before a camera opens. */
    scan: (qrContent: string) => send('POST', scans, { qrContent }),
    confirm: (ticket: string, identity?: object) =>
      send('POST', `${scans}/${ticket}/confirm`, identity && { identity }),
    cancel: (ticket: string) => send('POST', `${scans}/${ticket}/cancel`),
    startFace: (ticket: string) => send('POST', `${scans}/${ticket}/face`),
    faceResult: (ticket: string, token: string) => send('POST', `${scans}/${ticket}/face-result`, { token }),
    relations: () => send('GET', '/v1/channel/relations'),
    /**
     * For terminals and counters: show the code of the answer on the screen, and keep the poll secret in your system.
     */
    startVerification: (who: Person, matter: string, audience: string, extra: object = {}) =>
      send('POST', '/v1/channel/verifications', {
        matter,
        audience,
        person: { name: who.name, documentType: who.documentType, documentNumber: who.documentNumber },
        ...extra,
      }),
    /** Confirms a scanned code, which becomes a login. Stops at the first answer that is not a success. */
    async confirmCode(qrContent: string, identity?: object): Promise<A> {
      const scanned = await calls.scan(qrContent);
      return scanned.status === 200 ? calls.confirm(scanned.body.ticket, identity) : scanned;
    },
    /**
     * From the scanned code to the provider's result. Between start and result, the user makes the face check in the
     * kit.
     */
    async showFace(qrContent: string): Promise<A> {
      const scanned = await calls.scan(qrContent);
      if (scanned.status !== 200) return scanned;
      const kit = await calls.startFace(scanned.body.ticket);
      return kit.status === 200 ? calls.faceResult(scanned.body.ticket, kit.body.token) : kit;
    },
  };
  return calls;
}
