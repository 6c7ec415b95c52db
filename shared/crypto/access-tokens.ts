import * as v from 'valibot';
import { type Role, roles } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { signJwt, type TokenKind, verifyJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

/** What an access token says (SES-2). */
export interface AccessClaims {
  /** The person key. */
  readonly subject: string;
  readonly sessionId: string;
  /** Grows with every switch of identity: tokens of an older one die (SES-2). */
  readonly identityVersion: number;
  readonly realNameLevel: number;
  /** The identity of the session as the API shows it. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Where the relation behind a company identity is found, so that it can be read beside the session (REL-8). */
  readonly company?: { readonly companyKey: string; readonly role: Role };
}

const kind = (issuer: string): TokenKind => ({ typ: 'at+jwt', issuer, audience: issuer });

/** Lives `accessTokenSeconds` from `now`. */
export const signAccessToken = (
  ring: SigningRing,
  claims: AccessClaims,
  { issuer, policies }: { readonly issuer: string; readonly policies: Pick<Policies, 'accessTokenSeconds'> },
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    kind(issuer),
    {
      sub: claims.subject,
      sid: claims.sessionId,
      ver: claims.identityVersion,
      lvl: claims.realNameLevel,
      identity: claims.identity,
      ...(claims.company ? { company: { key: claims.company.companyKey, role: claims.company.role } } : {}),
    },
    policies.accessTokenSeconds,
    now,
  );

const payloadSchema = v.object({
  sub: v.string(),
  sid: v.string(),
  ver: v.pipe(v.number(), v.integer()),
  lvl: v.pipe(v.number(), v.integer()),
  identity: v.record(v.string(), v.unknown()),
  company: v.optional(v.object({ key: v.string(), role: v.picklist(roles) })),
});

/** @throws Problem SESSION_ENDED for every token that is not a live access token of ours (TOK-01, TOK-02). */
export async function verifyAccessToken(
  ring: SigningRing,
  token: string,
  issuer: string,
  now: Date,
): Promise<AccessClaims> {
  const payload = v.safeParse(payloadSchema, await verifyJwt(ring, token, kind(issuer), now));
  if (!payload.success) throw new Problem('SESSION_ENDED');
  const { sub, sid, ver, lvl, identity, company } = payload.output;
  return {
    subject: sub,
    sessionId: sid,
    identityVersion: ver,
    realNameLevel: lvl,
    identity,
    ...(company ? { company: { companyKey: company.key, role: company.role } } : {}),
  };
}
