import { personKey, phoneKey } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/people/documents.ts';
import { normaliseName, sameName } from '#domain/people/person-names.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { requireHumanAndRead } from '#journeys/factors/anti-automation.ts';
import { withPassword, wrongPasswordProblem } from '#journeys/factors/password-check.ts';
import { nameOf } from '#journeys/people/personal-data.ts';
import { created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { countForUnknownPerson, writeForUnknownPerson } from '#store/people/name-misses.ts';
import { isRegistered, sealContext } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { RecoveryTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import type { phoneRecovery } from './contract.ts';

/**
 * A person who still knows the password names a new number (PHN-4). A wrong name, an unknown document and a wrong
 * password get the same answer after the same time; nothing is answered before the challenge. An initial password,
 * which many people may know, is no proof here (LGN-11).
 */
export const startRecovery: StepOf<typeof phoneRecovery, 'start'> = async (ctx, call) => {
  const { documentType, password } = call.body;
  const name = normaliseName(call.body.name);
  const key = personKey(
    ctx.keys,
    documentType,
    parseDocument(documentType, call.body.documentNumber, shanghaiDay(call.now)),
  );
  const phone = parsePhone(call.body.newPhone);
  const person = await requireHumanAndRead(ctx, call, call.body.challenge, findPerson(ctx.db, key));
  if (!isRegistered(person)) return refuseUnknownPerson(ctx, call, key);

  const newKey = phoneKey(ctx.keys, phone);
  const typed = {
    personKey: key,
    password,
    purpose: 'phone-recovery',
    read: person,
    alike: (person: Parameters<typeof nameOf>[1]) => sameName(nameOf(ctx, person), name),
  };
  return withPassword(ctx, call, typed, async (person, writes) => {
    const opened = newTicketPut<RecoveryTicket>(
      {
        kind: 'phone-recovery',
        personKey: key,
        newPhone: { phoneKey: newKey, sealed: seal(ctx.dataKeys, sealContext.phone(newKey), phone) },
        ...(person.passwordRev === undefined ? {} : { passwordRev: person.passwordRev }),
        ...(person.lastWindow ? { window: person.lastWindow } : {}),
      },
      call.now,
      ctx.settings.policies.recoverySeconds,
    );
    await ctx.db.transact([...writes, opened.write]);
    return created({ recoveryId: opened.id });
  });
};

/**
 * REG-9: a person who does not exist gets the same answer as one who does, after the same hash and as many calls. But
 * there is nobody to lock: no lock and no event are written, the night has nothing to clear, and a person who later
 * registers with that document finds an account that is not locked.
 */
async function refuseUnknownPerson(
  ctx: FlowContext,
  call: CallOf<typeof phoneRecovery, 'start'>,
  key: string,
): Promise<never> {
  const { policies } = ctx.settings;
  const taken = await countForUnknownPerson(ctx.db, key, call.now);
  // The password of a locked account is not compared (LCK-2); so after that many tries no hash is computed here either.
  if (taken <= policies.lockoutFailures) {
    await hashPassword(call.body.password, ctx.keys, policies);
    await writeForUnknownPerson(ctx.db, key, call.now);
  }
  throw wrongPasswordProblem(taken, call.now, policies);
}
