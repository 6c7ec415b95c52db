/**
 * A page made at build time (src/prerender) stands there before our script runs, and people begin: what they typed and
 * clicked until then (public/first-view.js) is taken over when the page has come to life.
 */
interface Early {
  /** Whether it is what this visitor sees. */
  readonly fits: boolean;
  readonly clicks: readonly HTMLElement[];
  /** What was asked already: the cookie's refresh, under the lock of all tabs (session/tabs.ts), and what the API says of itself. */
  session?: Promise<Response> | undefined;
  config?: Promise<Response> | undefined;
  end(): void;
}
declare global {
  interface Window {
    early?: Early | undefined;
  }
}

/** Whether that page is taken over instead of being drawn anew. */
export const hasFirstView = (root: HTMLElement): boolean =>
  root.firstElementChild !== null && window.early?.fits === true;

type Ask = (request: Request) => Promise<Response>;

/**
 * An answer that was asked for before our script ran, as the client's way to fetch it; once, then it asks itself. Where none
 * came, or the browser refused the lock, it asks itself at once.
 */
export function askedEarly(what: 'session' | 'config', ask: Ask): { readonly fetch?: Ask } {
  const { early } = window;
  const asked = early?.[what];
  if (!early || !asked) return {};
  early[what] = undefined;
  return { fetch: (request) => asked.then(asOfNow, () => ask(request)) };
}

/** The answer lay there since it came; its Date, by which our clock goes (api/clock.ts), is that of now. */
function asOfNow(answer: Response & { readonly heardAt?: number }): Response {
  const { status, statusText, body, heardAt = Date.now() } = answer;
  const headers = new Headers(answer.headers);
  const date = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(date)) headers.set('date', new Date(date + Date.now() - heardAt).toUTCString());
  return new Response(body, { status, statusText, headers });
}

/** Whether somebody is typing in it: then nothing takes the focus away. */
export const isTypingEarly = (): boolean =>
  window.early !== undefined && document.activeElement instanceof HTMLInputElement;

/** What stands in one of its fields; nothing where the page has long come to life. */
export function typedEarly(field: string): string | undefined {
  const element = window.early ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.value !== '' ? element.value : undefined;
}

/** Whether a box was ticked in it. */
export function tickedEarly(field: string): boolean {
  const element = window.early ? document.getElementById(field) : null;
  return element instanceof HTMLInputElement && element.checked;
}

/** Does what was clicked meanwhile, once. */
export function clickAsBefore(): void {
  const { early } = window;
  window.early = undefined;
  early?.end();
  for (const button of early?.clicks ?? []) if (button.isConnected) button.click();
}
