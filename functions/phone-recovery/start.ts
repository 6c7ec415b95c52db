import { personKey, phoneKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/documents.ts';
import { normaliseName, sameName } from '#domain/persons.ts';
import { parsePhone } from '#domain/phones.ts';
import { created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { requireHuman } from '#steps/anti-automation.ts';
import { nameOf } from '#steps/facts.ts';
import { withPassword } from '#steps/password-check.ts';
import { openTicketWrite, type RecoveryTicket } from '#store/tickets.ts';
import { sealContext } from '#store/users.ts';
import type { phoneRecovery } from './contract.ts';

/**
 * Who still knows the password names a new number (PHN-4). A wrong name, an unknown document and a wrong password
 * answer and count alike; nothing is looked at before the challenge. An initial password, which many know, is no
 * proof here (LGN-11).
 */
export const startRecovery: StepOf<typeof phoneRecovery, 'start'> = async (h, call) => {
  const { documentType, password } = call.body;
  const name = normaliseName(call.body.name);
  const key = personKey(
    h.keys,
    documentType,
    parseDocument(documentType, call.body.documentNumber, shanghaiDay(call.now)),
  );
  const phone = parsePhone(call.body.newPhone);
  await requireHuman(h, call, call.body.challenge);

  const newKey = phoneKey(h.keys, phone);
  const typed = {
    personKey: key,
    password,
    purpose: 'phone-recovery',
    alike: (person: Parameters<typeof nameOf>[1]) => sameName(nameOf(h, person), name),
  };
  return withPassword(h, call, typed, async (person, writes) => {
    const opened = openTicketWrite<RecoveryTicket>(
      {
        kind: 'phone-recovery',
        personKey: key,
        newPhone: { phoneKey: newKey, sealed: seal(h.dataKeys, sealContext.phone(newKey), phone) },
        ...(person.passwordRev === undefined ? {} : { passwordRev: person.passwordRev }),
        ...(person.lastWindow?.phoneKey === newKey ? { window: person.lastWindow } : {}),
      },
      call.now,
      h.settings.policies.recoverySeconds,
    );
    await h.db.transact([...writes, opened.write]);
    return created({ recoveryId: opened.id });
  });
};
