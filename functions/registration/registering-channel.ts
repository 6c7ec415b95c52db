import { channelMay } from '#domain/channels.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';

/**
 * REG-7: people register in the web and the 安徽税务 APP; 实名采集 in the mini programs is discontinued. Checked at
 * every step, so that no other channel continues what one of the two began.
 */
export function requireRegisteringChannel(call: AnyCall): void {
  if (!channelMay(call.origin.channel, 'register')) throw new Problem('CHANNEL_NOT_ALLOWED');
}
