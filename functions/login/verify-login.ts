import { newHandle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { recoveredLately } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { withCode } from '#journeys/factors/codes.ts';
import { stillOwnPhone } from '#journeys/factors/fresh-factor.ts';
import { provenPhone, provenPhoneWrites } from '#journeys/factors/proven-phone.ts';
import { passedFace } from '#journeys/factors/scans.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { successUpdate } from '#store/people/lockout-table.ts';
import { asPerson } from '#store/sessions/session-row.ts';
import type { LoginTicket, PassedFactors } from '#store/tickets/ticket-kinds.ts';
import { factorsPassedUpdate, isCode, readOpenTicket, spendTicketUpdate } from '#store/tickets/tickets.ts';
import { agentActingOptionOf, agentChoiceOf } from './agent-login.ts';
import type { login } from './contract.ts';
import {
  actingOptionAt,
  choicesAnswer,
  choicesOf,
  offeredRoles,
  readPersonAndAccess,
  requireSamePerson,
} from './role-choices.ts';
import { reportAccessChecks } from './search-reports.ts';

type VerifyCall = CallOf<typeof login, 'verify'>;
type PersonAndAccess = Awaited<ReturnType<typeof readPersonAndAccess>>;

/**
 * The second factor (LGN-3): an SMS code or a passed face check. One ticket opens one session, at once or after a
 * choice.
 * @throws Problem what `withCode` throws; FACE_REQUIRED if the face check has not passed; ACCOUNT_LOCKED by another
 * factor meanwhile (LCK-2); STATE_CONFLICT if the password was changed since the first factor (PWD-3);
 * USER_NOT_REGISTERED, ACCOUNT_SUSPENDED (ORD-1), RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED by the facts of this moment
 */
export const verifyLogin: StepOf<typeof login, 'verify'> = async (ctx, call) => {
  const { smsCode, faceTicket } = call.body;
  return smsCode === undefined ? byFace(ctx, call, faceTicket ?? '') : bySms(ctx, call, smsCode);
};

/**
 * The person as the first step read them, if nothing else has to be read: the session is opened on condition that the
 * person is unchanged; otherwise everything is read (`openOrOfferChoices`). The condition saves one call.
 */
const personAsFirstSeen = ({ who }: LoginTicket): PersonAndAccess | undefined =>
  who && { person: who, relations: [], agents: [] };

const bySms = (ctx: FlowContext, call: VerifyCall, code: string) =>
  withCode<LoginTicket, PersonAndAccess, Awaited<ReturnType<typeof openOrOfferChoices>>>(
    ctx,
    call,
    { id: call.params.id, kind: 'login', purpose: 'login', code, counting: 'lockout' },
    (ticket) => personAsFirstSeen(ticket) ?? readPersonAndAccess(ctx, ticket),
    (proof, known) =>
      openOrOfferChoices(ctx, call, proof.ticket, known, {
        sms: { phoneKey: proof.phoneKey, hash: proof.hash },
        writes: proof.writes,
      }),
  );

async function byFace(ctx: FlowContext, call: VerifyCall, faceTicket: string) {
  const ticket = await readOpenTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  const face = passedFace(ticket, faceTicket);
  if (!face) throw new Problem('FACE_REQUIRED');
  const attempt = {
    personKey: ticket.personKey,
    day: shanghaiDay(call.now),
    method: 'face' as const,
    attemptId: newHandle(),
  };
  return openOrOfferChoices(
    ctx,
    call,
    ticket,
    personAsFirstSeen(ticket) ?? (await readPersonAndAccess(ctx, ticket)),
    {
      faceAt: face.at,
      writes: [successUpdate(attempt, ctx.settings.policies, { reserved: false })],
    },
  );
}

/** A factor that was passed. */
interface Factor {
  /** The right code and the number that it was sent to; absent if the factor was a face. */
  readonly sms?: { readonly phoneKey: string; readonly hash: string };
  /** ISO time of the check, if the factor was a face. */
  readonly faceAt?: string;
  /** The writes that count it. */
  readonly writes: readonly Write[];
}

/**
 * Opens the session of the entry. If the person has to choose a role or may confirm one, keeps the passed factor on the
 * ticket instead (LGN-9, LGN-10). If the person changed since they were read, reads again.
 */
function openOrOfferChoices(
  ctx: FlowContext,
  call: VerifyCall,
  ticket: LoginTicket,
  read: PersonAndAccess,
  factor: Factor,
) {
  const { policies } = ctx.settings;
  const { now } = call;
  const readKnown = firstRead(read, () => readPersonAndAccess(ctx, ticket));
  return retryOnConcurrentChange(async () => {
    const { person: found, relations, agents } = await readKnown();
    const person = requireSamePerson(found, ticket);
    // If the number was taken over meanwhile, the code proves the new owner (PHN-3); a recently recovered number proves
    // little (PHN-4).
    const phone = factor.sms && stillOwnPhone(person, factor.sms.phoneKey);
    const proof = provenPhone(person, phone);
    const by = {
      method: phone ? 'sms' : 'face',
      window: ticket.window,
      fresh: !phone || !recoveredLately(phone, now, policies),
      faceAt: factor.faceAt,
      ...proof.changes,
    };
    const day = shanghaiDay(now);
    const { active, confirm } = offeredRoles(relations, ticket.entry, day);
    const [only] = active;
    const agent = agentActingOptionOf(ctx, ticket, agents, now);
    // Reports are chosen after both factors (SPC-2); a person who may see none is refused now.
    const reports =
      ticket.entry === 'cross-region' && ticket.companyKey !== undefined
        ? reportAccessChecks(ctx, { person, relations }, ticket.companyKey, day)
        : undefined;
    if (ticket.companyKey !== undefined && (reports || confirm || active.length + (agent ? 1 : 0) > 1)) {
      const passed: PassedFactors = {
        at: epochSeconds(now),
        method: by.method,
        fresh: by.fresh,
        ...(factor.faceAt === undefined ? {} : { faceAt: factor.faceAt }),
        choices: choicesOf(active),
        ...(agent ? { agent: agentChoiceOf(agent) } : {}),
        ...(confirm
          ? {
              confirm: {
                authorizationId: confirm.authorizationId,
                role: confirm.role,
                taxpayerName: confirm.taxpayerName,
              },
            }
          : {}),
      };
      await ctx.db.transact([
        factorsPassedUpdate(ticket, passed, now, factor.sms?.hash),
        ...factor.writes,
        ...(reports ?? []),
        ...provenPhoneWrites(person, phone),
        auditPut(ctx, call, person.personKey, 'login-second-factor', 'success', { method: by.method }),
      ]);
      return ok(choicesAnswer(ctx, ticket, passed, relations, person, agent));
    }
    const option = only ? actingOptionAt(ctx, ticket, only, now) : agent;
    if (ticket.companyKey !== undefined && !option) throw new Problem('RELATION_NOT_FOUND');
    const opened = await openSession(ctx, call, person, option ?? asPerson, by, [
      loginSpentUpdate(ticket, now, factor),
      ...factor.writes,
      ...proof.writes,
      ...(option?.writes ?? []),
    ]);
    return ok({ session: opened.session }, { cookies: opened.cookies });
  });
}

const loginSpentUpdate = (ticket: LoginTicket, now: Date, { sms }: Factor): Write =>
  sms ? spendTicketUpdate(ticket, now, isCode(sms.hash)) : spendTicketUpdate(ticket, now);
