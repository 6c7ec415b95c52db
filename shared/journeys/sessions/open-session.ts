import type { SessionAnswer } from '#contract/schemas.ts';
import { signAccessToken } from '#crypto/access-tokens.ts';
import { newHandle } from '#crypto/random.ts';
import { newRefreshToken, type RefreshToken, refreshCookie } from '#crypto/refresh-tokens.ts';
import { unseal } from '#crypto/sealed.ts';
import { epochSeconds } from '#domain/epoch.ts';
import type { SmsWindowHint } from '#domain/factors/sms-window.ts';
import type { Channel } from '#domain/names.ts';
import { maskName } from '#domain/people/masks.ts';
import { amrOf } from '#domain/sso/authentication.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type NoticeCode, noticeFor } from '#runtime/messages/index.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type Person, type RegisteredPerson, sealContext } from '#store/people/person-row.ts';
import { endSessionUpdate } from '#store/sessions/session-end.ts';
import type { ActsAs, Session } from '#store/sessions/session-row.ts';
import { sessionPut } from '#store/sessions/sessions.ts';
import { besideNewSession, swapPointerUpdate } from '#store/sessions/web-sessions.ts';
import { auditPut } from '../audit.ts';
import { identityAuditDetail, lastRolesWith } from './current-identity.ts';
import { newSession } from './new-session.ts';

/** The session as the API shows it, with a fresh access token. */
export async function sessionAnswer(
  ctx: FlowContext,
  session: Session,
  call: AnyCall,
  notices: readonly NoticeCode[] = [],
): Promise<SessionAnswer> {
  const accessToken = await signAccessToken(
    ctx.signing,
    {
      subject: session.personKey,
      sessionId: session.sessionId,
      identityVersion: session.identityVersion,
      realNameLevel: session.realNameLevel,
      identity: session.identity,
      ...(session.company ? { company: session.company } : {}),
      ...(session.passwordDue ? { passwordDue: true } : {}),
    },
    ctx.settings,
    call.now,
  );
  return {
    accessToken,
    expiresIn: ctx.settings.policies.accessTokenSeconds,
    ...shownSession(ctx, session, call, notices),
  };
}

/** The session as the API shows it, without a token. */
export const shownSession = (
  ctx: FlowContext,
  session: Session,
  call: AnyCall,
  notices: readonly NoticeCode[] = [],
) => ({
  sessionId: session.sessionId,
  identity: session.identity,
  person: {
    name: maskName(unseal(ctx.dataKeys, sealContext.name(session.personKey), session.sealedName)),
    realNameLevel: session.realNameLevel,
  },
  notices: [...(session.passwordDue ? (['PASSWORD_CHANGE_REQUIRED'] as const) : []), ...notices].map((code) =>
    noticeFor(code, call.language),
  ),
});

/** Max-Age is the rest of the session's absolute life (SES-1, SES-2). */
export const cookieFor = (token: RefreshToken, session: Session, now: Date): string =>
  refreshCookie(token, session.expiresAt - epochSeconds(now));

/** How a session is opened. */
export interface OpenedBy {
  readonly method: string;
  /** What the journey knows of the number's window, kept for the person's next journey. */
  readonly window?: SmsWindowHint | undefined;
  /** False if the factor is no fresh factor (PHN-4). */
  readonly fresh?: boolean;
  /** ISO time of the check, if the factor was a face (PHN-4). */
  readonly faceAt?: string | undefined;
  /** QR-1: the channel that confirmed the code; a confirmation is no factor (SES-5). */
  readonly qr?: Channel;
  /** Epoch seconds at which the factor was passed, if that was in an earlier call. */
  readonly factorAt?: number;
  /** The person chose this role among several: it is preselected next time (LGN-10). */
  readonly chosen?: boolean;
  /** The person's numbers, if the factor has proved one of them (MIG-1). */
  readonly phones?: Person['phones'];
}

interface OpenedSession {
  readonly session: SessionAnswer;
  readonly cookies: string[];
}

/**
 * Opens a session in one transaction with the writes of the journey (`writes`: the ticket spent, counts reset). Throws
 * ConcurrentChange if the person changed since they were read: the caller reads again and calls again.
 */
export async function openSession(
  ctx: FlowContext,
  call: AnyCall,
  person: RegisteredPerson,
  as: ActsAs,
  by: OpenedBy,
  writes: readonly Write[],
): Promise<OpenedSession> {
  const opening = sessionOpening(ctx, call, person, as, by);
  // The journey's own conditions come first: then a spent ticket answers as such, and not as a race.
  await ctx.db.transact([...writes, ...opening.writes]);
  return opening.answer();
}

/**
 * The writes that open a session, and the answer once they are done. The writes swap the person's web session, end the
 * older one (if only one is allowed), record when and by what it was replaced (SES-3), and write the audit.
 */
export function sessionOpening(
  ctx: FlowContext,
  call: AnyCall,
  person: RegisteredPerson,
  as: ActsAs,
  by: OpenedBy,
): { readonly writes: readonly Write[]; readonly answer: () => Promise<OpenedSession> } {
  const { policies } = ctx.settings;
  const at = epochSeconds(call.now);
  const sessionId = newHandle();
  const refresh = newRefreshToken(ctx.handles, sessionId);
  const session = newSession(ctx, call, call.origin.channel, person, as, {
    sessionId,
    factorAt: by.fresh === false || by.qr !== undefined ? 0 : (by.factorAt ?? at),
    ...(by.faceAt === undefined ? {} : { faceAt: by.faceAt }),
    ...(by.qr === undefined ? {} : { qr: by.qr }),
    // A person whom an app identified did not use the initial password (QR-1).
    ...(person.password?.initial && by.qr === undefined ? { passwordDue: true } : {}),
    methods: amrOf(by.method),
    refreshHash: refresh.hash,
  });
  const { ended, kept } = besideNewSession(person, call.now, policies);
  const replaces = ended.length > 0;
  const writes: Write[] = [
    swapPointerUpdate(person, { sessionId, expiresAt: session.expiresAt }, kept, {
      lastWindow: by.window,
      lastRoles: by.chosen ? lastRolesWith(person, as) : undefined,
      phones: by.phones,
    }),
    sessionPut(session),
    ...ended.map((older) =>
      endSessionUpdate(older.sessionId, { reason: 'replaced', at, by: session.browser }),
    ),
    auditPut(ctx, call, person.personKey, 'login', 'success', {
      method: by.method,
      ...identityAuditDetail(as.identity),
      browser: session.browser,
      ...(call.origin.locality === undefined ? {} : { locality: call.origin.locality }),
      ...(replaces ? { replaced: true } : {}),
    }),
  ];
  const answer = async () => ({
    session: await sessionAnswer(ctx, session, call, replaces ? ['SESSION_REPLACED'] : []),
    cookies: [cookieFor(refresh, session, call.now)],
  });
  return { writes, answer };
}
