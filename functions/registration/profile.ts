import { phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { seal } from '#crypto/sealed.ts';
import { maskPhone } from '#domain/masks.ts';
import { parsePhone } from '#domain/phones.ts';
import { Problem } from '#domain/problem.ts';
import { parseUsername } from '#domain/usernames.ts';
import { accepted, ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { usernameKeyOf } from '#steps/accounts.ts';
import { requireHuman } from '#steps/anti-automation.ts';
import { type CodeProof, sendCode, withCode } from '#steps/codes.ts';
import { numberOf } from '#steps/facts.ts';
import { judgePassword } from '#steps/new-password.ts';
import { type OwnedPhone, phoneOwner } from '#store/phones.ts';
import {
  openTicket,
  type RegistrationProfile,
  type RegistrationTicket,
  ticketWrite,
} from '#store/tickets.ts';
import {
  findPerson,
  findUsername,
  type Person,
  sealContext,
  type UsernameGuard,
  usernameFree,
} from '#store/users.ts';
import { requireRegisteringChannel } from './channel.ts';
import type { registration } from './contract.ts';

/** REG-2: who was collected at a hall registers with the phone verified there, so that nobody else can. */
function requireHallPhone(ticket: RegistrationTicket, phoneKey: string): void {
  if (ticket.hallPhoneKey !== undefined && ticket.hallPhoneKey !== phoneKey)
    throw new Problem('IDENTITY_MISMATCH');
}

/** Sends a code to the phone to be registered; a stranger can ask for it, so the address has a budget (SMS-2). */
export const sendRegistrationCode: StepOf<typeof registration, 'sms'> = async (h, call) => {
  requireRegisteringChannel(call);
  const phone = parsePhone(call.body.phone);
  const [human, found] = await Promise.allSettled([
    requireHuman(h, call, call.body.challenge),
    openTicket<RegistrationTicket>(h.db, call.params.id, 'registration', call.now),
  ]);
  if (human.status === 'rejected') throw human.reason;
  if (found.status === 'rejected') throw found.reason;
  requireHallPhone(found.value, phoneKeyOf(h.keys, phone));
  return accepted(await sendCode(h, call, found.value, 'registration', phone, 'guess'));
};

interface Known {
  readonly owner: OwnedPhone | undefined;
  readonly guard: UsernameGuard | undefined;
  /** Who registers again (REG-4) keeps the history of passwords. */
  readonly person: Person | undefined;
}

/** Basic information (REG-1): the code first, then what it allows to be told (SMS-2, PHN-3). */
export const saveProfile: StepOf<typeof registration, 'profile'> = async (h, call) => {
  requireRegisteringChannel(call);
  const phone = parsePhone(call.body.phone);
  const phoneKey = phoneKeyOf(h.keys, phone);
  const { username } = call.body;
  return withCode<RegistrationTicket, Known, Awaited<ReturnType<typeof save>>>(
    h,
    call,
    {
      id: call.params.id,
      kind: 'registration',
      purpose: 'registration',
      code: call.body.smsCode,
      counting: 'guess',
    },
    async (ticket) => {
      const [owner, guard, person] = await Promise.all([
        phoneOwner(h.db, phoneKey),
        // A malformed name has no guard; it is refused after the code.
        username === undefined ? undefined : findUsername(h.db, usernameKeyOf(h, username)),
        findPerson(h.db, ticket.personKey),
      ]);
      return { owner, guard, person };
    },
    (proof, known) => save(h, call, proof, phone, phoneKey, known),
  );
};

async function save(
  h: House,
  call: CallOf<typeof registration, 'profile'>,
  proof: CodeProof<RegistrationTicket>,
  phone: string,
  phoneKey: string,
  known: Known,
) {
  const { ticket } = proof;
  if (proof.phoneKey !== phoneKey) throw new Problem('SMS_CODE_WRONG');
  requireHallPhone(ticket, phoneKey);
  const username = call.body.username === undefined ? undefined : parseUsername(call.body.username);
  await judgePassword(
    h,
    call.body.password,
    { username: username ?? known.person?.username, phones: [phone], documentNumber: numberOf(h, ticket) },
    known.person,
  );
  if (username !== undefined && !usernameFree(known.guard, ticket.personKey, call.now))
    throw new Problem('USERNAME_TAKEN');
  const taken = known.owner !== undefined && known.owner.personKey !== ticket.personKey;
  if (taken && !call.body.takeoverPhone) throw new Problem('PHONE_TAKEN');

  const profile: RegistrationProfile = {
    phoneKey,
    sealedPhone: seal(h.dataKeys, sealContext.phone(phoneKey), phone),
    password: await hashPassword(call.body.password, h.keys, h.settings.policies),
    ...(username === undefined ? {} : { username }),
    takeover: taken,
  };
  await h.db.transact([
    ticketWrite(ticket, call.now, {
      set: 'SET profile = :profile REMOVE code',
      when: 'code.#hash = :hash',
      names: { '#hash': 'hash' },
      values: { ':profile': profile, ':hash': proof.hash },
    }),
    ...proof.writes,
  ]);
  return ok({ maskedPhone: maskPhone(phone), faceRequired: ticket.hallPhoneKey === undefined || taken });
}
