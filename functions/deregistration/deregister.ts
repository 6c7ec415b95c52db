import { isHashed } from '#crypto/passwords.ts';
import { clearRefreshCookie } from '#crypto/refresh-tokens.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { usernameReservedUntil } from '#domain/people/usernames.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFactorPhone, requireFresh } from '#journeys/factors/fresh-factor.ts';
import { withPassword } from '#journeys/factors/password-check.ts';
import { faceProof } from '#journeys/factors/scans.ts';
import { withSessionCode } from '#journeys/factors/session-codes.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { endSessions } from '#journeys/sessions/end-sessions.ts';
import { noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { RegisteredPerson } from '#store/people/person-row.ts';
import { releasePhoneUpdate } from '#store/people/phones.ts';
import { releaseUsernamePut } from '#store/people/usernames.ts';
import { personUpdate } from '#store/people/users.ts';
import { endAliveUpdate } from '#store/sessions/sessions.ts';
import type { deregistration } from './contract.ts';

type DeregisterCall = CallOf<typeof deregistration, 'deregister'>;

/** 用户注销 (CTR-2): after second factor and password, everything that belongs to the account ends at once. */
export const deregister: StepOf<typeof deregistration, 'deregister'> = async (ctx, call) => {
  requireFresh(ctx, call);
  const { smsCode, faceTicket } = call.body;
  const person =
    smsCode === undefined ? await byFace(ctx, call, faceTicket ?? '') : await bySms(ctx, call, smsCode);
  await notifyPerson(ctx, call, person, 'deregistered');
  return noContent({ cookies: [clearRefreshCookie()] });
};

const bySms = (ctx: FlowContext, call: DeregisterCall, code: string): Promise<RegisteredPerson> =>
  withSessionCode(ctx, call, 'deregistration', code, (proof) =>
    deregisterWith(ctx, call, 'sms', [proof.spent], { phoneKey: proof.phoneKey, guess: proof.attemptId }),
  );

async function byFace(ctx: FlowContext, call: DeregisterCall, faceTicket: string): Promise<RegisteredPerson> {
  const { spent } = await faceProof(ctx, call, faceTicket, 'deregistration');
  return deregisterWith(ctx, call, 'face', [spent]);
}

const deregisterWith = (
  ctx: FlowContext,
  call: DeregisterCall,
  method: 'sms' | 'face',
  factor: readonly Write[],
  sms?: { readonly phoneKey: string; readonly guess: string },
): Promise<RegisteredPerson> =>
  withPassword(
    ctx,
    call,
    {
      personKey: call.caller.session.personKey,
      password: call.body.password,
      purpose: 'deregistration',
      ...(sms ? { guess: sms.guess } : {}),
    },
    async (person, password) => {
      if (sms) requireFactorPhone(person, sms.phoneKey, call.now, ctx.settings.policies);
      await ctx.db.transact([
        ...factor,
        ...password,
        ...deregistrationWrites(ctx, call, person),
        auditPut(ctx, call, person.personKey, 'deregistered', 'success', { method }),
      ]);
      return person;
    },
  );

/**
 * What ends: sessions, phones, the username (reserved, USR-2), the password. What stays, for registering again (REG-4):
 * the real-name record with its level and consents, the last passwords, the relations. The session of the call must be
 * live (SES-5).
 */
function deregistrationWrites(ctx: FlowContext, call: DeregisterCall, person: RegisteredPerson): Write[] {
  const { personKey } = person;
  const { policies } = ctx.settings;
  const { session } = call.caller;
  const others = endSessions(ctx, call, person, 'deregistered', session);
  const at = epochSeconds(call.now);
  const stale = () => new ConcurrentChange();
  return [
    personUpdate(
      personKey,
      person.rev,
      {
        webSession: undefined,
        otherWebSessions: undefined,
        account: { status: 'cancelled', since: call.now.toISOString() },
        password: undefined,
        passwordHistory: person.passwordHistory ?? (isHashed(person.password) ? [person.password] : []),
        passwordRev: (person.passwordRev ?? 0) + 1,
        phones: undefined,
        defaultPhoneId: undefined,
        username: undefined,
        lastWindow: undefined,
        faceProof: undefined,
        phoneRecoveredAt: undefined,
      },
      stale,
    ),
    ...(person.phones ?? []).map((phone) => releasePhoneUpdate(phone.phoneKey, personKey, call.now, stale)),
    ...(person.username === undefined
      ? []
      : [
          releaseUsernamePut(
            usernameKeyOf(ctx, person.username),
            personKey,
            usernameReservedUntil(call.now, policies),
            stale,
          ),
        ]),
    ...others.writes,
    endAliveUpdate(session, { reason: 'deregistered', at }, call.now, policies),
    auditPut(ctx, call, personKey, 'session-ended', 'success', { reason: 'deregistered' }),
  ];
}
