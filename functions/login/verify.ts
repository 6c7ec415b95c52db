import { handle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { withCode } from '#steps/codes.ts';
import { openSession } from '#steps/open-session.ts';
import type { Write } from '#store/db.ts';
import { successWrite } from '#store/lockouts.ts';
import { type LoginTicket, openTicket, spendWrite, ticketKeyOf } from '#store/tickets.ts';
import { decidedAnew, findPerson, isActive, type Person } from '#store/users.ts';
import type { login } from './contract.ts';

type VerifyCall = CallOf<typeof login, 'verify'>;

/** The second factor (LGN-3): SMS code or passed face check; one ticket opens one session. */
export const verifyLogin: StepOf<typeof login, 'verify'> = async (h, call) => {
  const { smsCode, faceTicket } = call.body;
  const opened =
    smsCode === undefined ? await byFace(h, call, faceTicket ?? '') : await bySms(h, call, smsCode);
  return ok({ session: opened.session }, { cookies: opened.cookies });
};

const bySms = (h: House, call: VerifyCall, code: string) =>
  withCode<LoginTicket, Person | undefined, Awaited<ReturnType<typeof enter>>>(
    h,
    call,
    { id: call.params.id, kind: 'login', purpose: 'login', code, counting: 'lockout' },
    (ticket) => findPerson(h.db, ticket.personKey),
    (proof, person) =>
      enter(h, call, proof.ticket, person, 'sms', [
        spendWrite(
          proof.ticket,
          call.now,
          'code.#hash = :hash',
          { ':hash': proof.hash },
          { '#hash': 'hash' },
        ),
        ...proof.writes,
      ]),
  );

/** The passed check stands on the login ticket, written there by the scan itself; the client only names it (FACE-2). */
async function byFace(h: House, call: VerifyCall, faceTicket: string) {
  const ticket = await openTicket<LoginTicket>(h.db, call.params.id, 'login', call.now);
  if (ticket.face?.scanKey !== ticketKeyOf(faceTicket)) throw new Problem('FACE_REQUIRED');
  const attempt = {
    personKey: ticket.personKey,
    day: shanghaiDay(call.now),
    method: 'face' as const,
    attemptId: handle(),
  };
  return enter(h, call, ticket, await findPerson(h.db, ticket.personKey), 'face', [
    spendWrite(ticket, call.now),
    successWrite(attempt, h.settings.policies, { reserved: false }),
  ]);
}

/** Opens the session of the entry; a person who changed since read is read again. */
function enter(
  h: House,
  call: VerifyCall,
  ticket: LoginTicket,
  read: Person | undefined,
  method: string,
  writes: Write[],
) {
  let known: Person | undefined = read;
  return decidedAnew(async () => {
    const person = known ?? (await findPerson(h.db, ticket.personKey));
    known = undefined;
    if (!isActive(person)) throw new Problem('USER_NOT_REGISTERED');
    return openSession(h, call, person, { kind: 'natural' }, { method, window: ticket.window }, writes);
  });
}
