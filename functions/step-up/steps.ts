import type { Identity } from '#contract/schemas.ts';
import { actionFor, faceServes } from '#domain/matters.ts';
import { recoveredLately } from '#domain/phones.ts';
import { Problem } from '#domain/problem.ts';
import { created, ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { audited } from '#steps/facts.ts';
import { shownState, startPersonScan } from '#steps/scans.ts';
import { knownMatter, proofOfScan, stepUpProof } from '#steps/step-up-proof.ts';
import { type ProvenCompany, type ScanTicket, ticketKeyOf } from '#store/tickets.ts';
import { findPerson, isActive, type Person } from '#store/users.ts';
import type { stepUp } from './contract.ts';

/** STP-2: a face check that is recent enough for the matter serves again; otherwise the person scans (STP-1). */
export const startStepUp: StepOf<typeof stepUp, 'start'> = async (h, call) => {
  const { matter, audience } = knownMatter(h, call.body);
  const { session } = call.caller;
  const person = await findPerson(h.db, session.personKey);
  if (!isActive(person)) throw new Problem('SESSION_ENDED');
  const company = companyOf(session.identity);
  const asked = {
    ...(call.body.nonce === undefined ? {} : { nonce: call.body.nonce }),
    ...(company ? { company } : {}),
  };
  const { faceProof } = person;
  if (
    faceProof &&
    usable(faceProof, person, h, call.now) &&
    faceServes(matter, new Date(faceProof.at), call.now)
  ) {
    const proven = { at: faceProof.at, level: person.realNameLevel ?? 3 };
    const proof = await stepUpProof(h, call, matter, audience, person, proven, asked);
    // A proof leaves the house: told before it does.
    await h.db.put(
      audited(h, call, session.personKey, 'step-up', 'success', {
        matter: matter.code,
        audience: audience.code,
        transactionId: faceProof.transactionId,
      }),
    );
    return ok({ satisfied: true as const, proof });
  }
  const scan = await startPersonScan(h, call, person, {
    purpose: 'step-up',
    action: actionFor(matter.class),
    stepUp: { matter: matter.code, audience: audience.code, sessionId: session.sessionId, ...asked },
  });
  // Whoever photographs the code knows this id too; it answers only to a session of the same person.
  return created({ stepUpId: scan.ticket, scan });
};

export const showStepUp: StepOf<typeof stepUp, 'show'> = async (h, call) => {
  const scan = await h.db.get<ScanTicket>('Tickets', { ticketKey: ticketKeyOf(call.params.id) });
  const own =
    scan?.kind === 'scan' && scan.purpose === 'step-up' && scan.personKey === call.caller.session.personKey;
  if (!own) throw new Problem('NOT_FOUND');
  const state = shownState(scan, call.now);
  const proof = state === 'passed' ? await proofOfScan(h, call, scan) : undefined;
  return ok({ state, ...(proof === undefined ? {} : { proof }) });
};

/**
 * PHN-4: whoever came by a number recovered lately may not be whose face was seen before that: such a person shows the
 * own face first.
 */
const usable = (
  { at }: NonNullable<Person['faceProof']>,
  { phones = [] }: Person,
  { settings }: Pick<House, 'settings'>,
  now: Date,
): boolean =>
  phones
    .filter((phone) => recoveredLately(phone, now, settings.policies))
    .every(({ recoveredAt = '' }) => Date.parse(at) > Date.parse(recoveredAt));

/** The company that the session works for (STP-2): of an agency the client that it serves, else the agency itself. */
function companyOf(identity: Identity): ProvenCompany | undefined {
  switch (identity.kind) {
    case 'natural':
      return undefined;
    case 'agency':
      return { taxpayerId: identity.client?.taxpayerId ?? identity.agencyId, role: 'tax-agent' };
    default:
      return { taxpayerId: identity.taxpayerId, role: identity.role };
  }
}
