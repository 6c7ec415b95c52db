import { seal, unseal } from '#crypto/sealed.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { ListCursor } from '#store/companies/relation-lists.ts';
import type { Key } from '#store/dynamodb/tables.ts';

type Sealing = Pick<FlowContext, 'dataKeys'>;

/**
 * The position at which a list continues, sealed, because it contains table keys. The cursor works only for its own
 * list and its own user.
 * @param list the name of the list and the key of its user
 */
export const sealCursor = (ctx: Sealing, list: string, position: Key): string =>
  seal(ctx.dataKeys, `cursor:${list}`, JSON.stringify(position));

/**
 * Opens a cursor of this list. Undefined without a cursor: the list starts at its beginning. Throws BAD_REQUEST for any
 * other text.
 */
export function openCursor(ctx: Sealing, list: string, cursor: string | undefined): Key | undefined {
  if (cursor === undefined) return undefined;
  let text: string;
  try {
    text = unseal(ctx.dataKeys, `cursor:${list}`, cursor);
  } catch (error) {
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'cursor', message: 'cursor' }] }, { cause: error });
  }
  return JSON.parse(text) as Key;
}

/** The cursor of a list that consists of several ranges (relation-lists.ts). */
export const sealListCursor = (ctx: Sealing, list: string, { range, after }: ListCursor): string =>
  sealCursor(ctx, list, { range: String(range), ...after });
/** `openCursor` for such a list. */
export function openListCursor(
  ctx: Sealing,
  list: string,
  cursor: string | undefined,
): ListCursor | undefined {
  const position = openCursor(ctx, list, cursor);
  if (!position) return undefined;
  const { range, ...after } = position;
  return { range: Number(range), after: Object.keys(after).length > 0 ? after : undefined };
}
