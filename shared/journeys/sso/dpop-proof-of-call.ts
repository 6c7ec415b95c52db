import { type DpopProof, verifyDpopProof } from '#crypto/dpop-proofs.ts';
import type { Call } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';

type ProvingCall = Pick<Call, 'header' | 'now'> & { readonly route: Pick<Call['route'], 'method' | 'path'> };

/**
 * The key that a client's call proves by its header `DPoP` (RFC 9449); undefined if there is no header. The step must
 * write that the proof was used.
 * @throws OAuthProblem invalid_dpop_proof
 */
export async function dpopProofOf(
  { settings }: Pick<FlowContext, 'settings'>,
  { route: { method, path }, header, now }: ProvingCall,
): Promise<DpopProof | undefined> {
  const proof = header('dpop');
  return proof === undefined
    ? undefined
    : verifyDpopProof(proof, { method, uri: settings.issuer + path, now });
}
