import { Problem } from '#domain/problem.ts';
import { metrics, writeLine } from '#gateways/log.ts';

/**
 * ORD-1: one line per order, both log and metric. `isNear` triggers the alarm: an office has used most of its hourly
 * limit.
 * @param given `office` as the assertion names it; absent for the feed
 */
export function writeOrderLine(
  flow: string,
  order: string,
  given: { readonly office?: string; readonly inHour?: number; readonly isNear?: boolean } = {},
): void {
  const { isNear = false, ...where } = given;
  writeLine({
    level: isNear ? 'WARN' : 'INFO',
    event: 'order-given',
    ...metrics([['flow'], ['flow', 'order']], { Orders: 'Count', OrdersNearLimit: 'Count' }),
    flow,
    order,
    ...where,
    Orders: 1,
    OrdersNearLimit: isNear ? 1 : 0,
  });
}

/**
 * SMS-4: how much of the stage's hourly budget strangers' sends have used, this one included. The line concerns no
 * single person.
 */
export const logStrangerSend = (percent: number): void =>
  writeLine({
    level: 'INFO',
    event: 'stranger-sms',
    ...metrics([[]], { StrangerSmsPercent: 'Percent' }),
    StrangerSmsPercent: Math.round(percent * 10) / 10,
  });

/** REG-1: the registration succeeded, but no session could be opened: the person logs in by hand. */
export const logSessionNotOpened = (failure: unknown): void =>
  writeLine({ level: 'WARN', event: 'session-not-opened', cause: causeOf(failure) });

/**
 * Leaves a trace of our own failures for operators: class, message (of the SDK or of a bug) and stack, which hold no
 * personal data, and the id by which AWS finds the request, whichever error of the chain carries it.
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
