import type { AnyCall } from '#runtime/call.ts';

/** A feed line in the form of a call, for code that HTTP flows share. */
export const feedCall = (now: Date): AnyCall => ({
  now,
  language: 'zh',
  origin: { channel: 'exchange', address: '', browser: '', traceId: '' },
});
