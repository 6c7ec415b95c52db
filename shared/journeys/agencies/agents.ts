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
  readPerson,
  recordWrites,
  requireSameName,
} from '../people/named-person.ts';
import { maskedPerson } from '../people/personal-data.ts';

/**
 * The handle of a person at an agency: the same on each of its forms, another one elsewhere, and nothing to be guessed
 * or turned back (DOC-4).
 */
export const agentIdOf = (ctx: Pick<FlowContext, 'handles'>, agencyKey: string, personKey: string): string =>
  handleKey(ctx.handles, 'agent', `${agencyKey}|${personKey}`);

/** The roles of a company's own people: with one of them nobody is its agent (AGY-4). */
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

/** Somebody whom a form names, with the real-name record that they get where they had none. */
export interface NewAgent extends FormAgent {
  readonly records: readonly Write[];
}

type Named = v.InferOutput<typeof person>;

/** Somebody whom a form names, at that place of its list, and the record that there is under the document. */
export interface NameTried {
  readonly at: number;
  readonly named: NamedPerson;
  readonly recorded: Pick<Person, 'personKey' | 'sealedName'> | undefined;
}

/** How the names of a form are held against what is recorded, where whoever names is limited in it (REG-9). */
export interface NamesTried {
  /**
   * Refuses the first that is recorded by another name, having counted it: PERSON_MISMATCH. Before that anybody among them
   * whose document has no free tries left: CHALLENGE_REQUIRED, so that what is wrong with one tells nothing of another.
   */
  readonly require: (names: readonly NameTried[]) => Promise<void>;
  /** The free tries of all of them, for a call that goes on without `within`. CHALLENGE_REQUIRED. */
  readonly allWithin: (names: readonly NameTried[]) => Promise<void>;
  /** What the transaction that takes a recorded person carries. */
  readonly within: (named: NamedPerson) => readonly Write[];
}

/**
 * People as a form names them, each once. Nobody of them needs an account. Throws DOCUMENT_INVALID, BAD_REQUEST or PERSON_MISMATCH,
 * naming which of them it is.
 */
export async function readAgents(
  ctx: FlowContext,
  people: readonly { readonly at: number; readonly person: Named }[],
  now: Date,
  tried?: NamesTried,
): Promise<NewAgent[]> {
  const named = new Map<string, { at: number; one: NamedPerson }>();
  for (const { at, person } of people) {
    const one = telling(at, () => readPerson(ctx, person, now));
    const before = named.get(one.key);
    if (before && before.one.name !== one.name) throw whichOne(at, new Problem('PERSON_MISMATCH'));
    if (!before) named.set(one.key, { at, one });
  }
  const known = await findPeople(ctx.db, [...named.keys()]);
  const names = [...named.values()].map(({ at, one }) => ({ at, named: one, recorded: known.get(one.key) }));
  if (tried) await tried.require(names);
  else for (const { at, named, recorded } of names) telling(at, () => requireSameName(ctx, named, recorded));
  return names.map(({ named, recorded }) => ({
    ...holderOf(named, recorded),
    // DOC-5: what an agency says of somebody unknown keeps nobody from registering under their own name.
    records: [
      ...recordWrites(named, recorded, { claimed: tried !== undefined }),
      ...(recorded ? (tried?.within(named) ?? []) : []),
    ],
  }));
}

function telling<T>(at: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Problem ? whichOne(at, error) : error;
  }
}

/** Waits for what is said of one agent; a refusal of the name tells which one it is about. */
export const naming = <T>(at: number, saying: Promise<T>): Promise<T> =>
  saying.catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'PERSON_MISMATCH' ? whichOne(at, error) : error;
  });

/** A refusal, with the place in the list of agents that the refusal is about. */
export function whichOne(at: number, problem: Problem): Problem {
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
