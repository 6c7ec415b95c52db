import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { withCode } from '#journeys/factors/codes.ts';
import { requireFactorPhone } from '#journeys/factors/fresh-factor.ts';
import { newPasswordOf } from '#journeys/factors/new-password.ts';
import { provenPhone } from '#journeys/factors/proven-phone.ts';
import { passedFace } from '#journeys/factors/scans.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { endSessions } from '#journeys/sessions/end-sessions.ts';
import { noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type LockoutRow, lockoutKey } from '#store/people/lockout-row.ts';
import { unlockUpdate } from '#store/people/lockout-table.ts';
import { type Person, requireAdmitted } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import type { ResetTicket } from '#store/tickets/ticket-kinds.ts';
import { isCode, readOpenTicket, spendTicketUpdate } from '#store/tickets/tickets.ts';
import type { passwordReset } from './contract.ts';

type CompleteCall = CallOf<typeof passwordReset, 'complete'>;

/**
 * Sets the new password (PWD-1 … PWD-3); the same transaction removes the lock, clears all counts and ends the
 * sessions.
 */
export const completeReset: StepOf<typeof passwordReset, 'complete'> = async (ctx, call) => {
  const { smsCode, faceTicket } = call.body;
  const person =
    smsCode === undefined ? await byFace(ctx, call, faceTicket ?? '') : await bySms(ctx, call, smsCode);
  // PWD-3
  await notifyPerson(ctx, call, person, 'password-changed');
  return noContent();
};

const bySms = (ctx: FlowContext, call: CompleteCall, code: string) =>
  withCode<ResetTicket, Account, Person>(
    ctx,
    call,
    { id: call.params.id, kind: 'password-reset', purpose: 'password-reset', code, counting: 'guess' },
    (ticket) => readAccount(ctx, call, ticket.personKey),
    (proof, account) =>
      change(ctx, call, proof.ticket, account, { phoneKey: proof.phoneKey, guess: proof.attemptId }, [
        spendTicketUpdate(proof.ticket, call.now, isCode(proof.hash)),
      ]),
  );

async function byFace(ctx: FlowContext, call: CompleteCall, faceTicket: string): Promise<Person> {
  const ticket = await readOpenTicket<ResetTicket>(ctx.db, call.params.id, 'password-reset', call.now);
  if (!passedFace(ticket, faceTicket)) throw new Problem('FACE_REQUIRED');
  return change(ctx, call, ticket, await readAccount(ctx, call, ticket.personKey), undefined, [
    spendTicketUpdate(ticket, call.now),
  ]);
}

/** The person, and whether a lock holds today, in one read. */
interface Account {
  readonly person: Person | undefined;
  readonly locked: boolean;
}
async function readAccount(ctx: FlowContext, call: CompleteCall, personKey: string): Promise<Account> {
  const [person, lockout] = await ctx.db.batchGet([
    { table: 'Users', key: { personKey } },
    { table: 'Lockouts', key: lockoutKey(personKey, shanghaiDay(call.now)) },
  ]);
  return {
    person: person as Person | undefined,
    locked: (lockout as LockoutRow | undefined)?.lockedAt !== undefined,
  };
}

function change(
  ctx: FlowContext,
  call: CompleteCall,
  ticket: ResetTicket,
  read: Account,
  sms: { readonly phoneKey: string; readonly guess: string } | undefined,
  writes: readonly Write[],
): Promise<Person> {
  const day = shanghaiDay(call.now);
  const readAgain = firstRead(read, () => readAccount(ctx, call, ticket.personKey));
  return retryOnConcurrentChange(async () => {
    const { person: found, locked } = await readAgain();
    const person = requireAdmitted(found, 'USER_NOT_REGISTERED');
    // When an account ended meanwhile, its journeys and face checks ended too (STP-4).
    if (person.account.since !== ticket.since) throw new Problem('STATE_CONFLICT');
    // A number that was taken over meanwhile proves its new owner (PHN-3), a recently recovered number proves nobody
    // (PHN-4).
    const { policies } = ctx.settings;
    const phone = sms && requireFactorPhone(person, sms.phoneKey, call.now, policies);
    const proof = provenPhone(person, phone);
    const changes = await newPasswordOf(ctx, person, call.body.newPassword);
    const sessions = endSessions(ctx, call, person, 'credential-change');
    await ctx.db.transact([
      ...writes,
      personUpdate(
        person.personKey,
        person.rev,
        { ...changes, ...sessions.changes, ...proof.changes, lastWindow: ticket.window ?? person.lastWindow },
        () => new ConcurrentChange(),
      ),
      unlockUpdate(
        person.personKey,
        day,
        ctx.settings.policies,
        { seen: locked, onRefused: () => new ConcurrentChange() },
        sms?.guess,
      ),
      auditPut(ctx, call, person.personKey, 'password-reset', 'success', {
        method: sms ? 'sms' : 'face',
      }),
      ...(locked
        ? [auditPut(ctx, call, person.personKey, 'unlocked', 'success', { method: 'password-reset' })]
        : []),
      ...sessions.writes,
      ...proof.writes,
    ]);
    return person;
  });
}
