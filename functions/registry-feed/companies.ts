import * as v from 'valibot';
import { person } from '#contract/schemas.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  companyKeyOf,
  findTaxpayer,
  type StoredNumber,
  storedNumber,
  storedNumberOf,
} from '#store/companies/taxpayers.ts';
import { version } from './versions.ts';

export const taxpayerId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/** The members of a line that gives a person a relation to a company, or with `removed` takes it away. */
export const companyPersonEntries = { version, taxpayerId, person, removed: v.optional(v.boolean(), false) };

/**
 * The company of a line: its key, and its number as rows store it. Throws BAD_REQUEST if the text is no number (DOC-3).
 * @param personal what the line states about the number (DOC-4)
 */
export function readCompany(
  ctx: FlowContext,
  raw: string,
  member = 'taxpayerId',
  personal?: boolean,
): { readonly key: string; readonly number: StoredNumber } {
  const number = parsed(raw, member);
  const key = companyKeyOf(ctx.keys, number);
  return { key, number: storedNumber(ctx.dataKeys, key, number, personal) };
}

/**
 * The number as the company's own row stores it. DOC-4: a number that looks like a person's is hidden, unless the
 * company's own line has said that it is none.
 */
export async function numberAsStored(
  ctx: FlowContext,
  { key, number }: { readonly key: string; readonly number: StoredNumber },
): Promise<StoredNumber> {
  if (number.sealedId === undefined) return number;
  const company = await findTaxpayer(ctx.db, key);
  return company?.taxpayerId === undefined ? number : storedNumberOf(company);
}

/** For the feed a malformed number is a bad line, not an unknown company. */
function parsed(raw: string, member: string): string {
  try {
    return parseTaxpayerId(raw);
  } catch (error) {
    throw new Problem('BAD_REQUEST', { reason: `${member} (number)` }, { cause: error });
  }
}
