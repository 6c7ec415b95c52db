import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';

/** The company that a session works for, with what the person may do there today. */
export type CurrentAccess = AccessBasis & Pick<EffectiveSession, 'permissions'>;

/**
 * The company of the session, as its relation stands (REL-8): whoever calls has been looked up with it. Throws
 * ROLE_NOT_ALLOWED where the session has none.
 */
export function actingCompany({ caller }: AnyCall & { readonly caller: EffectiveSession }): CurrentAccess {
  const { company } = caller.session;
  if (!company) throw new Problem('ROLE_NOT_ALLOWED');
  return { ...company, permissions: caller.permissions };
}
