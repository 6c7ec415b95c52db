import type { CompanyEntry } from '#domain/companies/entries.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { Problem } from '#domain/problem.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyKeyOf } from '#store/companies/taxpayers.ts';
import type { login } from './contract.ts';

/** What a person who logs in for a company asks for. */
export interface CompanyAsked {
  readonly entry: CompanyEntry;
  readonly companyKey: string;
}

/**
 * The form of the input is checked before everything else (LGN-2): a company entry needs a taxpayer number; the natural
 * entry ignores it.
 */
export function companyAsked(
  ctx: Pick<FlowContext, 'keys'>,
  { body: { entry, taxpayerId } }: Pick<CallOf<typeof login, 'password'>, 'body'>,
): CompanyAsked | undefined {
  if (entry === 'natural') return undefined;
  if (!taxpayerId)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'taxpayerId', message: 'required' }] });
  return { entry, companyKey: companyKeyOf(ctx.keys, parseTaxpayerId(taxpayerId)) };
}
