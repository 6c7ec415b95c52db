import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { agreementsOf } from '#store/agreements.ts';
import { shownAgreements } from './agreements.ts';
import { cursorTo, positionAt } from './cursors.ts';

const pageLength = 50;

/** A page of the agreements of one side. The query is on the session's own company alone. */
export async function listedAgreements(
  h: House,
  call: AnyCall & { readonly query: { readonly cursor?: string | undefined } },
  side: { readonly agencyKey: string } | { readonly clientKey: string },
) {
  const owner = `agreements/${Object.entries(side).join()}`;
  const { cursor } = call.query;
  const from = cursor === undefined ? undefined : positionAt(h, owner, cursor);
  const { items, next } = await agreementsOf(h.db, side, { from, limit: pageLength });
  return {
    agreements: await shownAgreements(h, items, call.now),
    ...(next ? { cursor: cursorTo(h, owner, next) } : {}),
  };
}
