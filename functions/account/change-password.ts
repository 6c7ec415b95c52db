import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFresh } from '#journeys/factors/fresh-factor.ts';
import { newPasswordOf } from '#journeys/factors/new-password.ts';
import { withPassword } from '#journeys/factors/password-check.ts';
import { faceProof } from '#journeys/factors/scans.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { endSessions } from '#journeys/sessions/end-sessions.ts';
import { noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { RegisteredPerson } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import { sessionAliveCheck } from '#store/sessions/session-checks.ts';
import { passwordSetUpdate } from '#store/sessions/sessions.ts';
import { webSessionsOf } from '#store/sessions/web-sessions.ts';
import type { account } from './contract.ts';

type PasswordCall = CallOf<typeof account, 'password'>;

/**
 * Changes the password (PWD-1). The old password proves the person, and its tries count as LCK failures (LCK-5); or a
 * face proof does, which is a fresh factor itself (SES-5). The session of the call continues, every other session ends
 * (PWD-3). A password that the registry set counts as old password only in the session that it opened; elsewhere it
 * proves nothing, and a face is needed (LGN-11).
 */
export const changePassword: StepOf<typeof account, 'password'> = async (ctx, call) => {
  const { oldPassword, faceTicket } = call.body;
  const person =
    faceTicket === undefined
      ? await byPassword(ctx, call, oldPassword ?? '')
      : await byFace(ctx, call, faceTicket);
  await notifyPerson(ctx, call, person, 'password-changed');
  return noContent();
};

function byPassword(ctx: FlowContext, call: PasswordCall, password: string): Promise<RegisteredPerson> {
  requireFresh(ctx, call);
  const { personKey, passwordDue } = call.caller.session;
  const initial = passwordDue ? undefined : new Problem('FACE_REQUIRED', {}, { variant: 'initial-password' });
  return withPassword(
    ctx,
    call,
    { personKey, password, purpose: 'password-change', initial },
    (person, writes) => change(ctx, call, person, 'password', writes),
  );
}

async function byFace(ctx: FlowContext, call: PasswordCall, faceTicket: string): Promise<RegisteredPerson> {
  const { spent } = await faceProof(ctx, call, faceTicket, 'password');
  return retryOnConcurrentChange(async () =>
    change(ctx, call, await signedInPerson(ctx, call), 'face', [spent]),
  );
}

async function change(
  ctx: FlowContext,
  call: PasswordCall,
  person: RegisteredPerson,
  method: 'password' | 'face',
  writes: readonly Write[],
): Promise<RegisteredPerson> {
  const { session } = call.caller;
  const { policies } = ctx.settings;
  // A login elsewhere, or a logout, has ended this session since it was read.
  if (!webSessionsOf(person, call.now).some(({ sessionId }) => sessionId === session.sessionId))
    throw new Problem('SESSION_ENDED');
  const changes = await newPasswordOf(ctx, person, call.body.newPassword);
  const others = endSessions(ctx, call, person, 'credential-change', session);
  await ctx.db.transact([
    ...writes,
    personUpdate(
      person.personKey,
      person.rev,
      { ...changes, ...others.changes },
      () => new ConcurrentChange(),
    ),
    ...others.writes,
    session.passwordDue
      ? passwordSetUpdate(session, call.now, policies)
      : sessionAliveCheck(session, call.now, policies),
    auditPut(ctx, call, person.personKey, 'password-changed', 'success', { method }),
  ]);
  return person;
}
