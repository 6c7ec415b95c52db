import { Problem } from '#domain/problem.ts';
import { agentIdOf, type NewAgent, readAgents, withAgentPosition } from '#journeys/agencies/agents.ts';
import { staffFormAudits } from '#journeys/agencies/form-audits.ts';
import { nameTriesOf } from '#journeys/agencies/name-tries.ts';
import { putStaffForm } from '#journeys/agencies/put-staff-form.ts';
import { originOf } from '#journeys/audit.ts';
import { managerBasis, requireManager } from '#journeys/companies/require-manager.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';
import { solvedInSession, withDueChallenge } from '#journeys/factors/tries.ts';
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

/** The staff form in force, for everybody who acts for the agency. */
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
 * The people of a form as they are shown (REL-11). Only those who may change the form see phone numbers; the agents on
 * it do not.
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
/** The head row and the list, read in parallel; both are read again if a change came in between. */
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
 * AGY-1: replaces the list of the agency's people. A person who is no longer on it loses all clients at once, also in
 * live sessions. A refusal names the person who cannot be taken: DOCUMENT_INVALID, PERSON_MISMATCH, AGENT_NOT_LISTED.
 * STATE_CONFLICT if the form no longer has the `revision` that the caller saw, because a person whom a colleague added
 * meanwhile would be lost. CHALLENGE_REQUIRED if a document's free tries of the day are used up (REG-9).
 */
export const changeStaff: StepOf<typeof agency, 'changeStaff'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'staff-form');
  const { companyKey } = manager.basis;
  const tried = nameTriesOf(ctx, call, await solvedInSession(ctx, call, call.body.challenge));
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
    // Names are compared last: a form that is refused for another reason must not show whether its names were right
    // (REG-9).
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
  return withDueChallenge(ctx, call, () => retryOnConcurrentChange(change, 3));
};

type Agents = CallOf<typeof agency, 'changeStaff'>['body']['agents'];

/** The people given by name and document, with their positions in the list. */
const peopleIn = (agents: Agents) =>
  agents.flatMap((person, at) => ('agentId' in person ? [] : [{ at, person }]));

/** The people given by handle, taken from the form in force. AGENT_NOT_LISTED. */
const keptAgents = (
  { body }: CallOf<typeof agency, 'changeStaff'>,
  { form, agents }: WholeForm,
): NewAgent[] => {
  const byId = new Map(agents.map((agent) => [agent.agentId, agent]));
  return body.agents.flatMap((agent, at) => {
    if (!('agentId' in agent)) return [];
    const listed = form && byId.get(agent.agentId);
    if (!listed) throw withAgentPosition(at, new Problem('AGENT_NOT_LISTED'));
    return [{ personKey: listed.personKey, sealedName: listed.sealedName, records: [] }];
  });
};
