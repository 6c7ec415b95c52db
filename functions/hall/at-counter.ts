import type { Assertion } from '#crypto/assertions.ts';
import { type ChannelAction, may } from '#domain/channels.ts';
import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { originOf, type RelationOrigin } from '#journeys/companies/relation-audits.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyKeyOf, findTaxpayer, isKnown, type KnownTaxpayer } from '#store/companies/taxpayers.ts';

type CounterCall = AnyCall & { readonly caller: { readonly assertion: Assertion } };

/** Only a hall does counter work (CHN). What it does is told with officer and office (CHN-1). */
export function atCounter(
  ctx: Pick<FlowContext, 'settings'>,
  call: CounterCall,
  action: ChannelAction,
): RelationOrigin & { readonly detail: { readonly officer: string; readonly office: string } } {
  const { channel, officer, office } = call.caller.assertion;
  if (channel !== 'hall' || !may(channel, action, ctx.settings)) throw new Problem('CHANNEL_NOT_ALLOWED');
  if (officer === undefined || office === undefined) throw new Problem('ASSERTION_INVALID');
  return { ...originOf(call), detail: { officer, office } };
}

export const keyOfCompany = (ctx: Pick<FlowContext, 'keys'>, taxpayerId: string): string =>
  companyKeyOf(ctx.keys, parseTaxpayerId(taxpayerId));

/** A company that is there, though it may wait for confirmation. TAXPAYER_NOT_FOUND otherwise. */
export async function companyAt(ctx: Pick<FlowContext, 'db'>, companyKey: string): Promise<KnownTaxpayer> {
  const company = await findTaxpayer(ctx.db, companyKey);
  if (!isKnown(company) || company.state === 'cancelled') throw new Problem('TAXPAYER_NOT_FOUND');
  return company;
}
