import { Problem } from '#domain/problem.ts';
import { giveOrder } from '#journeys/people/orders.ts';
import { noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { writeOrderLine } from '#runtime/log.ts';
import { orderCountUpdate, ordersInHour } from '#store/tickets/order-hours.ts';
import type { hall } from './contract.ts';
import { countingMissAtCounter, requireCounter } from './counter-checks.ts';

type OrderCall = CallOf<typeof hall, 'order'>;

/**
 * ORD-1: an officer at a counter or help desk orders something about an account. An order for a person who is not
 * registered holds too. An office may give a limited number of orders per hour, counted in the transaction of the
 * order.
 */
export const orderAtHall: StepOf<typeof hall, 'order'> = async (ctx, call) => {
  const origin = requireCounter(ctx, call, 'order');
  const { officer, office } = origin.detail;
  const { ordersPerOfficeHour } = ctx.settings.policies;
  try {
    await countingMissAtCounter(ctx, call, origin, call.body.person, () =>
      giveOrder(ctx, call, { ...call.body, officer }, undefined, origin, [
        orderCountUpdate(office, call.now, ordersPerOfficeHour),
      ]),
    );
  } catch (error) {
    if (error instanceof Problem && error.code === 'TOO_MANY_REQUESTS')
      await tellOperators(ctx, call, office);
    throw error;
  }
  await tellOperators(ctx, call, office);
  return noContent();
};

/**
 * ORD-1: near the limit the operators are warned. This read is only for the warning; the transaction enforces the
 * limit.
 */
async function tellOperators(ctx: FlowContext, call: OrderCall, office: string): Promise<void> {
  const { ordersPerOfficeHour, ordersAlarmPercent } = ctx.settings.policies;
  const given = await ordersInHour(ctx.db, office, call.now).catch(() => 0);
  const isNear = given * 100 >= ordersPerOfficeHour * ordersAlarmPercent;
  writeOrderLine('hall', call.body.order, { office, inHour: given, isNear });
}
