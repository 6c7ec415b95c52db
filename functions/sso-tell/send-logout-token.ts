import * as v from 'valibot';
import { type LogoutNotice, logoutNotice } from '#contract/logout-notice.ts';
import { newLogoutToken } from '#crypto/logout-tokens.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { findClient, type RelyingParty } from '#domain/sso/relying-parties.ts';
import { writeLine } from '#gateways/log.ts';
import { postForm } from '#gateways/post-form.ts';
import { bySystem, changeAuditPut } from '#journeys/change-origin.ts';
import type { FlowContext } from '#runtime/context.ts';
import { noticeSentUpdate } from '#store/sessions/rp-sessions.ts';

/** @throws Error for a message in another form, which no function of ours sends; it ends in the dead-letter queue */
export const readLogoutNotice = (body: string): LogoutNotice => v.parse(logoutNotice, JSON.parse(body));

/** SSO-8: milliseconds until the system must be connected, and until it must have answered. */
const patience = { connectMilliseconds: 2_000, timeoutMilliseconds: 5_000 };

type NoticeContext = Pick<FlowContext, 'db' | 'settings' | 'signing' | 'relyingParties'>;
interface Try {
  readonly tries: number;
  /** True for the last try. */
  readonly last: boolean;
}

/**
 * One try. 200 and 204 mean yes (OpenID Connect Back-Channel Logout, 2.8); everything else, including a redirect, means
 * no.
 * @returns whether the system knows, or is no longer a client
 */
export async function sendLogoutToken(
  ctx: NoticeContext,
  notice: LogoutNotice,
  now: Date,
  { tries, last }: Try,
): Promise<boolean> {
  const client = findClient(ctx.relyingParties, notice.clientId);
  const result = client ? await post(ctx, client, notice, now) : 'no-client';
  const done = result === '200' || result === '204' || result === 'no-client';
  const line = { flow: 'sso-tell', client: notice.clientId, reason: notice.reason, said: result, tries };
  if (done) writeLine({ level: 'INFO', event: 'rp-notified', ...line });
  else writeLine({ level: last ? 'ERROR' : 'WARN', event: 'rp-not-notified', ...line });
  if (done) await recordNoticeSent(ctx, notice, now, tries);
  else if (last)
    await ctx.db.put(noticeAuditPut(ctx, notice, 'sso-telling-failed', now, { said: result, tries }));
  return done;
}

async function post(
  { signing, settings }: NoticeContext,
  { backchannelLogoutUri, clientId }: RelyingParty,
  { sub, sid }: LogoutNotice,
  now: Date,
): Promise<string> {
  const token = await newLogoutToken(signing, { issuer: settings.issuer, clientId, sub, sid }, now);
  return postForm(backchannelLogoutUri, { logout_token: token }, patience);
}

async function recordNoticeSent(
  ctx: NoticeContext,
  notice: LogoutNotice,
  now: Date,
  tries: number,
): Promise<void> {
  const at = epochSeconds(now);
  // Another hand-over may have its row by now: then this one is only in the audit.
  await ctx.db.update(noticeSentUpdate(notice, { at, tries }));
  await ctx.db.put(noticeAuditPut(ctx, notice, 'sso-told', now, { reason: notice.reason }));
}

const noticeAuditPut = (
  ctx: Pick<NoticeContext, 'settings'>,
  { personKey, clientId }: LogoutNotice,
  kind: 'sso-told' | 'sso-telling-failed',
  at: Date,
  detail: Readonly<Record<string, string | number>>,
) =>
  changeAuditPut(
    ctx,
    bySystem(at),
    personKey,
    kind,
    { client: clientId, ...detail },
    kind === 'sso-told' ? 'success' : 'failure',
  );
