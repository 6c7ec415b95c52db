import type { Assertion } from '#crypto/assertions.ts';
import { personKey } from '#crypto/keys.ts';
import { type ChannelAction, channelMay } from '#domain/channels.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { type DocumentType, parseDocument } from '#domain/people/documents.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut, originOf } from '#journeys/audit.ts';
import type { ChangeOrigin } from '#journeys/change-origin.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyKeyOf, findTaxpayer, isKnown, type KnownTaxpayer } from '#store/companies/taxpayers.ts';
import { missUpdate } from '#store/people/name-misses.ts';

type CounterCall = AnyCall & { readonly caller: { readonly assertion: Assertion } };

/** Only the channel `hall` does counter work (CHN). The events of counter work record officer and office (CHN-1). */
export function requireCounter(
  ctx: Pick<FlowContext, 'settings'>,
  call: CounterCall,
  action: ChannelAction,
): ChangeOrigin & { readonly detail: { readonly officer: string; readonly office: string } } {
  const { channel, officer, office } = call.caller.assertion;
  if (channel !== 'hall' || !channelMay(channel, action, ctx.settings))
    throw new Problem('CHANNEL_NOT_ALLOWED');
  if (officer === undefined || office === undefined) throw new Problem('ASSERTION_INVALID');
  return { ...originOf(call), detail: { officer, office } };
}

/**
 * REG-9: a wrong name from a counter counts for the document like anybody's, and stands in its history with officer and
 * office. A channel that signs its calls gets no challenge.
 */
export async function countingMissAtCounter<R>(
  ctx: FlowContext,
  call: CounterCall,
  { detail }: ReturnType<typeof requireCounter>,
  { documentType, documentNumber }: { readonly documentType: DocumentType; readonly documentNumber: string },
  act: () => Promise<R>,
): Promise<R> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'PERSON_MISMATCH') throw error;
    const number = parseDocument(documentType, documentNumber, shanghaiDay(call.now));
    const key = personKey(ctx.keys, documentType, number);
    // An officer sees the paper and gets no challenge: the miss counts and is never refused.
    await ctx.db.transact([
      missUpdate(key, call.now, undefined, () => error),
      auditPut(ctx, call, key, 'identity-refused', 'failure', { ...detail, reason: 'name' }),
    ]);
    throw error;
  }
}

export const keyOfCompany = (ctx: Pick<FlowContext, 'keys'>, taxpayerId: string): string =>
  companyKeyOf(ctx.keys, parseTaxpayerId(taxpayerId));

/** A company that exists, though it may await confirmation. TAXPAYER_NOT_FOUND otherwise. */
export async function requireCompany(
  ctx: Pick<FlowContext, 'db'>,
  companyKey: string,
): Promise<KnownTaxpayer> {
  const company = await findTaxpayer(ctx.db, companyKey);
  if (!isKnown(company) || company.state === 'cancelled') throw new Problem('TAXPAYER_NOT_FOUND');
  return company;
}
