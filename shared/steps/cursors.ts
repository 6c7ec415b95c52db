import { seal, unseal } from '#crypto/sealed.ts';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import type { Key } from '#store/db.ts';
import type { ListPlace } from '#store/relation-lists.ts';

type Sealing = Pick<House, 'dataKeys'>;

/**
 * The place where a list goes on, sealed: it holds table keys, and it works for nobody and no list but its own.
 * @param list what the cursor belongs to: the list's name and whose it is
 */
export const cursorTo = (h: Sealing, list: string, position: Key): string =>
  seal(h.dataKeys, `cursor:${list}`, JSON.stringify(position));

/** Opens a cursor of this list. Throws BAD_REQUEST for any other text. */
export function positionAt(h: Sealing, list: string, cursor: string): Key {
  let text: string;
  try {
    text = unseal(h.dataKeys, `cursor:${list}`, cursor);
  } catch (error) {
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'cursor', message: 'cursor' }] }, { cause: error });
  }
  return JSON.parse(text) as Key;
}

/** The same of a list that is several ranges (relation-lists.ts). */
export const cursorAt = (h: Sealing, list: string, { range, after }: ListPlace): string =>
  cursorTo(h, list, { range: String(range), ...after });
/** Undefined without a cursor: the list begins. Throws BAD_REQUEST like `positionAt`. */
export function placeAt(h: Sealing, list: string, cursor: string | undefined): ListPlace | undefined {
  if (cursor === undefined) return undefined;
  const { range, ...after } = positionAt(h, list, cursor);
  return { range: Number(range), after: Object.keys(after).length > 0 ? after : undefined };
}
