import type { AnyCall } from '#runtime/call.ts';

/** A feed line as a call, for the pieces that HTTP flows share. */
export const exchangeCall = (now: Date): AnyCall => ({
  now,
  language: 'zh',
  origin: { channel: 'exchange', address: '', browser: '', traceId: '' },
});
