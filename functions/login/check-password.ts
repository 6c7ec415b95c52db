import { inTerm } from '#domain/companies/relations.ts';
import { looksLikePhone } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { knownCompany } from '#journeys/companies/admission.ts';
import { possibleHandler } from '#journeys/companies/report-handlers.ts';
import { requireHuman } from '#journeys/factors/anti-automation.ts';
import { liftedLockAudits } from '#journeys/factors/lifted-lock.ts';
import {
  comparePassword,
  passwordAttempt,
  recordWrongPassword,
  rehash,
  reservedPassword,
  reservePassword,
  wrongPasswordProblem,
} from '#journeys/factors/password-check.ts';
import {
  accountNamed,
  type NamedAccount,
  smsWindowHint,
  stillNames,
  unknownAccount,
} from '#journeys/people/accounts.ts';
import { loginTicketOpening } from '#journeys/sessions/login-ticket-opening.ts';
import { created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { valueOrThrow } from '#runtime/settled.ts';
import { type Relation, relationsIn } from '#store/companies/relations.ts';
import { findTaxpayer, type KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { Attempt } from '#store/people/lockout-row.ts';
import { returnAttempt, successUpdate } from '#store/people/lockout-table.ts';
import { defaultPhone, isSuspended, type Person } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { reportNamesCheck } from '#store/reports/cross-region-reports.ts';
import type { AgentAccessBasis } from '#store/sessions/access-basis.ts';
import { admissionProblem } from './admit-to-company.ts';
import { agentAccessBasesFor } from './agent-login.ts';
import type { login } from './contract.ts';
import { type CompanyAsked, companyAsked } from './requested-company.ts';
import { isHandlerIn } from './search-reports.ts';

type PasswordCall = CallOf<typeof login, 'password'>;

/**
 * The first factor (LGN-2 … LGN-7, LCK-1 … LCK-4): one transaction resets the password's count and opens the login
 * ticket for the second factor. A weaker hash is replaced afterwards (PWD-3).
 * @throws Problem first CHALLENGE_REQUIRED (LGN-12), TAXPAYER_NOT_FOUND, USER_NOT_REGISTERED or PHONE_NOT_FOUND,
 * ACCOUNT_AMBIGUOUS; then BAD_CREDENTIALS {remainingAttempts}, ACCOUNT_LOCKED (LCK-1); only after the right password
 * ACCOUNT_SUSPENDED (ORD-1) and the reasons of `admissionProblem` (LGN-8)
 */
export const checkPassword: StepOf<typeof login, 'password'> = async (ctx, call) => {
  const asked = companyAsked(ctx, call);
  // Read in parallel, answered in the order of LGN-2.
  const [human, taxpayer, found] = await Promise.allSettled([
    requireHuman(ctx, call, call.body.challenge),
    asked && findTaxpayer(ctx.db, asked.companyKey),
    accountNamed(ctx, call.body, call.now, asked && 'other-entry'),
  ]);
  valueOrThrow(human);
  const read = valueOrThrow(taxpayer);
  const company = asked && knownCompany(read);
  const account = valueOrThrow(found);

  const checked = await requireRightPassword(ctx, call, account, asked, company);
  // ENT-4: a relation from an earlier term of the company lets nobody in.
  const right = { ...checked, relations: checked.relations.map((one) => inTerm(one, company?.term)) };
  const phoneTyped = account.via === 'phone';
  // LGN-2: checked after the password, before entry and relation (ORD-1).
  if (isSuspended(right.person))
    throw await recordRefusedAdmission(ctx, call, right, new Problem('ACCOUNT_SUSPENDED'));
  const refused =
    asked &&
    company &&
    admissionProblem(asked.entry, company, right.relations, right.attempt.day, {
      phoneTyped,
      agentAt: right.agentAt,
    });
  const loginCompany = asked && {
    ...asked,
    companyTerm: company?.term,
    companyTermSince: company?.termSince,
    taxpayerName: company?.name,
  };
  const opened = loginTicketFor(ctx, call, right, account, loginCompany);
  if (!refused) await commitRightPassword(ctx, call, right, [opened.write]);
  else {
    // A 经办人 needs no relation (SPC-3).
    const handler = asked && reportHandlerCheck(ctx, right, asked, refused);
    const isIn =
      handler !== undefined && (await commitRightPassword(ctx, call, right, [opened.write], handler));
    if (!isIn) throw await recordRefusedAdmission(ctx, call, right, refused);
  }
  if (right.needsRehash) await rehash(ctx, call, right.person, call.body.password);
  return created(opened.answer);
};

/**
 * At `cross-region`, for a person whom no role lets in: the condition that a report names them. Undefined if it is
 * known already that none does.
 */
function reportHandlerCheck(
  ctx: FlowContext,
  { person, attempt, isReportHandler }: RightPassword,
  { entry, companyKey }: CompanyAsked,
  refused: Problem,
): Write | undefined {
  if (entry !== 'cross-region' || refused.code !== 'RELATION_NOT_FOUND' || isReportHandler === false)
    return undefined;
  const handler = possibleHandler(ctx, person, companyKey);
  return handler && reportNamesCheck(companyKey, handler, attempt.day, () => refused);
}

interface RightPassword {
  readonly person: Person;
  readonly attempt: Attempt;
  readonly taken: number;
  readonly needsRehash: boolean;
  /** The typed phone, if a phone was typed (LGN-6). */
  readonly typedPhoneKey: string | undefined;
  /** The person's rows in the company that was asked for. */
  readonly relations: readonly Relation[];
  /** The access bases that may let them in as tax agent (AGY-3). */
  readonly agentAt: readonly AgentAccessBasis[];
  /**
   * Whether a report of that company names the person (SPC-3), if this could be read in parallel to the reservation.
   * After a phone or username the person is known too late for that, so the transaction that opens the login checks it.
   */
  readonly isReportHandler: boolean | undefined;
}

/**
 * One reserved try of the password of the person whom the account means. Throws if it is wrong, or if the account means
 * nobody.
 */
async function requireRightPassword(
  ctx: FlowContext,
  call: PasswordCall,
  account: NamedAccount,
  asked: CompanyAsked | undefined,
  company: KnownTaxpayer | undefined,
): Promise<RightPassword> {
  const known = account.via === 'document' ? account.person : undefined;
  const personKey = account.via === 'document' ? account.person.personKey : account.personKey;
  const attempt = passwordAttempt(personKey, call.now);
  const [reserved, [person, relations, agentAt, isReportHandler]] = await reservedPassword(
    ctx,
    attempt,
    reservePassword(
      ctx,
      call,
      attempt,
      { entry: call.body.entry },
      account.via === 'document' ? account.lockout : undefined,
    ),
    Promise.all([
      known ?? findPerson(ctx.db, personKey),
      // Read before the password is known to be right, answered only after it (LGN-8).
      asked ? relationsIn(ctx.db, personKey, asked.companyKey) : [],
      asked ? agentAccessBasesFor(ctx, personKey, asked, company, call.now) : [],
      known && asked?.entry === 'cross-region'
        ? isHandlerIn(ctx, known, asked.companyKey, attempt.day)
        : undefined,
    ]),
  );
  if (!person || (account.via !== 'document' && !stillNames(account, person))) {
    await returnAttempt(ctx.db, attempt, reserved.taken, ctx.settings.policies);
    throw unknownAccount(looksLikePhone(call.body.account), asked && 'other-entry');
  }
  const { ok, needsRehash } = await comparePassword(ctx, person, call.body.password, attempt, reserved);
  if (!ok) {
    const detail = { method: 'password', entry: call.body.entry };
    await recordWrongPassword(ctx, call, attempt, reserved, 'login-password', detail);
    throw wrongPasswordProblem(reserved.taken, call.now, ctx.settings.policies);
  }
  return {
    person,
    attempt,
    taken: reserved.taken,
    needsRehash,
    typedPhoneKey: account.via === 'phone' ? account.phoneKey : undefined,
    relations,
    agentAt,
    isReportHandler,
  };
}

/**
 * The password was right: one transaction resets its count and writes what follows. If this try itself had set the
 * lock, lifting it has an audit event of its own.
 * @param onlyIf a further check; if it is refused, nothing is written, and the caller may commit another effect
 * @returns false if `onlyIf` was refused
 */
async function commitRightPassword(
  ctx: FlowContext,
  call: PasswordCall,
  right: RightPassword,
  effect: readonly Write[],
  onlyIf?: Write,
): Promise<boolean> {
  const { policies } = ctx.settings;
  const { attempt, taken } = right;
  try {
    const result = await ctx.db.tryTransact([
      successUpdate(attempt, policies),
      ...effect,
      ...(onlyIf ? [onlyIf] : []),
      ...liftedLockAudits(ctx, call, attempt, right, { method: 'password' }),
    ]);
    if (!result.ok && result.refusedBy !== onlyIf) throw result.problem;
    return result.ok;
  } catch (error) {
    // Whatever the refusal was, it does not count as a failure.
    await returnAttempt(ctx.db, attempt, taken, policies).catch(() => undefined);
    throw error;
  }
}

/**
 * The password was right, but the account is suspended (ORD-1), or the company is not for this person or entry (LGN-8):
 * the person gets the reason, and no failure is counted.
 */
async function recordRefusedAdmission(
  ctx: FlowContext,
  call: PasswordCall,
  right: RightPassword,
  problem: Problem,
): Promise<Problem> {
  await commitRightPassword(ctx, call, right, [
    auditPut(ctx, call, right.person.personKey, 'login-password', 'failure', {
      method: 'password',
      entry: call.body.entry,
      reason: problem.code,
    }),
  ]);
  return problem;
}

/** The ticket for the second factor, and the answer for the page. */
function loginTicketFor(
  ctx: FlowContext,
  call: PasswordCall,
  right: RightPassword,
  account: NamedAccount,
  asked:
    | (CompanyAsked & {
        readonly companyTerm: number | undefined;
        readonly companyTermSince: string | undefined;
        readonly taxpayerName: string | undefined;
      })
    | undefined,
) {
  const { person } = right;
  const phone = person.phones?.find((own) => own.phoneKey === right.typedPhoneKey) ?? defaultPhone(person);
  return loginTicketOpening(ctx, call, person, {
    entry: call.body.entry,
    companyKey: asked?.companyKey,
    companyTerm: asked?.companyTerm,
    companyTermSince: asked?.companyTermSince,
    taxpayerName: asked?.taxpayerName,
    phone,
    agentAt: right.agentAt,
    ...smsWindowHint(account, person, phone?.phoneKey),
  });
}
