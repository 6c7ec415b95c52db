import { uniqueId } from './browser-features.ts';

/**
 * Replaces `@rc-component/util`'s `Dom/dynamicCSS` (vite.config.ts): the styles that antd computes at run time become
 * constructed style sheets. A `<style>` element would need 'unsafe-inline' or a nonce, which static pages cannot have.
 * All of these styles are in a cascade layer, so that our own style sheet takes precedence.
 */
interface Options {
  readonly prepend?: boolean | 'queue';
  readonly priority?: number;
  readonly mark?: string;
}
interface Entry {
  readonly id: string;
  readonly sheet: CSSStyleSheet;
  readonly rank: number;
  css: string;
  /** The element to which callers add attributes; it is never part of the document. */
  readonly handle: HTMLElement;
}

const entries: Entry[] = [];
const idOf = (key: string, { mark }: Options): string => `${mark ?? ''}|${key}`;
const layered = (css: string): string => `@layer antd{${css}}`;

export function updateCSS(css: string, key: string, options: Options = {}): HTMLElement {
  const id = idOf(key, options);
  const known = entries.find((entry) => entry.id === id);
  if (known) {
    if (known.css !== css) known.sheet.replaceSync(layered(css));
    known.css = css;
    return known.handle;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(layered(css));
  const rank = options.prepend ? (options.priority ?? 0) : Number.POSITIVE_INFINITY;
  const entry = { id, sheet, rank, css, handle: document.createElement('i') };
  // After the sheets of the same rank, before those of a higher one.
  const next = entries.findIndex((other) => other.rank > rank);
  const at = next < 0 ? entries.length : next;
  entries.splice(at, 0, entry);
  document.adoptedStyleSheets.splice(at, 0, sheet);
  return entry.handle;
}

export function removeCSS(key: string, options: Options = {}): void {
  const at = entries.findIndex(({ id }) => id === idOf(key, options));
  if (at < 0) return;
  entries.splice(at, 1);
  document.adoptedStyleSheets.splice(at, 1);
}

export const injectCSS = (css: string, options: Options = {}): HTMLElement =>
  updateCSS(css, uniqueId(), options);
export const clearContainerCache = (): void => undefined;

/** The icons' copy of the module also exports these two; no page of ours has shadow roots. */
export const getShadowRoot = (): undefined => undefined;
export const warningOnce = (valid: boolean, message: string): void => {
  if (import.meta.env.DEV && !valid) console.warn(message);
};
