import * as v from 'valibot';

/**
 * The message of the queue `sso-tell` that starts informing a system (SSO-8): it contains everything, because another
 * hand-over may have the row by then.
 */
export const logoutNotice = v.object({
  sessionId: v.string(),
  clientId: v.string(),
  sid: v.string(),
  sub: v.string(),
  personKey: v.string(),
  /** Why the hand-over has ended, or `narrowed`. */
  reason: v.string(),
});
export type LogoutNotice = v.InferOutput<typeof logoutNotice>;
