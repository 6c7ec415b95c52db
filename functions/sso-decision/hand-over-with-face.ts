import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import { type HandOverContent, handOver, type SessionToHandOver } from '#journeys/sso/hand-over.ts';
import type { FlowContext } from '#runtime/context.ts';
import { faceUnchangedCheck } from '#store/people/face-checks.ts';
import type { ApproveCall } from './decision-calls.ts';
import { FaceCheckNeeded } from './requested-matter.ts';

/** A hand-over of a session, together with the face check for a matter, which must still be valid. */
export function handOverWithFace(
  ctx: FlowContext,
  call: ApproveCall,
  client: RelyingParty,
  who: SessionToHandOver,
  given: HandOverContent,
): ReturnType<typeof handOver> {
  const handOverWrites = handOver(ctx, call, client, call.caller.request, who, given);
  const { matter } = given;
  if (!matter) return handOverWrites;
  // The face check is still valid for the person, even if a moment later (STP-4, PHN-4, ORD-1).
  const faceCheck = faceUnchangedCheck(
    who.session.personKey,
    matter.shown,
    call.now,
    ctx.settings.policies,
    () => new FaceCheckNeeded(),
  );
  return { ...handOverWrites, rest: [...handOverWrites.rest, faceCheck] };
}
