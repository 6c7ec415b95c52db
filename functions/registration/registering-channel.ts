import { may } from '#domain/channels.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';

/**
 * REG-7: web and the 安徽税务 APP register; the mini programs' 实名采集 is discontinued. Asked at every step, so that
 * no other channel goes on with what one of the two began.
 */
export function requireRegisteringChannel(call: AnyCall): void {
  if (!may(call.origin.channel, 'register')) throw new Problem('CHANNEL_NOT_ALLOWED');
}
