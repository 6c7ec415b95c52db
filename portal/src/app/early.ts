/**
 * The browser shows a page made at build time (src/prerender) before our script runs, and people begin to use it. When
 * React has taken over the page, their typed text and their clicks (kept by public/first-view.js) are taken over too.
 */
interface Early {
  /** Whether the page made at build time is right for this visitor. */
  readonly fits: boolean;
  readonly clicks: readonly HTMLElement[];
  /** Calls that have already begun: the refresh by cookie, under the lock of all tabs (session/tabs.ts), and `/v1/config`. */
  session?: Promise<Response> | undefined;
  config?: Promise<Response> | undefined;
  /** What the first screen reads; null if there is no session. */
  readonly ahead?: Promise<Ahead | null> | undefined;
  end(): void;
}
/** Reads by one token, by path and query. */
interface Ahead {
  readonly token: string;
  readonly answers: Record<string, Promise<Response>>;
}
declare global {
  interface Window {
    early?: Early | undefined;
  }
}

/** Whether React takes over the page made at build time instead of drawing a new one. */
export const hasFirstView = (root: HTMLElement): boolean =>
  root.firstElementChild !== null && window.early?.fits === true;

type Ask = (request: Request) => Promise<Response>;

/**
 * A `fetch` for the client that gives the answer of a call which began before our script ran. Only the first use gets that
 * answer; after that, or if no answer came or the browser refused the lock, the client makes its own calls.
 */
export function askedEarly(what: 'session' | 'config', ask: Ask): { readonly fetch?: Ask } {
  const { early } = window;
  const asked = early?.[what];
  if (!early || !asked) return {};
  early[what] = undefined;
  return { fetch: (request) => asked.then(asOfNow, () => ask(request)) };
}

/** Milliseconds after the first use; the first screen takes all of them at once. */
const aheadMs = 5_000;
let ahead: Promise<Ahead | null> | undefined;
let aheadUntil: number | undefined;

/**
 * A `fetch` for reads of a page: gives the answer that was asked for before our script ran, if it belongs to the same token
 * and nothing was changed since. Each answer is given once; a later read asks again.
 */
export async function readEarly(request: Request, ask: Ask): Promise<Response> {
  ahead ??= window.early?.ahead;
  if (ahead === undefined) return ask(request);
  const { pathname, search } = new URL(request.url);
  aheadUntil ??= performance.now() + aheadMs;
  if (request.method !== 'GET' || performance.now() > aheadUntil) noneAhead();
  const known = await ahead?.catch(() => null);
  const answer =
    known && known.token === request.headers.get('authorization')
      ? known.answers[pathname + search]
      : undefined;
  if (!known || !answer) return ask(request);
  delete known.answers[pathname + search];
  return answer.then(
    (read) => (read.ok ? asOfNow(read) : ask(request)),
    () => ask(request),
  );
}
const noneAhead = (): void => {
  ahead = Promise.resolve(null);
};

/** The answer has waited since it came; the Date by which our clock is set (api/clock.ts) is moved on by that time. */
function asOfNow(answer: Response & { readonly heardAt?: number }): Response {
  const { status, statusText, body, heardAt = Date.now() } = answer;
  const headers = new Headers(answer.headers);
  const date = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(date)) headers.set('date', new Date(date + Date.now() - heardAt).toUTCString());
  return new Response(body, { status, statusText, headers });
}

/** Whether the person is typing in the page made at build time; then no code may move the focus. */
export const isTypingEarly = (): boolean =>
  window.early !== undefined && document.activeElement instanceof HTMLInputElement;

/** The text typed into a field of the page made at build time; undefined after React has taken over. */
export function typedEarly(field: string): string | undefined {
  const element = window.early ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.value !== '' ? element.value : undefined;
}

/** Whether the person ticked a box in the page made at build time. */
export function tickedEarly(field: string): boolean {
  const element = window.early ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.checked;
}

/** Repeats the clicks of the time before React took over, once. */
export function clickAsBefore(): void {
  const { early } = window;
  ahead ??= early?.ahead;
  window.early = undefined;
  early?.end();
  for (const button of early?.clicks ?? []) if (button.isConnected) button.click();
}
