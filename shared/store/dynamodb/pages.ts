import type { Key } from './tables.ts';

/** One read of a list: its items, and where the list continues. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: Key | undefined;
}
type ReadPage<T> = (from: Key | undefined) => Promise<Page<T>>;

/** A list that must be read completely is longer than anything it was made for. */
export class TooManyPages extends Error {
  constructor(pages: number) {
    super(`a list of more than ${pages} pages`);
    this.name = 'TooManyPages';
  }
}

/**
 * Reads one page after the other, up to a limit. A caller that stops there can continue from the last page's `next`,
 * which is absent at the end of the list. Every loop over pages uses this function or the next one, so that none is
 * endless.
 */
export async function* pagesUpTo<T>(
  most: number,
  read: ReadPage<T>,
  from?: Key | undefined,
): AsyncGenerator<Page<T>, void, void> {
  let at = from;
  for (let page = 0; page < most; page++) {
    const found = await read(at);
    yield found;
    if (!found.next) return;
    at = found.next;
  }
}

/**
 * The same for a list that must be read completely. Throws TooManyPages if the list continues after the last allowed
 * page.
 */
export async function* allPages<T>(most: number, read: ReadPage<T>): AsyncGenerator<Page<T>, void, void> {
  let last: Page<T> | undefined;
  for await (const page of pagesUpTo(most, read)) {
    last = page;
    yield page;
  }
  if (last?.next) throw new TooManyPages(most);
}

/** All items of a list. Throws TooManyPages. */
export async function allItems<T>(most: number, read: ReadPage<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const { items } of allPages(most, read)) all.push(...items);
  return all;
}
