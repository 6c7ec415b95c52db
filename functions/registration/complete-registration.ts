import { newHandle } from '#crypto/random.ts';
import { type DocumentType, isOfficeFirst } from '#domain/people/documents.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { withHistory } from '#journeys/factors/new-password.ts';
import { startFaceScan } from '#journeys/factors/scans.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import { hallRecordOf } from '#journeys/people/hall-record.ts';
import { requireSameName } from '#journeys/people/named-person.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { nameOf } from '#journeys/people/personal-data.ts';
import { noLoss, type PhoneLoss, phoneLoss } from '#journeys/people/phone-takeover.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import { created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { logSessionNotOpened } from '#runtime/log.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import {
  isRegistered,
  type OwnPhone,
  type Person,
  refuseSuspended,
  requireAdmitted,
} from '#store/people/person-row.ts';
import { claimPhoneUpdate, findPhone, isOwned } from '#store/people/phones.ts';
import { claimUsernamePut } from '#store/people/usernames.ts';
import { findPerson, type PersonChanges, personUpdate } from '#store/people/users.ts';
import type { RegistrationProfile, RegistrationTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket, spendTicketUpdate } from '#store/tickets/tickets.ts';
import { collectionRequired } from './collection-required.ts';
import type { registration } from './contract.ts';
import { requireRegisteringChannel } from './registering-channel.ts';

/** Shows a QR code for the face check; face processing needs a consent of its own (REG-6). */
export const startRegistrationFace: StepOf<typeof registration, 'face'> = async (ctx, call) => {
  requireRegisteringChannel(call);
  const ticket = await readOpenTicket<RegistrationTicket>(ctx.db, call.params.id, 'registration', call.now);
  // The steps have an order (REG-1): no face is checked before the phone is proved to be the person's own.
  if (!ticket.profile) throw new Problem('STEP_MISSING', { step: 'profile' });
  if (!ticket.consents.includes('face')) throw new Problem('CONSENT_REQUIRED', { missing: ['face'] });
  return created(await startFaceScan(ctx, call, ticket, 'register', 'ticket', ticket));
};

/**
 * Registers the person (REG-1): person, phone, username, consents, audit and the spent ticket in one transaction, so
 * that nobody is half registered and one phone has one owner (PHN-5). Registering again restores what is stored
 * (REG-4). A hall record that was used is spent in the same write and must not have ended meanwhile (REG-2).
 */
export const completeRegistration: StepOf<typeof registration, 'complete'> = async (ctx, call) => {
  requireRegisteringChannel(call);
  const ticket = await readOpenTicket<RegistrationTicket>(ctx.db, call.params.id, 'registration', call.now);
  const { profile } = ticket;
  if (!profile) throw new Problem('STEP_MISSING', { step: 'profile' });

  const { realNameLevel, again, loss } = await retryOnConcurrentChange(() =>
    register(ctx, call, ticket, profile),
  );
  // PWD-3: an ended account has no numbers, so its return is notified at the number with which it returns.
  const now = { phones: [ownPhoneOf(profile, call.now)] };
  const [opened] = await Promise.all([
    firstSession(ctx, call, ticket),
    again ? notifyPerson(ctx, call, now, 'restored') : undefined,
    loss.tell(),
  ]);
  return created(
    { realNameLevel, ...(opened ? { session: opened.session } : {}) },
    { cookies: opened?.cookies ?? [] },
  );
};

/**
 * REG-1: registering on the web also logs the person in, because password, number and face (or hall record) have just
 * been proved. The session is opened after the registration, because both write the person's row. If it cannot be
 * opened, the person is registered all the same and logs in by hand.
 */
async function firstSession(
  ctx: FlowContext,
  call: CallOf<typeof registration, 'complete'>,
  { personKey, face }: RegistrationTicket,
) {
  if (call.origin.channel !== 'web') return undefined;
  const open = async () => {
    const person = requireAdmitted(await findPerson(ctx.db, personKey), 'STATE_CONFLICT');
    const as = { identity: { kind: 'natural' } } as const;
    return openSession(ctx, call, person, as, { method: 'registration', faceAt: face?.at }, []);
  };
  try {
    return await retryOnConcurrentChange(open);
  } catch (error) {
    if (!(error instanceof Problem) || error.cause !== undefined) logSessionNotOpened(error);
    return undefined;
  }
}

async function register(
  ctx: FlowContext,
  call: CallOf<typeof registration, 'complete'>,
  ticket: RegistrationTicket,
  profile: RegistrationProfile,
): Promise<{ realNameLevel: number; again: boolean; loss: PhoneLoss }> {
  const { personKey } = ticket;
  const [person, row] = await Promise.all([
    findPerson(ctx.db, personKey),
    findPhone(ctx.db, profile.phoneKey),
  ]);
  refuseSuspended(person);
  if (isRegistered(person)) throw new Problem('ALREADY_REGISTERED');
  requireSameName(ctx, { name: nameOf(ctx, ticket) }, person);
  const known = person?.hall?.phoneKey === profile.phoneKey ? { read: row } : undefined;
  const { valid: hall, ended } = await hallRecordOf(ctx, person, call.now, known);
  // Since the start the hall may have created or corrected its record; a record that has ended since does not count
  // (REG-2).
  if (hall && hall.phoneKey !== ticket.hallPhoneKey) throw new Problem('STATE_CONFLICT');
  if (isOfficeFirst(ticket.documentType as DocumentType) && !hall) throw collectionRequired(ended);
  const holder = isOwned(row) && row.personKey !== personKey ? row.personKey : undefined;
  if ((!hall || profile.takeover) && !ticket.face) throw new Problem('FACE_REQUIRED');
  if (holder && !profile.takeover) throw new Problem('PHONE_TAKEN');

  const realNameLevel = Math.max(person?.realNameLevel ?? 0, hall ? 5 : 4);
  const again = person?.account !== undefined;
  const loss = holder ? await phoneLoss(ctx, call, holder, profile.phoneKey) : noLoss;
  await ctx.db.transact([
    spendTicketUpdate(ticket, call.now),
    personUpdate(
      personKey,
      person?.rev ?? 0,
      {
        ...personAfterRegistration(ctx, call, ticket, profile, person, realNameLevel),
        ...(hall ? { hall: { ...hall, usedAt: call.now.toISOString() } } : {}),
      },
      () => new ConcurrentChange(),
    ),
    claimPhoneUpdate(
      profile.phoneKey,
      personKey,
      call.now,
      holder,
      hall && { collectedAt: hall.collectedAt, onRefused: () => new ConcurrentChange() },
    ),
    ...(profile.username === undefined
      ? []
      : [claimUsernamePut(usernameKeyOf(ctx, profile.username), profile.username, personKey, call.now)]),
    ...loss.writes,
    auditPut(ctx, call, personKey, 'registered', 'success', {
      realNameLevel,
      ...(ticket.face ? { face: ticket.face.transactionId } : {}),
      again,
    }),
  ]);
  return { realNameLevel, again, loss };
}

const ownPhoneOf = ({ phoneKey, sealedPhone }: RegistrationProfile, now: Date): OwnPhone => ({
  phoneId: newHandle(),
  phoneKey,
  sealed: sealedPhone,
  since: now.toISOString(),
});

/** The person's facts after registration. Old consents are kept, because they are records and not settings. */
export function personAfterRegistration(
  ctx: Pick<FlowContext, 'settings'>,
  call: Pick<CallOf<typeof registration, 'complete'>, 'now'>,
  ticket: Pick<
    RegistrationTicket,
    'documentType' | 'sealedName' | 'sealedNumber' | 'window' | 'consents' | 'startedAt'
  >,
  profile: RegistrationProfile,
  person: Person | undefined,
  realNameLevel: number,
): PersonChanges {
  const at = call.now.toISOString();
  const phone = ownPhoneOf(profile, call.now);
  return {
    documentType: ticket.documentType,
    sealedName: ticket.sealedName,
    nameClaimed: undefined,
    sealedNumber: ticket.sealedNumber,
    realNameLevel,
    account: { status: 'active', since: at },
    password: profile.password,
    passwordHistory: withHistory(profile.password, person, ctx.settings.policies),
    passwordRev: (person?.passwordRev ?? 0) + 1,
    phones: [phone],
    defaultPhoneId: phone.phoneId,
    lastWindow: ticket.window,
    ...(profile.username === undefined ? {} : { username: profile.username }),
    consents: [
      ...(person?.consents ?? []),
      ...ticket.consents.map((kind) => ({
        kind,
        version: ctx.settings.policies.consentVersion,
        at: ticket.startedAt,
      })),
    ],
  };
}
