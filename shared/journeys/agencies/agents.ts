import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { handleKey } from '#crypto/keys.ts';
import type { Role } from '#domain/names.ts';
import { Problem, type ProblemDetails } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { FormAgent } from '#store/agencies/agency-forms.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import { findPeople } from '#store/people/users.ts';
import {
  holderOf,
  type NamedPerson,
  parseNamedPerson,
  realNameWrites,
  requireSameName,
} from '../people/named-person.ts';
import { maskedPerson } from '../people/personal-data.ts';

/**
 * The handle of a person at an agency: the same on all forms of the agency, another one elsewhere. The handle can
 * neither be guessed nor turned back into the person (DOC-4).
 */
export const agentIdOf = (ctx: Pick<FlowContext, 'handles'>, agencyKey: string, personKey: string): string =>
  handleKey(ctx.handles, 'agent', `${agencyKey}|${personKey}`);

/** The roles of a company's own people: a person with one of them cannot be its agent (AGY-4). */
export const staffRolesOfClient = [
  'legal-representative',
  'finance-head',
  'tax-handler',
  'invoice-clerk',
] as const satisfies readonly Role[];

/** An agent as both sides see them (REL-11). */
export function shownAgent(
  ctx: FlowContext,
  agencyKey: string,
  agent: FormAgent,
  people: ReadonlyMap<string, Person>,
) {
  const { name, documentNumber } = maskedPerson(ctx, agent, people.get(agent.personKey));
  return { agentId: agentIdOf(ctx, agencyKey, agent.personKey), name, documentNumber };
}

/** A person whom a form names; `records` writes a real-name record if the person had none. */
export interface NewAgent extends FormAgent {
  readonly records: readonly Write[];
}

type Named = v.InferOutput<typeof person>;

/** A person whom a form names, at this position of the list, together with the existing record of the document. */
export interface NameTry {
  readonly at: number;
  readonly named: NamedPerson;
  readonly recorded: Pick<Person, 'personKey' | 'sealedName'> | undefined;
}

/**
 * How the names of a form are compared with the records, where the caller may try only a limited number of names
 * (REG-9).
 */
export interface NameTries {
  /**
   * Counts and refuses the first name that differs from its record: PERSON_MISMATCH. Before that, refuses if a document
   * of the form has no free tries left: CHALLENGE_REQUIRED, so that a mistake with one person tells nothing about
   * another.
   */
  readonly require: (names: readonly NameTry[]) => Promise<void>;
  /**
   * Requires free tries for all of these names, for a call that continues without `within`. Throws CHALLENGE_REQUIRED.
   */
  readonly allWithin: (names: readonly NameTry[]) => Promise<void>;
  /** The checks for the transaction that takes a person with a record. */
  readonly within: (named: NamedPerson) => readonly Write[];
}

/**
 * The people whom a form names, each once. None of them needs an account. Throws DOCUMENT_INVALID, BAD_REQUEST or
 * PERSON_MISMATCH, each with the position of the person.
 */
export async function readAgents(
  ctx: FlowContext,
  people: readonly { readonly at: number; readonly person: Named }[],
  now: Date,
  tried?: NameTries,
): Promise<NewAgent[]> {
  const named = new Map<string, { at: number; one: NamedPerson }>();
  for (const { at, person } of people) {
    const one = atPosition(at, () => parseNamedPerson(ctx, person, now));
    const before = named.get(one.key);
    if (before && before.one.name !== one.name) throw withAgentPosition(at, new Problem('PERSON_MISMATCH'));
    if (!before) named.set(one.key, { at, one });
  }
  const known = await findPeople(ctx.db, [...named.keys()]);
  const names = [...named.values()].map(({ at, one }) => ({ at, named: one, recorded: known.get(one.key) }));
  if (tried) await tried.require(names);
  else
    for (const { at, named, recorded } of names) atPosition(at, () => requireSameName(ctx, named, recorded));
  return names.map(({ named, recorded }) => ({
    ...holderOf(named, recorded),
    // DOC-5: what an agency says about an unknown person must not keep that person from registering under their own
    // name.
    records: [
      ...realNameWrites(named, recorded, { claimed: tried !== undefined }),
      ...(recorded ? (tried?.within(named) ?? []) : []),
    ],
  }));
}

function atPosition<T>(at: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Problem ? withAgentPosition(at, error) : error;
  }
}

/** Awaits a result that concerns one agent; a refusal tells which agent it is about. */
export const namingAgent = <T>(at: number, saying: Promise<T>): Promise<T> =>
  saying.catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'PERSON_MISMATCH' ? withAgentPosition(at, error) : error;
  });

/** Adds to a refusal the position of the agent in the list. */
export function withAgentPosition(at: number, problem: Problem): Problem {
  const errors = (problem.details.errors ?? []) as readonly { path: string; message: string }[];
  const details: ProblemDetails = {
    ...problem.details,
    reason: `agents.${at}`,
    errors:
      errors.length > 0
        ? errors.map(({ path, message }) => ({ path: `agents.${at}.${path}`, message }))
        : [{ path: `agents.${at}`, message: problem.code }],
  };
  return new Problem(
    problem.code,
    details,
    problem.variant === undefined ? {} : { variant: problem.variant },
  );
}
