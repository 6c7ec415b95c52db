import { describe, expect, it } from 'vitest';
import { allItems, allPages, pagesUpTo, TooManyPages } from '#store/dynamodb/pages.ts';
import type { Key } from '#store/dynamodb/tables.ts';

/** A list of so many pages of two; tells how many were read. */
function listOf(pages: number) {
  let reads = 0;
  const read = async (from: Key | undefined) => {
    const page = Number(from?.page ?? 0);
    reads++;
    return {
      items: [2 * page, 2 * page + 1],
      ...(page + 1 < pages ? { next: { page: `${page + 1}` } } : {}),
    };
  };
  return { read, reads: () => reads };
}
const collected = async <T>(pages: AsyncGenerator<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
};

describe('CTR-3 a loop over pages', () => {
  it('reads a list that has to be whole to its end, or says that it is longer', async () => {
    const list = listOf(3);
    expect(await allItems(3, list.read)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(list.reads()).toBe(3);
    const longer = listOf(1_000);
    await expect(allItems(3, longer.read)).rejects.toThrow(TooManyPages);
    await expect(allItems(3, longer.read)).rejects.toMatchObject({
      name: 'TooManyPages',
      message: 'a list of more than 3 pages',
    });
    expect(longer.reads()).toBe(6);
    await expect(collected(allPages(2, listOf(3).read))).rejects.toThrow(TooManyPages);
  });

  it('or stops at its bound and tells where the list goes on', async () => {
    const list = listOf(5);
    const first = await collected(pagesUpTo(2, list.read));
    expect(first.flatMap(({ items }) => items)).toEqual([0, 1, 2, 3]);
    const next = first.at(-1)?.next;
    expect(next).toEqual({ page: '2' });
    const rest = await collected(pagesUpTo(9, list.read, next));
    expect(rest.flatMap(({ items }) => items)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(rest.at(-1)?.next).toBeUndefined();
    expect(list.reads()).toBe(5);
  });

  it('and reads nothing more where its reader has enough', async () => {
    const list = listOf(5);
    for await (const { items } of pagesUpTo(5, list.read)) if (items.includes(2)) break;
    expect(list.reads()).toBe(2);
  });
});
