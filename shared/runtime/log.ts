import { Problem } from '#domain/problem.ts';
import { metrics, writeLine } from '#gateways/log.ts';

/**
 * ORD-1: one line an order, log and metric. `isNear` is what rings: an office has used most of its hour.
 * @param given `office` as the assertion names it; none for the feed
 */
export function writeOrderLine(
  flow: string,
  order: string,
  given: { readonly office?: string; readonly inHour?: number; readonly isNear?: boolean } = {},
): void {
  const { isNear = false, ...where } = given;
  writeLine({
    level: isNear ? 'WARN' : 'INFO',
    word: 'order-given',
    ...metrics([['flow'], ['flow', 'order']], { Orders: 'Count', OrdersNearLimit: 'Count' }),
    flow,
    order,
    ...where,
    Orders: 1,
    OrdersNearLimit: isNear ? 1 : 0,
  });
}

/** SMS-4: how much of the stage's hourly budget strangers' sends have used, this one included. Of nobody in particular. */
export const logStrangerSend = (percent: number): void =>
  writeLine({
    level: 'INFO',
    word: 'stranger-sms',
    ...metrics([[]], { StrangerSmsPercent: 'Percent' }),
    StrangerSmsPercent: Math.round(percent * 10) / 10,
  });

/** REG-1: registered, but not logged in by it: the person logs in by hand. */
export const logSessionNotOpened = (failure: unknown): void =>
  writeLine({ level: 'WARN', word: 'session-not-opened', cause: causeOf(failure) });

/**
 * Our own failures leave a trace for operators: class, message of the SDK or bug and stack, which hold no personal data,
 * and the id by which AWS finds the request, whichever error of the chain carries it.
 */
export function causeOf(failure: unknown): object | undefined {
  const cause = failure instanceof Problem ? failure.cause : failure;
  if (!(cause instanceof Error)) return undefined;
  const requestId = requestIdIn(cause);
  return {
    name: cause.name,
    message: cause.message.slice(0, 500),
    ...(requestId ? { requestId } : {}),
    stack: cause.stack?.slice(0, 2000),
  };
}

function requestIdIn(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  const { $metadata } = error as { $metadata?: { requestId?: string } };
  return $metadata?.requestId ?? requestIdIn(error.cause, depth + 1);
}
