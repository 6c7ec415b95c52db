import * as v from 'valibot';
import { freeText, orderEntries } from '#contract/schemas.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import { giveOrder } from '#journeys/people/orders.ts';
import type { FlowContext } from '#runtime/context.ts';
import { writeOrderLine } from '#runtime/log.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { feedOffice, orderCountUpdate } from '#store/tickets/order-hours.ts';
import { feedCall } from './feed-call.ts';
import type { LineResult } from './outcome.ts';
import { version } from './versions.ts';

/** `order`: what the authority orders about an account (ORD-1). Each person has their own sequence of versions. */
export const orderLine = v.object({
  type: v.literal('order'),
  version,
  ...orderEntries,
  officer: freeText(64),
});

/**
 * The feed has brought as many orders as an hour allows. The limit is not the line's fault, and the line must not be
 * lost: the line's message is given back, and finally goes to the dead-letter queue, which raises an alarm, until an
 * operator has looked.
 */
class FeedOrderLimitReached extends Error {
  constructor(most: number) {
    super(`more than ${most} orders in an hour (ordersPerFeedHour)`);
    this.name = new.target.name;
  }
}

/** Counts an order in its own transaction, so that of any number in parallel exactly the hourly limit is taken. */
function feedOrderCountUpdate(ctx: FlowContext, now: Date): Write {
  const { ordersPerFeedHour: most } = ctx.settings.policies;
  return { ...orderCountUpdate(feedOffice, now, most), onRefused: () => new FeedOrderLimitReached(most) };
}

/**
 * An older version changes nothing (ENT-3) and is not counted.
 * @param isDirectCall true if an operator calls the function directly: then a person has looked at the orders
 * @throws FeedOrderLimitReached
 */
export async function importOrder(
  ctx: FlowContext,
  line: v.InferOutput<typeof orderLine>,
  now: Date,
  isDirectCall: boolean,
): Promise<LineResult> {
  const also = isDirectCall ? [] : [feedOrderCountUpdate(ctx, now)];
  const taken = await giveOrder(ctx, feedCall(now), line, line.version, fromRegistry(now), also);
  if (taken === 'accepted') writeOrderLine('registry-feed', line.order);
  return taken;
}
