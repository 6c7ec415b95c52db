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

/** An answer that was asked for before our script ran, as the client's way to fetch it; once, then it asks itself. */
export function askedEarly(what: 'session' | 'config'): { readonly fetch?: () => Promise<Response> } {
  const { early } = window;
  const asked = early?.[what];
  if (!early || !asked) return {};
  early[what] = undefined;
  return { fetch: () => asked };
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
