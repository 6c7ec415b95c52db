import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { agreementsOf } from '#store/agencies/agreements.ts';
import { openCursor, sealCursor } from '../cursors.ts';
import { shownAgreements } from './put-agreement-in-force.ts';

const pageLength = 50;

/** One page of a side's agreements. The query covers only the session's own company. */
export async function listedAgreements(
  ctx: FlowContext,
  call: AnyCall & { readonly query: { readonly cursor?: string | undefined } },
  side: { readonly agencyKey: string } | { readonly clientKey: string },
) {
  const owner = `agreements/${Object.entries(side).join()}`;
  const from = openCursor(ctx, owner, call.query.cursor);
  const { items, next } = await agreementsOf(ctx.db, side, { from, limit: pageLength });
  return {
    agreements: await shownAgreements(ctx, items, 'agencyKey' in side ? 'agency' : 'client', call.now),
    ...(next ? { cursor: sealCursor(ctx, owner, next) } : {}),
  };
}
