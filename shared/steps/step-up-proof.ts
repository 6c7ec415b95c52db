import { indexKey } from '#crypto/keys.ts';
import { unseal } from '#crypto/sealed.ts';
import { signJwt } from '#crypto/signed-tokens.ts';
import { type Audience, type Matter, proofEnd } from '#domain/matters.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { FaceSubject, ScanTicket, StepUpFacts } from '#store/tickets.ts';
import { sealContext } from '#store/users.ts';

/** The header's `typ` of proofs: no access token passes for one, nor the other way round (TOK-02). */
export const proofType = 'step-up+jwt';

const findMatter = ({ settings }: Pick<House, 'settings'>, code: string): Matter | undefined =>
  settings.matters.find((matter) => matter.code === code);
const findAudience = ({ settings }: Pick<House, 'settings'>, code: string): Audience | undefined =>
  settings.audiences.find((audience) => audience.code === code);

/** What a proof is asked for. Throws MATTER_UNKNOWN, and BAD_REQUEST for an audience that the stage does not have. */
export function knownMatter(
  h: Pick<House, 'settings'>,
  asked: { readonly matter: string; readonly audience: string },
): { matter: Matter; audience: Audience } {
  const matter = findMatter(h, asked.matter);
  if (!matter) throw new Problem('MATTER_UNKNOWN');
  const audience = findAudience(h, asked.audience);
  if (!audience)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'audience', message: 'no such audience' }] });
  return { matter, audience };
}

/**
 * STP-2: what a tax system is told of a passed face check, signed with our keys and checked with the public ones
 * alone. `sub` stays the same for this audience and says nothing to another; `exp` ends with the face check's
 * validity for the matter.
 */
export function stepUpProof(
  h: House,
  call: AnyCall,
  matter: Matter,
  audience: Audience,
  person: FaceSubject & { readonly personKey: string },
  proven: { readonly at: string; readonly level: number },
  asked: Pick<StepUpFacts, 'nonce' | 'company' | 'startedBy'>,
): Promise<string> {
  const at = new Date(proven.at);
  const { personKey } = person;
  return signJwt(
    h.signing,
    { typ: proofType, issuer: h.settings.issuer, audience: audience.code },
    {
      sub: indexKey(h.keys, 'pseudonym', `${audience.code}|${personKey}`),
      matter: matter.code,
      /** Epoch seconds of the face check. */
      at: Math.floor(at.getTime() / 1000),
      lvl: proven.level,
      ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }),
      ...(audience.document
        ? {
            person: {
              documentType: person.documentType,
              documentNumber: unseal(h.dataKeys, sealContext.number(personKey), person.sealedNumber),
            },
          }
        : {}),
      ...(asked.company === undefined ? {} : { company: asked.company }),
      ...(asked.startedBy ? { channel: asked.startedBy.channel } : {}),
    },
    Math.ceil((proofEnd(matter, at, call.now).getTime() - call.now.getTime()) / 1000),
    call.now,
  );
}

/**
 * The proof that a passed scan stands for. Undefined once its time is over: what still serves is asked for anew
 * (POST /v1/step-ups), and what does not must not be had by asking again.
 */
export function proofOfScan(h: House, call: AnyCall, scan: ScanTicket): Promise<string> | undefined {
  const { stepUp, proven, personKey, subject } = scan;
  if (!stepUp || !proven || personKey === undefined || !subject) return undefined;
  if (scan.expiresAt * 1000 <= call.now.getTime()) return undefined;
  const matter = findMatter(h, stepUp.matter);
  const audience = findAudience(h, stepUp.audience);
  if (!matter || !audience) return undefined;
  return stepUpProof(h, call, matter, audience, { ...subject, personKey }, proven, stepUp);
}
