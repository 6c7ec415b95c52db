import * as v from 'valibot';
import { seal, unseal } from '#crypto/sealed.ts';
import { type Role, roles } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Session } from '#store/sessions/session-row.ts';

/** What a signed-in person can become: themselves, or one role in a company. */
export type IdentityChoice = 'person' | { readonly companyKey: string; readonly role: Role };

const schema = v.union([v.literal('person'), v.object({ companyKey: v.string(), role: v.picklist(roles) })]);

type Sealing = Pick<FlowContext, 'dataKeys'>;
type Of = Pick<Session, 'sessionId' | 'personKey'>;

/**
 * The handle of an identity to switch to (SWI-5): sealed, so that it shows nothing and cannot be invented, and valid
 * only in this session. The identity is judged when the handle is used.
 */
export const choiceIdOf = (ctx: Sealing, session: Of, choice: IdentityChoice): string =>
  seal(ctx.dataKeys, contextOf(session), JSON.stringify(choice));

/** Opens a handle of this session. Throws NOT_FOUND for any other text, including the handle of another session. */
export function readIdentityChoice(ctx: Sealing, session: Of, choiceId: string): IdentityChoice {
  try {
    return v.parse(schema, JSON.parse(unseal(ctx.dataKeys, contextOf(session), choiceId)));
  } catch (error) {
    throw new Problem('NOT_FOUND', {}, { cause: error });
  }
}

const contextOf = ({ sessionId, personKey }: Of): string => `identity:${personKey}:${sessionId}`;
