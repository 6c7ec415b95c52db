import { seal } from '#crypto/sealed.ts';
import { newCode } from '#crypto/session-references.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { demandedAcrs } from '#domain/sso/acrs.ts';
import { answerAddress } from '#domain/sso/authorization-requests.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import { seenAccess, seenAccessChecks } from '#store/sessions/seen-access.ts';
import { codePut, sealedDetailsContext } from '#store/tickets/sso-codes.ts';
import { requestDecidedUpdate } from '#store/tickets/sso-requests.ts';
import type { FaceCheckedMatter, SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { auditPut } from '../audit.ts';
import { identityAuditDetail } from '../sessions/current-identity.ts';
import { type GrantedDetails, pairwise } from './granted-details.ts';
import { tokenClaims } from './token-claims.ts';

/**
 * What is handed over: the session as it will be after the transaction, judged by the rows that were read of its
 * company.
 */
export interface SessionToHandOver extends Pick<EffectiveSession, 'session' | 'permissions'> {
  readonly records: AccessRecords | undefined;
  /** The version of the session after the transaction. */
  readonly identityVersion: number;
}

/** The face check for a matter, and what the system is told about it (SSO-9). */
export interface FoundMatter {
  readonly shown: FaceCheckedMatter;
  /** The provider's transaction id, for the audit. */
  readonly transactionId: string;
}

/** What the system gets, beside the person's pseudonym. */
export interface HandOverContent extends Pick<GrantedDetails, 'details' | 'limits'> {
  readonly matter?: FoundMatter;
}

/**
 * The writes of a hand-over, and the address to which the browser goes with its code: the request is decided, the rows
 * behind the identity are unchanged since they were read (otherwise ConcurrentChange), the code and the audit are
 * written. The caller checks the session itself, and the face for a matter.
 */
export function handOver(
  ctx: FlowContext,
  call: AnyCall,
  client: RelyingParty,
  ticket: SsoRequestTicket,
  { session, records, identityVersion }: SessionToHandOver,
  { details, limits, matter }: HandOverContent,
): { decided: Write; rest: Write[]; redirectTo: string } {
  const { request } = ticket;
  const { personKey, company, identity } = session;
  const code = newCode(ctx.dataKeys, { clientId: request.clientId, sessionId: session.sessionId });
  const seen = company && records && seenAccess(company, records);
  if (company && !seen) throw new Problem('RELATION_NOT_FOUND');
  return {
    decided: requestDecidedUpdate(ticket, call.now),
    rest: [
      ...(seen ? seenAccessChecks(personKey, seen, shanghaiDay(call.now), () => new ConcurrentChange()) : []),
      codePut(
        code,
        {
          personKey,
          request,
          sessionId: session.sessionId,
          identityVersion,
          sessionEnds: session.expiresAt,
          ...(seen ? { seenAccess: seen } : {}),
          ...(limits ? { granted: limits } : {}),
          claims: tokenClaims(session, pairwise(ctx, client, personKey), demandedAcrs(request), call.now),
          ...(matter ? { matter: matter.shown } : {}),
          sealedDetails: seal(ctx.dataKeys, sealedDetailsContext(ticketKeyOf(code)), JSON.stringify(details)),
          sealedName: session.sealedName,
        },
        call.now,
        ctx.settings.policies.ssoCodeSeconds,
      ),
      auditPut(ctx, call, personKey, 'sso-decided', 'success', {
        client: client.clientId,
        ...identityAuditDetail(identity),
        ...(matter ? { matter: matter.shown.code, transactionId: matter.transactionId } : {}),
      }),
    ],
    redirectTo: answerAddress(ctx.settings.issuer, request, { code }),
  };
}
