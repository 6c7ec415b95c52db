import type { PassedTicket } from './role-choices.ts';

/** How the session after a choice was opened: by the factor of the earlier call. */
export const byEarlierFactor = ({ passed, window }: PassedTicket) => ({
  method: passed.method,
  fresh: passed.fresh,
  faceAt: passed.faceAt,
  factorAt: passed.at,
  window,
  chosen: passed.choices.length + (passed.agent ? 1 : 0) > 1,
});
