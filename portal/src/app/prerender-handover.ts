/**
 * The browser shows a page made at build time (src/prerender) before our script runs, and people begin to use it. When
 * React has taken over the page, their typed text and their clicks (kept by public/first-view.js) are taken over too.
 */
interface PrerenderHandover {
  /** Whether the page made at build time is right for this visitor. */
  readonly suitsVisitor: boolean;
  readonly clicks: readonly HTMLElement[];
  /**
   * Calls that have already begun: the refresh by cookie, under the lock of all tabs (session/tabs.ts), and
   * `/v1/config`.
   */
  session?: Promise<Response> | undefined;
  config?: Promise<Response> | undefined;
  /** What the first screen reads; null if there is no session. */
  readonly prefetched?: Promise<PrefetchedReads | null> | undefined;
  stopKeepingClicks(): void;
}
/** Reads by one token, by path and query. */
interface PrefetchedReads {
  readonly token: string;
  readonly answers: Record<string, Promise<Response>>;
}
declare global {
  interface Window {
    prerenderHandover?: PrerenderHandover | undefined;
  }
}

/** Whether React takes over the page made at build time instead of drawing a new one. */
export const hasFirstView = (root: HTMLElement): boolean =>
  root.firstElementChild !== null && window.prerenderHandover?.suitsVisitor === true;

type Fetch = (request: Request) => Promise<Response>;

/**
 * A `fetch` for the client that gives the answer of a call which began before our script ran. Only the first use gets
 * that answer; after that, or if no answer came or the browser refused the lock, the client makes its own calls.
 */
export function prefetchedCall(what: 'session' | 'config', fetchAgain: Fetch): { readonly fetch?: Fetch } {
  const { prerenderHandover } = window;
  const begun = prerenderHandover?.[what];
  if (!prerenderHandover || !begun) return {};
  prerenderHandover[what] = undefined;
  return { fetch: (request) => begun.then(withCurrentDate, () => fetchAgain(request)) };
}

/** Milliseconds after the first use; the first screen takes all of them at once. */
const prefetchedMs = 5_000;
let prefetched: Promise<PrefetchedReads | null> | undefined;
let prefetchedUntil: number | undefined;

/**
 * A `fetch` for reads of a page: gives the answer that was asked for before our script ran, if it belongs to the same
 * token and nothing was changed since. Each answer is given once; a later read asks again.
 */
export async function prefetchedRead(request: Request, fetchAgain: Fetch): Promise<Response> {
  prefetched ??= window.prerenderHandover?.prefetched;
  if (prefetched === undefined) return fetchAgain(request);
  const { pathname, search } = new URL(request.url);
  prefetchedUntil ??= performance.now() + prefetchedMs;
  if (request.method !== 'GET' || performance.now() > prefetchedUntil) dropPrefetched();
  const known = await prefetched?.catch(() => null);
  const answer =
    known && known.token === request.headers.get('authorization')
      ? known.answers[pathname + search]
      : undefined;
  if (!known || !answer) return fetchAgain(request);
  delete known.answers[pathname + search];
  return answer.then(
    (read) => (read.ok ? withCurrentDate(read) : fetchAgain(request)),
    () => fetchAgain(request),
  );
}
const dropPrefetched = (): void => {
  prefetched = Promise.resolve(null);
};

/** The answer has waited since it came; the Date by which our clock is set (api/clock.ts) is moved on by that time. */
function withCurrentDate(answer: Response & { readonly receivedAt?: number }): Response {
  const { status, statusText, body, receivedAt = Date.now() } = answer;
  const headers = new Headers(answer.headers);
  const date = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(date)) headers.set('date', new Date(date + Date.now() - receivedAt).toUTCString());
  return new Response(body, { status, statusText, headers });
}

/** Whether the person is typing in the page made at build time; then no code may move the focus. */
export const isTypingInFirstView = (): boolean =>
  window.prerenderHandover !== undefined && document.activeElement instanceof HTMLInputElement;

/** The text typed into a field of the page made at build time; undefined after React has taken over. */
export function textTypedInFirstView(field: string): string | undefined {
  const element = window.prerenderHandover ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.value !== '' ? element.value : undefined;
}

/** Whether the person ticked a box in the page made at build time. */
export function isTickedInFirstView(field: string): boolean {
  const element = window.prerenderHandover ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.checked;
}

/** Repeats the clicks of the time before React took over, once. */
export function replayClicks(): void {
  const { prerenderHandover } = window;
  prefetched ??= prerenderHandover?.prefetched;
  window.prerenderHandover = undefined;
  prerenderHandover?.stopKeepingClicks();
  for (const button of prerenderHandover?.clicks ?? []) if (button.isConnected) button.click();
}
