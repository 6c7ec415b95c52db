import { personKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { isOfficeFirst, parseDocument } from '#domain/people/documents.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireHumanAndRead } from '#journeys/factors/anti-automation.ts';
import { commitMatch, countMiss, type RecordTry } from '#journeys/factors/tries.ts';
import { hallRecordOf } from '#journeys/people/hall-record.ts';
import { hasOtherName } from '#journeys/people/named-person.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { isRegistered, isSuspended, sealContext } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { RegistrationTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import { collectionRequired } from './collection-required.ts';
import type { registration } from './contract.ts';
import { requireRegisteringChannel } from './registering-channel.ts';

/** Identity check (REG-1 … REG-4, REG-6, REG-7, REG-9, DOC-5): opens the registration. */
export const startRegistration: StepOf<typeof registration, 'start'> = async (ctx, call) => {
  requireRegisteringChannel(call);
  const { documentType } = call.body;
  const name = normaliseName(call.body.name);
  const number = parseDocument(documentType, call.body.documentNumber, shanghaiDay(call.now));
  const key = personKey(ctx.keys, documentType, number);
  const consents = new Set(call.body.consents);
  if (!consents.has('privacy')) throw new Problem('CONSENT_REQUIRED', { missing: ['privacy'] });

  const person = await requireHumanAndRead(ctx, call, call.body.challenge, findPerson(ctx.db, key));
  const tried: RecordTry = { personKey: key, solved: call.body.challenge !== undefined };
  const refused = (reason: string) => auditPut(ctx, call, key, 'identity-refused', 'failure', { reason });
  // The name of a person with a record could be guessed here: a match uses up the same tries as a miss (REG-9).
  const fits = (reason?: string) =>
    person ? commitMatch(ctx, call, tried, reason === undefined ? [] : [refused(reason)]) : undefined;
  if (hasOtherName(ctx, { name }, person)) {
    await countMiss(ctx, call, tried, [refused('name')]);
    throw new Problem('PERSON_MISMATCH');
  }
  if (person && isSuspended(person)) {
    // ORD-1: registering again does not lift a suspension.
    await fits('suspended');
    throw new Problem('ACCOUNT_SUSPENDED');
  }
  if (isRegistered(person)) {
    await fits('already-registered');
    throw new Problem('ALREADY_REGISTERED');
  }
  const { valid: hall, ended } = await hallRecordOf(ctx, person, call.now);
  if (isOfficeFirst(documentType) && !hall) {
    await fits('not-collected');
    throw collectionRequired(ended);
  }
  // A hall record replaces the face check for every document type (REG-2).
  const faceRequired = hall === undefined;
  if (faceRequired && !consents.has('face')) {
    await fits();
    throw new Problem('CONSENT_REQUIRED', { missing: ['face'] });
  }

  const opened = newTicketPut<RegistrationTicket>(
    {
      kind: 'registration',
      personKey: key,
      documentType,
      sealedName: seal(ctx.dataKeys, sealContext.name(key), name),
      sealedNumber: seal(ctx.dataKeys, sealContext.number(key), number),
      consents: [...consents],
      channel: call.origin.channel,
      startedAt: call.now.toISOString(),
      ...(hall ? { hallPhoneKey: hall.phoneKey } : {}),
    },
    call.now,
    ctx.settings.policies.registrationSeconds,
  );
  const consented = auditPut(ctx, call, key, 'consented', 'success', {
    consents: [...consents].sort().join(' '),
    version: ctx.settings.policies.consentVersion,
  });
  if (person) await commitMatch(ctx, call, tried, [opened.write, consented]);
  else await ctx.db.transact([opened.write, consented]);
  return created({ registrationId: opened.id, faceRequired });
};
