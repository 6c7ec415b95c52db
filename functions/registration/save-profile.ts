import { phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { seal } from '#crypto/sealed.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { parseUsername } from '#domain/people/usernames.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { type CodeProof, sendCode, withCode } from '#journeys/factors/codes.ts';
import { judgePassword } from '#journeys/factors/new-password.ts';
import { strangersSend } from '#journeys/factors/stranger-sends.ts';
import { countMiss, type RecordTry, withinFreeTries } from '#journeys/factors/tries.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import { numberOf } from '#journeys/people/personal-data.ts';
import { accepted, ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { type Person, sealContext } from '#store/people/person-row.ts';
import { type OwnedPhone, phoneOwner } from '#store/people/phones.ts';
import { findUsername, type UsernameGuard, usernameFree } from '#store/people/usernames.ts';
import { findPerson } from '#store/people/users.ts';
import type { RegistrationProfile, RegistrationTicket } from '#store/tickets/ticket-kinds.ts';
import { isCode, readOpenTicket, ticketUpdate, wrongPhoneUpdate } from '#store/tickets/tickets.ts';
import type { registration } from './contract.ts';
import { requireRegisteringChannel } from './registering-channel.ts';

type SmsCall = CallOf<typeof registration, 'sms'>;

/**
 * REG-2: a person who was collected at a hall registers with the phone verified there, so that nobody else can. A wrong
 * number is counted on the ticket, which the fifth wrong number ends, and for the document and day (REG-9). Throws
 * IDENTITY_MISMATCH {remainingAttempts}, or CHALLENGE_REQUIRED instead of comparing.
 */
async function refuseWrongPhone(
  ctx: FlowContext,
  call: SmsCall,
  tried: RecordTry,
  first: RegistrationTicket,
): Promise<never> {
  const most = ctx.settings.policies.hallPhoneTries;
  const readTicket = firstRead(first, () =>
    readOpenTicket<RegistrationTicket>(ctx.db, call.params.id, 'registration', call.now),
  );
  const remainingAttempts = await retryOnConcurrentChange(async () => {
    const ticket = await readTicket();
    await countMiss(ctx, call, tried, [
      wrongPhoneUpdate(ticket, call.now, most, () => new ConcurrentChange()),
      auditPut(ctx, call, ticket.personKey, 'identity-refused', 'failure', { reason: 'phone' }),
    ]);
    return most - 1 - (ticket.wrongPhones ?? 0);
  });
  throw new Problem('IDENTITY_MISMATCH', { remainingAttempts });
}

/** Sends a code to the phone to be registered; a stranger can ask for it, so the address has a budget (SMS-2). */
export const sendRegistrationCode: StepOf<typeof registration, 'sms'> = async (ctx, call) => {
  requireRegisteringChannel(call);
  const phone = parsePhone(call.body.phone);
  const phoneKey = phoneKeyOf(ctx.keys, phone);
  const { stranger, read: ticket } = await strangersSend(ctx, call, call.body.challenge, {
    phoneKey,
    read: readOpenTicket<RegistrationTicket>(ctx.db, call.params.id, 'registration', call.now),
  });
  if (ticket.hallPhoneKey === undefined)
    return accepted(await sendCode(ctx, call, ticket, 'registration', phone, 'ticket', { stranger }));

  const tried: RecordTry = { personKey: ticket.personKey, solved: call.body.challenge !== undefined };
  if (ticket.hallPhoneKey !== phoneKey) return refuseWrongPhone(ctx, call, tried, ticket);
  return withinFreeTries(ctx, call, tried, async (within) =>
    accepted(await sendCode(ctx, call, ticket, 'registration', phone, 'ticket', { stranger, also: within })),
  );
};

interface Known {
  readonly owner: OwnedPhone | undefined;
  readonly guard: UsernameGuard | undefined;
  /** The existing person, if they register again (REG-4): the history of passwords is kept. */
  readonly person: Person | undefined;
}

/** Basic information (REG-1): the code is checked first; only then may the other refusals be shown (SMS-2, PHN-3). */
export const saveProfile: StepOf<typeof registration, 'profile'> = async (ctx, call) => {
  requireRegisteringChannel(call);
  const phone = parsePhone(call.body.phone);
  const phoneKey = phoneKeyOf(ctx.keys, phone);
  const { username } = call.body;
  return withCode<RegistrationTicket, Known, Awaited<ReturnType<typeof save>>>(
    ctx,
    call,
    {
      id: call.params.id,
      kind: 'registration',
      purpose: 'registration',
      code: call.body.smsCode,
      counting: 'ticket',
      challenge: call.body.challenge,
    },
    async (ticket) => {
      const [owner, guard, person] = await Promise.all([
        phoneOwner(ctx.db, phoneKey),
        // A malformed name cannot be taken; it is refused after the code was checked.
        username === undefined ? undefined : findUsername(ctx.db, usernameKeyOf(ctx, username)),
        findPerson(ctx.db, ticket.personKey),
      ]);
      return { owner, guard, person };
    },
    (proof, known) => save(ctx, call, proof, phone, phoneKey, known),
  );
};

async function save(
  ctx: FlowContext,
  call: CallOf<typeof registration, 'profile'>,
  proof: CodeProof<RegistrationTicket>,
  phone: string,
  phoneKey: string,
  known: Known,
) {
  const { ticket } = proof;
  if (proof.phoneKey !== phoneKey) throw new Problem('SMS_CODE_WRONG');
  // With a hall record the code was sent to the record's number only (REG-2).
  if (ticket.hallPhoneKey !== undefined && ticket.hallPhoneKey !== phoneKey)
    throw new Problem('IDENTITY_MISMATCH');
  const username = call.body.username === undefined ? undefined : parseUsername(call.body.username);
  await judgePassword(
    ctx,
    call.body.password,
    { username: username ?? known.person?.username, phones: [phone], documentNumber: numberOf(ctx, ticket) },
    known.person,
  );
  if (username !== undefined && !usernameFree(known.guard, ticket.personKey, call.now))
    throw new Problem('USERNAME_TAKEN');
  const taken = known.owner !== undefined && known.owner.personKey !== ticket.personKey;
  if (taken && !call.body.takeoverPhone) throw new Problem('PHONE_TAKEN');

  const profile: RegistrationProfile = {
    phoneKey,
    sealedPhone: seal(ctx.dataKeys, sealContext.phone(phoneKey), phone),
    password: await hashPassword(call.body.password, ctx.keys, ctx.settings.policies),
    ...(username === undefined ? {} : { username }),
    takeover: taken,
  };
  await ctx.db.transact([
    ticketUpdate(
      ticket,
      call.now,
      // A right code is not one of the ticket's wrong ones (LCK-5).
      { set: { profile }, remove: ['code'], take: { wrongCodes: new Set([proof.attemptId]) } },
      isCode(proof.hash),
    ),
    ...proof.writes,
  ]);
  return ok({ maskedPhone: maskPhone(phone), faceRequired: ticket.hallPhoneKey === undefined || taken });
}
