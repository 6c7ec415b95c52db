import { Problem } from '#domain/problem.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import { type IdentityChoice, readIdentityChoice } from '#journeys/sessions/identity-choices.ts';
import { judgeSwitch } from '#journeys/sessions/judge-switch.ts';
import { decideSwitch, switchWrites } from '#journeys/sessions/switch-identity.ts';
import { identityNotAccepted } from '#journeys/sso/client-requirements.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import type { FlowContext } from '#runtime/context.ts';
import { all } from '#store/dynamodb/expressions.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type AccessBasisRef, readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession, withIdentity } from '#store/sessions/effective-session.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { ApproveCall, DecisionCall } from './decision-calls.ts';
import { handOverWithFace } from './hand-over-with-face.ts';
import { redirectToSystem } from './redirect-to-system.ts';
import { askForFaceCheckIfNeeded, handOverContent, judgeMatter } from './requested-matter.ts';

/** SSO-4: the person is handed over with another identity, which the session takes in the same transaction (SWI-5). */
export async function approveWithChoice(
  ctx: FlowContext,
  call: ApproveCall,
  client: RelyingParty,
  choiceId: string,
) {
  const { request: ticket, session } = call.caller;
  const readChosen = chosenIdentityReader(ctx, call, choiceId);
  return askForFaceCheckIfNeeded(ctx, call.caller, async () => {
    const redirectTo = await decideSwitch(ctx, call, async () => {
      const { effective, records, next, writes } = await readChosen();
      const granted = grantedDetails(ctx, client, ticket.request.taxpayer, effective, records);
      if (!granted) throw identityNotAccepted(client);
      const given = handOverContent(granted, judgeMatter(ctx, call, effective));
      const handedOver = { ...effective, records, identityVersion: session.identityVersion + 1 };
      const handOverWrites = handOverWithFace(ctx, call, client, handedOver, given);
      await ctx.db.transact([
        handOverWrites.decided,
        ...switchWrites(ctx, call, next),
        ...mergeWritesPerItem(handOverWrites.rest, writes),
      ]);
      return handOverWrites.redirectTo;
    });
    return redirectToSystem(call.params.id, redirectTo);
  });
}

/**
 * The chosen identity as it is today: what the session would act as, the rows behind it, and the checks for a switch to
 * it. RELATION_NOT_FOUND if it is lost.
 */
export function chosenIdentityReader(ctx: FlowContext, call: DecisionCall, choiceId: string) {
  const { session } = call.caller;
  const choice = readIdentityChoice(ctx, session, choiceId);
  if (session.identity.kind === 'special' && choice !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  const ref = accessRefOf(session, choice);
  return async () => {
    const [{ next, writes }, records] = await Promise.all([
      judgeSwitch(ctx, call, choice),
      ref && readAccessRecords(ctx.db, session.personKey, ref),
    ]);
    const effective = effectiveSession(withIdentity(session, next), records, call.now);
    if (effective.lost) throw new Problem('RELATION_NOT_FOUND');
    return { effective, records, next, writes };
  };
}

/**
 * Where the rows of an identity are stored that can be chosen: own relations, or the agency for which the person works
 * now (SWI-4).
 */
function accessRefOf({ company }: Session, choice: IdentityChoice): AccessBasisRef | undefined {
  if (choice === 'person') return undefined;
  const { companyKey, role } = choice;
  return company?.by === 'agreement' && company.agencyKey === companyKey && role === 'tax-agent'
    ? { by: 'staff-form', companyKey, role }
    : { by: 'relation', companyKey, role };
}

/**
 * A transaction can contain an item only once. A check of the switch is dropped if a revision check of the same item
 * covers it; a change that the switch makes to a checked item gets both conditions.
 */
function mergeWritesPerItem(exact: readonly Write[], others: readonly Write[]): Write[] {
  const itemOf = (write: Write): string | undefined =>
    'key' in write ? `${write.table} ${Object.values(write.key).join(' ')}` : undefined;
  const changing = new Map(others.filter((one) => 'update' in one).map((one) => [itemOf(one), one]));
  const checkedItems = new Set(exact.map(itemOf).filter((item) => item !== undefined));
  return [
    ...exact.map((check) => withBothConditions(check, changing.get(itemOf(check)))),
    ...others.filter((write) => !checkedItems.has(itemOf(write) ?? '')),
  ];
}

function withBothConditions(check: Write, change: Write | undefined): Write {
  if (!change || !('key' in check)) return check;
  const [one, other] = [check.condition, change.condition];
  if (typeof one !== 'object' || typeof other !== 'object') throw new Error('Two conditions as text');
  // The condition tests the item itself: if the check still holds, then the change was outdated.
  return {
    ...change,
    condition: all(one, other),
    ...(check.onRefused ? { onRefused: check.onRefused } : {}),
  };
}
