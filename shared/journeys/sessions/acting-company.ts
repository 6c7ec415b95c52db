import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';

/** The company that a session acts for, with what the person may do there today. */
export type CurrentAccess = AccessBasis & Pick<EffectiveSession, 'permissions'>;

/**
 * The company of the session, as its access basis gives it now (REL-8); it was read together with the session. Throws
 * ROLE_NOT_ALLOWED if the session acts for no company.
 */
export function actingCompany({ caller }: AnyCall & { readonly caller: EffectiveSession }): CurrentAccess {
  const { company } = caller.session;
  if (!company) throw new Problem('ROLE_NOT_ALLOWED');
  return { ...company, permissions: caller.permissions };
}
