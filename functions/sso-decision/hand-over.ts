import type { RelyingParty } from '#domain/relying-parties.ts';
import {
  type FoundMatter,
  type Given,
  type HandedOver,
  handOver as handedOver,
} from '#journeys/sso/hand-over.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { faceStandsCheck } from '#store/people/face-checks.ts';
import { FaceWanted } from './matter.ts';
import type { ApproveCall } from './weigh.ts';

/** A hand-over of a session, together with the face check for a matter, which must still be valid. */
export function handOver(
  ctx: FlowContext,
  call: ApproveCall,
  client: RelyingParty,
  who: HandedOver,
  given: Given,
): ReturnType<typeof handedOver> {
  const handed = handedOver(ctx, call, client, call.caller.request, who, given);
  const { matter } = given;
  const stands = matter ? [standsFor(ctx, call, who.session.personKey, matter)] : [];
  return { ...handed, rest: [...handed.rest, ...stands] };
}

/** The face check is still valid for the person, even if a moment later (STP-4, PHN-4, ORD-1). */
const standsFor = (
  ctx: FlowContext,
  { now }: ApproveCall,
  personKey: string,
  { shown }: FoundMatter,
): Write => faceStandsCheck(personKey, shown, now, ctx.settings.policies, () => new FaceWanted());
