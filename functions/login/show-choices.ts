import { Problem } from '#domain/problem.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { agentActingOptionOf } from './agent-login.ts';
import type { login } from './contract.ts';
import { choicesAnswer, passedTicket, readPersonAndAccess, requireSamePerson } from './role-choices.ts';

/**
 * The choices of a login whose factors were passed, with the handles under which they were offered. A page that is
 * reloaded has lost them, because they name companies and are not stored there. Nothing is written; choices that were
 * lost since are left out.
 */
export const showChoices: StepOf<typeof login, 'choices'> = async (ctx, call) => {
  const ticket = await passedTicket(ctx, call);
  const { person: read, relations, agents } = await readPersonAndAccess(ctx, ticket);
  const person = requireSamePerson(read, ticket);
  const agent = agentActingOptionOf(ctx, ticket, agents, call.now);
  const offered = choicesAnswer(ctx, ticket, ticket.passed, relations, person, agent);
  // Reports are searched (SPC-2). At other entries a role was offered, and now none is left.
  if (ticket.entry !== 'cross-region' && offered.choices.length === 0 && !offered.confirm)
    throw new Problem('RELATION_NOT_FOUND');
  return ok(offered);
};
