import * as v from 'valibot';
import { orderEntries } from '#contract/schemas.ts';
import { fromRegistry } from '#journeys/companies/relation-audits.ts';
import { giveOrder } from '#journeys/people/orders.ts';
import type { FlowContext } from '#runtime/context.ts';
import { writeOrderLine } from '#runtime/log.ts';
import { exchangeCall } from './exchange.ts';
import type { Taken } from './outcome.ts';
import { version } from './versions.ts';

/** `order`: what the authority orders of an account (ORD-1). The versions are a sequence of their own per person. */
export const orderLine = v.object({
  type: v.literal('order'),
  version,
  ...orderEntries,
  officer: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});

/** An older version changes nothing (ENT-3). */
export async function takeOrder(
  ctx: FlowContext,
  line: v.InferOutput<typeof orderLine>,
  now: Date,
): Promise<Taken> {
  const taken = await giveOrder(ctx, exchangeCall(now), line, line.version, fromRegistry(now));
  if (taken === 'accepted') writeOrderLine('registry-feed', line.order);
  return taken;
}
