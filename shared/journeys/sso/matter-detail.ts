import { epochSeconds } from '#domain/epoch.ts';
import { type Matter, roleMayDo } from '#domain/factors/matters.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import type { FaceCheckedMatter } from '#store/tickets/sso-tickets.ts';
import type { Detail } from './granted-details.ts';

/**
 * SSO-9: what a system is told about a matter, in `authorization_details`.
 * @param level the person's real-name level
 */
export const matterDetail = ({ code, at, validUntil, nonce }: FaceCheckedMatter, level: number): Detail => ({
  type: 'matter',
  matter: code,
  at: epochSeconds(new Date(at)),
  level,
  valid_until: validUntil,
  ...(nonce === undefined ? {} : { nonce }),
});

/** The identity, and what it may do today. */
export type Acts = Pick<EffectiveSession, 'session' | 'permissions'>;

/** STP-4: whether this identity may do the matter today. Natural persons act for themselves and are not checked. */
export const identityMayDo = (matter: Matter, { session: { company }, permissions }: Acts): boolean =>
  company === undefined || roleMayDo(matter, { role: company.role, permissions });
