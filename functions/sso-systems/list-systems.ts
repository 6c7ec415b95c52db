import { isoShanghai } from '#domain/days.ts';
import { fromEpochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { accepts, type RelyingParty } from '#domain/sso/relying-parties.ts';
import { handOverEndWrites } from '#journeys/sso/end-hand-over.ts';
import { actingOf } from '#journeys/sso/granted-details.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findRpSession, type RpSession, rpSessionsOf } from '#store/sessions/rp-sessions.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { ssoSystems } from './contract.ts';

/** SSO-13: the systems in the order of the settings. */
export const listSystems: StepOf<typeof ssoSystems, 'list'> = async (ctx, call) => {
  const { session } = call.caller;
  const entered = new Map(
    (await rpSessionsOf(ctx.db, session.sessionId))
      .filter((one) => isLive(one, session))
      .map(({ clientId, startedAt }) => [clientId, startedAt]),
  );
  return ok({
    systems: ctx.relyingParties.map((client) => {
      const { clientId, name, initiateLoginUri } = client;
      const since = entered.get(clientId);
      return {
        clientId,
        name: { ...name },
        open: isOpenTo(client, session),
        ...(initiateLoginUri ? { startUri: startAt(initiateLoginUri, ctx.settings.issuer) } : {}),
        ...(since === undefined ? {} : { enteredAt: isoShanghai(fromEpochSeconds(since)) }),
      };
    }),
  });
};

/** SSO-13: the person leaves one system. The change of the row makes the stream inform the system (SSO-8). */
export const leaveSystem: StepOf<typeof ssoSystems, 'leave'> = async (ctx, call) => {
  const { session } = call.caller;
  await retryOnConcurrentChange(async () => {
    const entered = await findRpSession(ctx.db, session.sessionId, call.params.clientId);
    if (!entered || !isLive(entered, session)) throw new Problem('NOT_FOUND');
    await ctx.db.transact(handOverEndWrites(ctx, call, entered, 'left'));
  });
  return noContent();
};

/** A hand-over with another identity is over, even if no write has ended it yet. */
const isLive = ({ ended, identityVersion }: RpSession, session: Session): boolean =>
  !ended && identityVersion === session.identityVersion;

const isOpenTo = (client: RelyingParty, { identity, company, realNameLevel }: Session): boolean =>
  realNameLevel >= client.minLevel && accepts(client, actingOf(identity, company));

/** OpenID Connect Core, 4: the system begins the request itself; the parameter tells it the issuer. */
const startAt = (uri: string, issuer: string): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}iss=${encodeURIComponent(issuer)}`;
