/**
 * Features that a browser may lack, switch off or refuse: an embedded browser without storage, one that blocks cookies
 * (its storage throws), an insecure origin. All such features are used here and nowhere else, and each page works
 * without them.
 */
function orUndefined<T>(get: () => T | null | undefined): T | undefined {
  try {
    return get() ?? undefined;
  } catch {
    return undefined;
  }
}

/** Values that could not be stored, so that a choice holds at least until the page is left. */
const localFallback = new Map<string, string | undefined>();

const tabFallback = new Map<string, string | undefined>();

/** The person's choices of look and language (DOC-4: nothing else is ever stored). */
export const localItem = (key: string): string | undefined =>
  localFallback.has(key) ? localFallback.get(key) : orUndefined(() => localStorage.getItem(key));
export function setLocalItem(key: string, value: string | undefined): void {
  localFallback.set(key, value);
  orUndefined(() => (value === undefined ? localStorage.removeItem(key) : localStorage.setItem(key, value)));
}

/**
 * What this tab keeps over a reload, or while the person looks at the SMS on a phone that unloads the page: handles and
 * steps, never personal data (DOC-4). Deleted with the tab.
 */
export const tabItem = (key: string): string | undefined =>
  tabFallback.has(key) ? tabFallback.get(key) : orUndefined(() => sessionStorage.getItem(key));
export function setTabItem(key: string, value: string | undefined): void {
  tabFallback.set(key, value);
  orUndefined(() =>
    value === undefined ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, value),
  );
}

/** Sends messages to the other tabs of this browser; undefined if that is not possible. */
export const openTabChannel = (name: string): BroadcastChannel | undefined =>
  orUndefined(() => new BroadcastChannel(name));

/** Runs the work while no other tab runs its own; at once if the browser has no locks or refuses them. */
export async function withTabLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = orUndefined(() => navigator.locks);
  let hasStarted = false;
  const start = () => {
    hasStarted = true;
    return work();
  };
  try {
    if (locks) return await locks.request(name, start);
  } catch (error) {
    if (hasStarted) throw error;
  }
  return start();
}

/** antd uses it too: without it nothing is known about the window, and the widest layout is taken. */
if (typeof matchMedia !== 'function')
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });

/** Whether the person prefers less motion. */
export const prefersReducedMotion = (): boolean =>
  orUndefined(() => matchMedia('(prefers-reduced-motion: reduce)').matches) ?? false;

/** Whether there is room for a table of several columns; the listener is called at every change. */
export function onWideScreenChange(listener: () => void): () => void {
  const query = wideScreen();
  query?.addEventListener?.('change', listener);
  return () => query?.removeEventListener?.('change', listener);
}
const wideScreen = (): MediaQueryList | undefined => orUndefined(() => matchMedia('(min-width: 64em)'));
let isWide: boolean | undefined;
/**
 * While a dialog is open the answer stays: a tablet that is turned must not lose what is typed in a dialog of a list.
 */
export function isWideScreen(): boolean {
  if (isWide === undefined || !document.querySelector('dialog[open]'))
    isWide = wideScreen()?.matches ?? false;
  return isWide;
}

/** Whether the system is set to dark; the listener is called at every change. */
export function onDarkSystemChange(listener: () => void): () => void {
  const query = darkSystem();
  query?.addEventListener?.('change', listener);
  return () => query?.removeEventListener?.('change', listener);
}
const darkSystem = (): MediaQueryList | undefined =>
  orUndefined(() => matchMedia('screen and (prefers-color-scheme: dark)'));
export const isDarkSystem = (): boolean => darkSystem()?.matches ?? false;

/** @returns whether the text is on the clipboard now */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

let idCount = 0;
/** A name that no other tab has; it is no secret. */
export const uniqueId = (): string => {
  idCount += 1;
  return orUndefined(() => crypto.randomUUID()) ?? `${performance.timeOrigin}-${Math.random()}-${idCount}`;
};
