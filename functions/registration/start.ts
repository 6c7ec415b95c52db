import { personKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { isOfficeFirst, parseDocument } from '#domain/documents.ts';
import { normaliseName } from '#domain/persons.ts';
import { Problem } from '#domain/problem.ts';
import { created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { besideHuman } from '#steps/anti-automation.ts';
import { audited } from '#steps/facts.ts';
import { hallRecordOf } from '#steps/hall-record.ts';
import { hasOtherName } from '#steps/named-person.ts';
import { fitted, missed, type Try } from '#steps/tries.ts';
import { openTicketWrite, type RegistrationTicket } from '#store/tickets.ts';
import { findPerson, isActive, isSuspended, sealContext } from '#store/users.ts';
import { requireRegisteringChannel } from './channel.ts';
import { collectionRequired } from './collection-required.ts';
import type { registration } from './contract.ts';

/** Identity check (REG-1 … REG-4, REG-6, REG-7, REG-9, DOC-5): opens the registration. */
export const startRegistration: StepOf<typeof registration, 'start'> = async (h, call) => {
  requireRegisteringChannel(call);
  const { documentType } = call.body;
  const name = normaliseName(call.body.name);
  const number = parseDocument(documentType, call.body.documentNumber, shanghaiDay(call.now));
  const key = personKey(h.keys, documentType, number);
  const consents = new Set(call.body.consents);
  if (!consents.has('privacy')) throw new Problem('CONSENT_REQUIRED', { missing: ['privacy'] });

  const person = await besideHuman(h, call, call.body.challenge, findPerson(h.db, key));
  const tried: Try = { personKey: key, solved: call.body.challenge !== undefined };
  const refused = (reason: string) => audited(h, call, key, 'identity-refused', 'failure', { reason });
  // Whoever has a record can be guessed at: what fits is told within the same tries as what does not (REG-9).
  const fits = (reason?: string) =>
    person ? fitted(h, call, tried, reason === undefined ? [] : [refused(reason)]) : undefined;
  if (hasOtherName(h, { name }, person)) {
    await missed(h, call, tried, [refused('name')]);
    throw new Problem('PERSON_MISMATCH');
  }
  if (person && isSuspended(person)) {
    // ORD-1: registering again lifts nothing.
    await fits('suspended');
    throw new Problem('ACCOUNT_SUSPENDED');
  }
  if (isActive(person)) {
    await fits('already-registered');
    throw new Problem('ALREADY_REGISTERED');
  }
  const { standing: hall, ended } = await hallRecordOf(h, person, call.now);
  if (isOfficeFirst(documentType) && !hall) {
    await fits('not-collected');
    throw collectionRequired(ended);
  }
  // A hall record stands for the face check of any document type (REG-2).
  const faceRequired = hall === undefined;
  if (faceRequired && !consents.has('face')) {
    await fits();
    throw new Problem('CONSENT_REQUIRED', { missing: ['face'] });
  }

  const opened = openTicketWrite<RegistrationTicket>(
    {
      kind: 'registration',
      personKey: key,
      documentType,
      sealedName: seal(h.dataKeys, sealContext.name(key), name),
      sealedNumber: seal(h.dataKeys, sealContext.number(key), number),
      consents: [...consents],
      channel: call.origin.channel,
      startedAt: call.now.toISOString(),
      ...(hall ? { hallPhoneKey: hall.phoneKey } : {}),
    },
    call.now,
    h.settings.policies.registrationSeconds,
  );
  const consented = audited(h, call, key, 'consented', 'success', {
    consents: [...consents].sort().join(' '),
    version: h.settings.policies.consentVersion,
  });
  if (person) await fitted(h, call, tried, [opened.write, consented]);
  else await h.db.transact([opened.write, consented]);
  return created({ registrationId: opened.id, faceRequired });
};
