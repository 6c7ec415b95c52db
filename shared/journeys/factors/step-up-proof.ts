import { handleKey } from '#crypto/keys.ts';
import { unseal } from '#crypto/sealed.ts';
import { signJwt } from '#crypto/signed-tokens.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { type Audience, findMatter, type Matter, proofSeconds } from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type RegisteredPerson, sealContext } from '#store/people/person-row.ts';
import type { ScanTicket, StepUpRequest } from '#store/tickets/ticket-kinds.ts';
import type { ProvenCompany } from '../companies/proven-company.ts';

/** The header's `typ` of proofs: an access token cannot be used as a proof, nor a proof as an access token (TOK-02). */
export const proofType = 'step-up+jwt';

const findAudience = ({ settings }: Pick<FlowContext, 'settings'>, code: string): Audience | undefined =>
  settings.audiences.find((audience) => audience.code === code);

/**
 * The matter and the audience of a proof. Throws MATTER_UNKNOWN, and BAD_REQUEST for an audience that the stage does
 * not have.
 */
export function knownMatter(
  ctx: Pick<FlowContext, 'settings'>,
  asked: { readonly matter: string; readonly audience: string },
): { matter: Matter; audience: Audience } {
  const matter = findMatter(ctx.settings.matters, asked.matter);
  if (!matter) throw new Problem('MATTER_UNKNOWN');
  const audience = findAudience(ctx, asked.audience);
  if (!audience)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'audience', message: 'no such audience' }] });
  return { matter, audience };
}

/**
 * STP-2, STP-4: the proof of a passed face check for a tax system, signed with our keys; it can be verified with the
 * public keys alone. The proof is made from today's facts and lives 5 minutes. `sub` and `company.ref` stay the same
 * for this audience and mean nothing to another.
 * @param company the company that the person acts for now; absent for a natural person and at a counter
 */
export function stepUpProof(
  ctx: FlowContext,
  call: AnyCall,
  { matter, audience }: { readonly matter: Matter; readonly audience: Audience },
  person: RegisteredPerson,
  proven: { readonly at: string; readonly level: number },
  asked: Pick<StepUpRequest, 'nonce' | 'startedBy'>,
  company?: ProvenCompany,
): Promise<string> {
  const { personKey } = person;
  return signJwt(
    ctx.signing,
    { typ: proofType, issuer: ctx.settings.issuer, audience: audience.code },
    {
      sub: handleKey(ctx.handles, 'pseudonym', `${audience.code}|${personKey}`),
      matter: matter.code,
      /** Epoch seconds of the face check. */
      at: epochSeconds(new Date(proven.at)),
      lvl: proven.level,
      ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }),
      ...(audience.document
        ? {
            person: {
              documentType: person.documentType,
              documentNumber: unseal(ctx.dataKeys, sealContext.number(personKey), person.sealedNumber),
            },
          }
        : {}),
      ...(company === undefined ? {} : { company }),
      ...(asked.startedBy ? { channel: asked.startedBy.channel } : {}),
    },
    proofSeconds,
    call.now,
  );
}

/**
 * What a passed scan has proved, while the proof may still be fetched (STP-4: the 300 s of the scan); undefined
 * afterwards.
 */
export function stepUpResultOf(ctx: Pick<FlowContext, 'settings'>, scan: ScanTicket, now: Date) {
  const { stepUp, proven } = scan;
  if (!stepUp || !proven || scan.expiresAt <= epochSeconds(now)) return undefined;
  const matter = findMatter(ctx.settings.matters, stepUp.matter);
  const audience = findAudience(ctx, stepUp.audience);
  return matter && audience ? { matter, audience, stepUp, faceCheck: proven } : undefined;
}

/**
 * STP-4: a face check ends with the account; a person who registered again after the check has not shown their face
 * since.
 */
export const checkedSince = (person: RegisteredPerson, { at }: { readonly at: string }): boolean =>
  Date.parse(at) >= Date.parse(person.account.since);

/** ORD-1: a suspension ends the face checks before it, even after it is lifted. */
export const endedByOrder = ({ orders }: RegisteredPerson, { at }: { readonly at: string }): boolean =>
  Date.parse(at) <= Date.parse(orders?.proofsEndedAt ?? '');
