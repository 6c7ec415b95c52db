import { indexKey } from '#crypto/keys.ts';
import { comparedName } from '#domain/people/person-names.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Person } from '#store/people/person-row.ts';
import type { HandlerKeys } from '#store/reports/cross-region-reports.ts';
import { nameOf } from '../people/personal-data.ts';

/**
 * The keys by which the tables know the 经办人 of a report (SPC-3, DOC-4): people with the same name and phone have the
 * same keys within one company, and other keys in any other.
 * @param name normalised
 */
export const handlerKeysOf = (
  ctx: Pick<FlowContext, 'keys'>,
  companyKey: string,
  name: string,
  phoneKey: string,
): HandlerKeys => ({
  nameKey: indexKey(ctx.keys, 'handler', JSON.stringify([companyKey, comparedName(name)])),
  handlerKey: indexKey(ctx.keys, 'handler', JSON.stringify([companyKey, comparedName(name), phoneKey])),
});

/** Every 经办人 that a person could be: their name with each of their phones. */
export interface PossibleHandler {
  readonly companyKey: string;
  readonly nameKey: string;
  readonly handlerKeys: readonly string[];
}
/** Undefined for a person without a phone, who cannot be a 经办人. */
export function possibleHandler(
  ctx: Pick<FlowContext, 'keys' | 'dataKeys'>,
  person: Person,
  companyKey: string,
): PossibleHandler | undefined {
  const keys = (person.phones ?? []).map(({ phoneKey }) =>
    handlerKeysOf(ctx, companyKey, nameOf(ctx, person), phoneKey),
  );
  const [first] = keys;
  return first && { companyKey, nameKey: first.nameKey, handlerKeys: keys.map((one) => one.handlerKey) };
}
