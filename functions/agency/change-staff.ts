import { Problem } from '#domain/problem.ts';
import { agentIdOf, type NewAgent, readAgents, whichOne } from '#journeys/agencies/agents.ts';
import { staffFormAudits } from '#journeys/agencies/form-audits.ts';
import { namesTried } from '#journeys/agencies/names-tried.ts';
import { putStaffForm } from '#journeys/agencies/put-staff-form.ts';
import { originOf } from '#journeys/companies/relation-audits.ts';
import { managerBasis, requireManager } from '#journeys/companies/require-manager.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';
import { asChallenge, solvedInSession } from '#journeys/factors/tries.ts';
import { maskedPerson } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { FormAgent, StaffForm } from '#store/agencies/agency-forms.ts';
import { allListed, findStaffForm, formIdOf, type ListedAgent } from '#store/agencies/staff-forms.ts';
import { findTaxpayer, isKnown } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findPeople } from '#store/people/users.ts';
import { actingChecks } from './agency-checks.ts';
import type { agency } from './contract.ts';
import { requireAgency } from './list-agreements.ts';

/** The staff form that holds, for everybody who acts for the agency. */
export const showStaff: StepOf<typeof agency, 'staff'> = async (ctx, call) => {
  const { companyKey } = managerBasis(call, 'agency');
  const [company, { form, agents }] = await Promise.all([
    findTaxpayer(ctx.db, companyKey),
    wholeForm(ctx, companyKey),
  ]);
  requireAgency(company);
  return ok({ agents: await shownForm(ctx, call, agents), revision: revisionOf(form) });
};

/**
 * The people of a form as they are shown (REL-11): the phone only to those who keep the form, not to the agents on it.
 */
async function shownForm(ctx: FlowContext, call: SessionCall, agents: readonly FormAgent[]) {
  const acting = managerBasis(call, 'agency');
  const people = await findPeople(
    ctx.db,
    agents.map(({ personKey }) => personKey),
  );
  return agents.map((agent) => {
    const { phone, ...shown } = maskedPerson(ctx, agent, people.get(agent.personKey));
    return {
      agentId: agentIdOf(ctx, acting.companyKey, agent.personKey),
      ...shown,
      ...(acting.by === 'relation' && phone !== undefined ? { phone } : {}),
    };
  });
}

const revisionOf = (form: StaffForm | undefined): number => form?.rev ?? 0;

interface WholeForm {
  readonly form: StaffForm | undefined;
  readonly agents: readonly ListedAgent[];
}
/** The head and its list, side by side: read again where a change came in between. */
async function wholeForm(ctx: FlowContext, agencyKey: string): Promise<WholeForm> {
  for (let round = 0; round < 5; round++) {
    const [form, rows] = await Promise.all([findStaffForm(ctx.db, agencyKey), allListed(ctx.db, agencyKey)]);
    if (!form) return { form, agents: [] };
    const agents = rows.filter((row) => formIdOf(row) === form.formId);
    if (agents.length === form.size) return { form, agents };
  }
  throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 });
}

/**
 * AGY-1: who the agency's people are from now on. Whoever is missing loses all clients at once, in live sessions too.
 * Names the one that cannot be taken: DOCUMENT_INVALID, PERSON_MISMATCH, AGENT_NOT_LISTED. STATE_CONFLICT where the form
 * is no longer the one whose `revision` the caller has seen: whom a colleague added meanwhile would be lost unseen.
 * CHALLENGE_REQUIRED where a document's free tries of the day are used up (REG-9).
 */
export const changeStaff: StepOf<typeof agency, 'changeStaff'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'staff-form');
  const { companyKey } = manager.basis;
  const tried = namesTried(ctx, call, await solvedInSession(ctx, call, call.body.challenge));
  const change = async () => {
    const [company, whole] = await Promise.all([
      findTaxpayer(ctx.db, companyKey),
      wholeForm(ctx, companyKey),
    ]);
    requireAgency(company);
    if (!isKnown(company)) throw new Problem('RELATION_NOT_FOUND');
    const { revision } = call.body;
    if (revision !== undefined && revision !== revisionOf(whole.form))
      throw new Problem('STATE_CONFLICT', {}, { variant: 'staff-form' });
    const kept = keptAgents(call, whole);
    // Names come last: what the form would be refused for anyway must not tell whether they were right (REG-9).
    const fresh = await readAgents(ctx, peopleIn(call.body.agents), call.now, tried);
    const agents = [...new Map([...kept, ...fresh].map((agent) => [agent.personKey, agent])).values()];
    await putStaffForm(
      ctx,
      {
        agencyKey: companyKey,
        before: whole.form,
        agents,
        writes: [
          ...actingChecks(manager, call, whole.form),
          ...staffFormAudits(ctx, company, whole.agents, agents, originOf(call, call.caller.session)),
        ],
      },
      call.now,
    );
    return ok({
      agents: await shownForm(ctx, call, agents),
      revision: revisionOf(whole.form) + 1,
    });
  };
  return asChallenge(ctx, call, () => retryOnConcurrentChange(change, 3));
};

type Agents = CallOf<typeof agency, 'changeStaff'>['body']['agents'];

/** Those given by name and document, with their place in the list. */
const peopleIn = (agents: Agents) =>
  agents.flatMap((person, at) => ('agentId' in person ? [] : [{ at, person }]));

/** Those given by handle, from the form that holds. AGENT_NOT_LISTED. */
const keptAgents = (
  { body }: CallOf<typeof agency, 'changeStaff'>,
  { form, agents }: WholeForm,
): NewAgent[] => {
  const byId = new Map(agents.map((agent) => [agent.agentId, agent]));
  return body.agents.flatMap((agent, at) => {
    if (!('agentId' in agent)) return [];
    const listed = form && byId.get(agent.agentId);
    if (!listed) throw whichOne(at, new Problem('AGENT_NOT_LISTED'));
    return [{ personKey: listed.personKey, sealedName: listed.sealedName, records: [] }];
  });
};
