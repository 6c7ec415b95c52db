import { isDeepStrictEqual } from 'node:util';
import { actionFor } from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { provenCompany } from '#journeys/companies/proven-company.ts';
import { scanStateAt, startStandaloneFaceScan } from '#journeys/factors/scans.ts';
import { endedByOrder, knownMatter, stepUpProof, stepUpResultOf } from '#journeys/factors/step-up-proof.ts';
import { created, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { reusableFaceCheck } from '#store/people/face-checks.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { admittedCheck, findPerson } from '#store/people/users.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import type { stepUp } from './contract.ts';

/**
 * STP-2: a face check that is recent enough for the matter is used again; otherwise the person scans (STP-1).
 * @throws Problem MATTER_UNKNOWN; ROLE_NOT_ALLOWED if the session may not do the matter (STP-4); SESSION_ENDED,
 * ACCOUNT_SUSPENDED (ORD-1)
 */
export const startStepUp: StepOf<typeof stepUp, 'start'> = async (ctx, call) => {
  const asked = knownMatter(ctx, call.body);
  const { matter, audience } = asked;
  const { session } = call.caller;
  const [found, company] = await Promise.all([
    findPerson(ctx.db, session.personKey),
    // STP-4: a person who may not do the matter learns that before the scan.
    provenCompany(ctx, call.caller, asked),
  ]);
  const person = requireAdmitted(found, 'SESSION_ENDED');
  const nonce = call.body.nonce === undefined ? {} : { nonce: call.body.nonce };
  const kept = reusableFaceCheck(person, matter, call.now, ctx.settings.policies);
  if (kept) {
    const faceCheck = { at: kept.at, level: person.realNameLevel ?? 3 };
    const proof = await stepUpProof(ctx, call, asked, person, faceCheck, nonce, company);
    // A proof goes to another system, so it is audited before it is given, and refused after an order that ends proofs
    // (ORD-1).
    await ctx.db.transact([
      admittedCheck(session.personKey, () => new Problem('SESSION_ENDED')),
      auditPut(ctx, call, session.personKey, 'step-up', 'success', {
        matter: matter.code,
        audience: audience.code,
        transactionId: kept.transactionId,
      }),
    ]);
    return ok({ satisfied: true as const, proof });
  }
  const scan = await startStandaloneFaceScan(ctx, call, person, {
    purpose: 'step-up',
    action: actionFor(matter.class),
    stepUp: {
      matter: matter.code,
      audience: audience.code,
      sessionId: session.sessionId,
      ...nonce,
      ...(session.company ? { acting: session.company } : {}),
    },
  });
  // Whoever photographs the code knows this id too. But only the same person gets an answer for it, and only this
  // session the proof.
  return created({ stepUpId: scan.ticket, scan });
};

/**
 * The state of the scan, and once it has passed the proof, made from the present facts (STP-4): the session must still
 * act for the company for which it asked (RELATION_NOT_FOUND), and may still do the matter (ROLE_NOT_ALLOWED).
 */
export const showStepUp: StepOf<typeof stepUp, 'show'> = async (ctx, call) => {
  const { session } = call.caller;
  const [scan, found] = await Promise.all([
    ctx.db.get<ScanTicket>('Tickets', { ticketKey: ticketKeyOf(call.params.id) }),
    findPerson(ctx.db, session.personKey),
  ]);
  const own =
    scan?.kind === 'scan' &&
    scan.purpose === 'step-up' &&
    scan.personKey === session.personKey &&
    // The system of a hand-over gets its proof in the tokens (SSO-9).
    scan.parent === undefined;
  if (!own) throw new Problem('NOT_FOUND');
  const person = requireAdmitted(found, 'SESSION_ENDED');
  const state = scanStateAt(scan, call.now);
  const result = state === 'passed' ? stepUpResultOf(ctx, scan, call.now) : undefined;
  // A face check belongs to the session that it was started for (SES-5).
  if (result?.stepUp.sessionId !== session.sessionId || endedByOrder(person, result.faceCheck))
    return ok({ state });
  if (!isDeepStrictEqual(result.stepUp.acting, session.company))
    throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
  const company = await provenCompany(ctx, call.caller, result);
  return ok({
    state,
    proof: await stepUpProof(ctx, call, result, person, result.faceCheck, result.stepUp, company),
  });
};
