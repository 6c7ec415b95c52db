import * as v from 'valibot';
import { roles } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { signJwt, type TokenKind, verifyJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

/** What an access token says (SES-2). */
export interface AccessClaims {
  /** The person key. */
  readonly subject: string;
  readonly sessionId: string;
  /** Grows with every switch of identity: tokens with an older version are refused (SES-2). */
  readonly identityVersion: number;
  readonly realNameLevel: number;
  /** The identity of the session as the API shows it. */
  readonly identity: Readonly<Record<string, unknown>>;
  /**
   * Where the access basis of a company identity is stored, so that one read fetches it together with the session
   * (REL-8).
   */
  readonly company?: TokenAccessBasis;
  /** LGN-11: the session may only change the initial password. */
  readonly passwordDue?: true;
}
/** The keys of a company identity's access basis (`AccessBasisRef` in access-basis.ts says what they are). */
export type TokenAccessBasis = v.InferOutput<typeof accessBasisSchema>;

const kind = (issuer: string): TokenKind => ({ typ: 'at+jwt', issuer, audience: issuer });
/**
 * LGN-11: a token type and audience of their own, so that no other party that trusts our keys takes this token for an
 * access token.
 */
const changeOnly = (issuer: string): TokenKind => ({ typ: 'password-change+jwt', issuer, audience: issuer });

/** Lives `accessTokenSeconds` from `now`. */
export const signAccessToken = (
  ring: SigningRing,
  claims: AccessClaims,
  { issuer, policies }: { readonly issuer: string; readonly policies: Pick<Policies, 'accessTokenSeconds'> },
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    claims.passwordDue ? changeOnly(issuer) : kind(issuer),
    {
      sub: claims.subject,
      sid: claims.sessionId,
      ver: claims.identityVersion,
      lvl: claims.realNameLevel,
      identity: claims.identity,
      ...(claims.company ? { company: v.parse(accessBasisSchema, claims.company) } : {}),
    },
    policies.accessTokenSeconds,
    now,
  );

const companyKey = v.string();
const accessBasisSchema = v.variant('by', [
  v.object({
    by: v.literal('relation'),
    companyKey,
    role: v.picklist(roles),
    reportNo: v.exactOptional(v.string()),
  }),
  v.object({ by: v.literal('staff-form'), companyKey, role: v.literal('tax-agent') }),
  v.object({
    by: v.literal('agreement'),
    companyKey,
    role: v.literal('tax-agent'),
    agencyKey: v.string(),
    agreementId: v.string(),
  }),
  v.object({ by: v.literal('report'), companyKey, role: v.literal('tax-handler'), reportNo: v.string() }),
]);

const payloadSchema = v.object({
  sub: v.string(),
  sid: v.string(),
  ver: v.pipe(v.number(), v.integer()),
  lvl: v.pipe(v.number(), v.integer()),
  identity: v.record(v.string(), v.unknown()),
  company: v.exactOptional(accessBasisSchema),
});

/** @throws Problem SESSION_ENDED for every token that is not a live access token of ours (TOK-01, TOK-02). */
export async function verifyAccessToken(
  ring: SigningRing,
  token: string,
  issuer: string,
  now: Date,
): Promise<AccessClaims> {
  const usual = await verifyJwt(ring, token, kind(issuer), now);
  const limited = usual ? null : await verifyJwt(ring, token, changeOnly(issuer), now);
  const payload = v.safeParse(payloadSchema, usual ?? limited);
  if (!payload.success) throw new Problem('SESSION_ENDED');
  const { sub, sid, ver, lvl, identity, company } = payload.output;
  return {
    subject: sub,
    sessionId: sid,
    identityVersion: ver,
    realNameLevel: lvl,
    identity,
    ...(company ? { company } : {}),
    ...(limited ? { passwordDue: true } : {}),
  };
}
