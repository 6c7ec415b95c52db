import { newHandle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { type CodeProof, withCode } from '#journeys/factors/codes.ts';
import { proven } from '#journeys/factors/proven-phone.ts';
import { passedFace } from '#journeys/factors/scans.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { noLoss, type PhoneLoss, phoneLoss } from '#journeys/people/phone-takeover.ts';
import { noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { notLockedCheck, successUpdate } from '#store/people/lockout-table.ts';
import {
  type OwnPhone,
  ownPhone,
  type Person,
  type RegisteredPerson,
  requireAdmitted,
} from '#store/people/person-row.ts';
import { claimPhoneUpdate, type OwnedPhone, phoneOwner } from '#store/people/phones.ts';
import { returnedGuessUpdate } from '#store/people/sms-guesses.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import type { RecoveryTicket } from '#store/tickets/ticket-kinds.ts';
import { isCode, spendTicketUpdate } from '#store/tickets/tickets.ts';
import type { phoneRecovery } from './contract.ts';

type CompleteCall = CallOf<typeof phoneRecovery, 'complete'>;
type Proof = CodeProof<RecoveryTicket>;
interface Read {
  readonly person: Person | undefined;
  readonly owner: OwnedPhone | undefined;
}

/**
 * Checks the code first (SMS-2). Then one transaction makes the number the person's default phone and takes it from its
 * former holder (PHN-3, PHN-5). The person's other numbers are informed at once; for a day the new number is no fresh
 * factor.
 */
export const completeRecovery: StepOf<typeof phoneRecovery, 'complete'> = async (ctx, call) => {
  const read = async (ticket: RecoveryTicket): Promise<Read> => {
    const [person, owner] = await Promise.all([
      findPerson(ctx.db, ticket.personKey),
      phoneOwner(ctx.db, ticket.newPhone.phoneKey),
    ]);
    return { person, owner };
  };
  await withCode<RecoveryTicket, Read, void>(
    ctx,
    call,
    {
      id: call.params.id,
      kind: 'phone-recovery',
      purpose: 'phone-recovery',
      code: call.body.smsCode,
      counting: 'guess',
    },
    read,
    async (proof, first) => {
      const readAgain = firstRead(first, () => read(proof.ticket));
      const { before, loss } = await retryOnConcurrentChange(async () =>
        recover(ctx, call, proof, await readAgain()),
      );
      const detail = maskPhone(phoneNumberOf(ctx, proof.ticket.newPhone));
      await Promise.all([notifyPerson(ctx, call, before, 'phone-recovered', detail), loss.tell()]);
    },
  );
  return noContent();
};

/** Returns the person as they were before, and what the former holder lost. */
async function recover(
  ctx: FlowContext,
  call: CompleteCall,
  proof: Proof,
  { person: read, owner }: Read,
): Promise<{ before: RegisteredPerson; loss: PhoneLoss }> {
  const { ticket } = proof;
  const { phoneKey } = ticket.newPhone;
  // A password that was changed meanwhile ends this journey (PWD-3).
  const person = requireAdmitted(read, 'STATE_CONFLICT');
  if (person.passwordRev !== ticket.passwordRev) throw new Problem('STATE_CONFLICT');
  const holder = owner && owner.personKey !== person.personKey ? owner.personKey : undefined;
  if (holder && !call.body.takeover) throw new Problem('PHONE_TAKEN');
  const face = passedFace(ticket, call.body.faceTicket);
  if ((holder || ctx.settings.policies.recoveryNeedsFace) && !face) throw new Problem('FACE_REQUIRED');
  const own = ownPhone(person, phoneKey);
  if (!own && (person.phones?.length ?? 0) >= ctx.settings.policies.phonesPerPerson)
    throw new Problem('TOO_MANY_PHONES');

  const at = call.now.toISOString();
  const recovered: OwnPhone = {
    ...(own ? proven(own) : { phoneId: newHandle(), ...ticket.newPhone, since: at }),
    recoveredAt: at,
  };
  const others = person.phones?.filter((phone) => phone !== own) ?? [];
  const loss = holder ? await phoneLoss(ctx, call, holder, phoneKey) : noLoss;
  await ctx.db.transact([
    spendTicketUpdate(ticket, call.now, isCode(proof.hash)),
    countsUpdate(ctx, call, person, proof, face),
    personUpdate(
      person.personKey,
      person.rev,
      {
        phones: [...others, recovered],
        defaultPhoneId: recovered.phoneId,
        phoneRecoveredAt: at,
        lastWindow: ticket.window ?? person.lastWindow,
      },
      () => new ConcurrentChange(),
    ),
    claimPhoneUpdate(phoneKey, person.personKey, call.now, holder),
    ...loss.writes,
    auditPut(ctx, call, person.personKey, 'phone-recovered', 'success', {
      phone: maskPhone(phoneNumberOf(ctx, recovered)),
      ...(face ? { face: face.transactionId } : {}),
      ...(holder ? { takenOver: true } : {}),
    }),
  ]);
  return { before: person, loss };
}

/**
 * One write to the day's counts: the guess was right; refused while the account is locked (PHN-4); a face that was used
 * resets its count.
 */
function countsUpdate(
  ctx: FlowContext,
  call: CompleteCall,
  { personKey }: RegisteredPerson,
  proof: Proof,
  face: RecoveryTicket['face'],
): Write {
  const day = shanghaiDay(call.now);
  const attempt = { personKey, day, attemptId: proof.attemptId };
  if (face)
    return successUpdate({ ...attempt, method: 'face' }, ctx.settings.policies, {
      reserved: false,
      guess: proof.attemptId,
    });
  return { ...notLockedCheck(personKey, day), ...returnedGuessUpdate(attempt) };
}
