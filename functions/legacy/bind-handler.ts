import { permissionsOf } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { knownCompany } from '#journeys/companies/admission.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { type CodeProof, sendCode, withCode } from '#journeys/factors/codes.ts';
import { factorPhone, requireFactorPhone } from '#journeys/factors/fresh-factor.ts';
import { withPassword } from '#journeys/factors/password-check.ts';
import { provenPhoneWrites } from '#journeys/factors/proven-phone.ts';
import { strangersSend } from '#journeys/factors/stranger-sends.ts';
import { type RecordTry, requireNameOrCountMiss, withinFreeTries } from '#journeys/factors/tries.ts';
import { smsWindowHint } from '#journeys/people/accounts.ts';
import { type NamedPerson, parseNamedPerson, requireSameName } from '#journeys/people/named-person.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companyProblem,
  findTaxpayer,
  firstStaffedUpdate,
  isUnstaffed,
  type Taxpayer,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange, firstRead } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { isRegistered, type RegisteredPerson } from '#store/people/person-row.ts';
import { admittedCheck, findPerson } from '#store/people/users.ts';
import { journeySendUpdate, smsCodeSpentUpdate } from '#store/tickets/ticket-codes.ts';
import { type LegacyTicket, type SessionCodeTicket, sessionCodeId } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket, ticketKeyOf } from '#store/tickets/tickets.ts';
import type { legacy } from './contract.ts';

const role = 'tax-handler';
const purpose = 'legacy-binding';

/** The person is part of the code's key: a code sent for one person does not work for another (SMS-2). */
const codeIdOf = (legacyId: string, named: NamedPerson): string =>
  sessionCodeId(`${legacyId}/${named.key}`, purpose);

/**
 * LEG-2: sends the code that proves the person whom the company wants to bind. The name must match the record (DOC-5),
 * and a person who is not registered has no phone to prove. The number may be a stranger's, so the address has a budget
 * (SMS-2).
 */
export const sendBindingCode: StepOf<typeof legacy, 'bindingSms'> = async (ctx, call) => {
  const { now } = call;
  const { policies } = ctx.settings;
  const named = parseNamedPerson(ctx, call.body, now);
  const { stranger, read } = await strangersSend(ctx, call, call.body.challenge, {
    read: Promise.all([
      readOpenTicket<LegacyTicket>(ctx.db, call.params.legacyId, 'legacy', now),
      findPerson(ctx.db, named.key),
    ]),
  });
  const [opened, person] = read;
  const tried: RecordTry = { personKey: named.key, solved: call.body.challenge !== undefined };
  await requireNameOrCountMiss(ctx, call, named, person, tried);
  if (!person) throw new Problem('PERSON_NOT_REGISTERED');
  return withinFreeTries(ctx, call, tried, async (within) => {
    if (!isRegistered(person)) throw new Problem('PERSON_NOT_REGISTERED');
    const phone = factorPhone(person, now, policies);
    const ticket: SessionCodeTicket = {
      ticketKey: ticketKeyOf(codeIdOf(call.params.legacyId, named)),
      kind: purpose,
      personKey: named.key,
      expiresAt: opened.expiresAt,
      state: 'open',
      ...smsWindowHint(undefined, person, phone.phoneKey),
    };
    // One handle of the old login sends to few numbers, whoever is named (SMS-4).
    const also = [...within, journeySendUpdate(opened, phone.phoneKey, now, policies)];
    const number = phoneNumberOf(ctx, phone);
    return accepted(await sendCode(ctx, call, ticket, purpose, number, 'guess', { stranger, also }));
  });
};

interface Records {
  readonly company: Taxpayer | undefined;
  readonly previous: Relation | undefined;
}
type BindCall = CallOf<typeof legacy, 'bind'>;

/**
 * LEG-2: checks the person's code, then their password (LCK-5), then creates the relation. The choice of the old login
 * stays open.
 */
export const bindHandler: StepOf<typeof legacy, 'bind'> = async (ctx, call) => {
  const named = parseNamedPerson(ctx, call.body, call.now);
  const { companyKey } = await readOpenTicket<LegacyTicket>(ctx.db, call.params.legacyId, 'legacy', call.now);
  const read = async (): Promise<Records> => {
    const [company, previous] = await Promise.all([
      findTaxpayer(ctx.db, companyKey),
      findRelation(ctx.db, named.key, companyKey, role),
    ]);
    return { company, previous };
  };
  const id = codeIdOf(call.params.legacyId, named);
  return withCode<SessionCodeTicket, Records, Awaited<ReturnType<typeof bound>>>(
    ctx,
    call,
    { id, kind: purpose, purpose, code: call.body.smsCode, counting: 'guess' },
    read,
    (proof, first) => {
      const readAgain = firstRead(first, read);
      const typed = { personKey: named.key, password: call.body.password, purpose, guess: proof.attemptId };
      return withPassword(ctx, call, typed, async (person, writes) => {
        const records = await readAgain();
        requireSameName(ctx, named, person);
        return bound(ctx, call, person, records, proof, writes);
      });
    },
  );
};

/**
 * The first person who works for the company needs nobody's consent; the company's row decides in the same transaction
 * who is first. Any other person waits for its legal representative or finance head, as after an application (REL-6).
 */
async function bound(
  ctx: FlowContext,
  call: BindCall,
  person: RegisteredPerson,
  { company: taxpayer, previous }: Records,
  proof: CodeProof<SessionCodeTicket>,
  writes: readonly Write[],
) {
  const { now } = call;
  const phone = requireFactorPhone(person, proof.phoneKey, now, ctx.settings.policies);
  const company = knownCompany(taxpayer);
  const waiting = companyProblem(company);
  if (waiting) throw waiting;
  const { companyKey } = company;
  const state = isUnstaffed(company) ? ('active' as const) : ('pending' as const);
  const direction = 'applied';
  const begun = beginRelationWrites(
    {
      personKey: person.personKey,
      sealedName: person.sealedName,
      ...newRelationCopies(company),
      role,
      state,
      direction,
      refusable: true,
      permissions: permissionsOf(role),
      source: 'legacy',
    },
    previous,
    now,
    shanghaiDay(now),
  );
  // In both cases the person's row is checked: an earlier suspension refuses the binding (ORD-1).
  const proven = provenPhoneWrites(person, phone);
  await ctx.db.transact([
    smsCodeSpentUpdate(proof.ticket, proof.hash, now),
    ...writes,
    state === 'active'
      ? firstStaffedUpdate(companyKey, () => new ConcurrentChange())
      : activeCompanyCheck(companyKey),
    ...begun.writes,
    ...(proven.length > 0
      ? proven
      : [admittedCheck(person.personKey, () => new Problem('USER_NOT_REGISTERED'))]),
    ...relationAudits(ctx, begun.relation, state, originOf(call), { direction, source: 'legacy' }),
  ]);
  return created({ authorizationId: begun.authorizationId, state });
}
