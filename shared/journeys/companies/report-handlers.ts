import { indexKey } from '#crypto/keys.ts';
import { comparedName } from '#domain/persons.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Person } from '#store/people/person-row.ts';
import type { HandlerKeys } from '#store/reports/cross-region-reports.ts';
import { nameOf } from '../people/personal-data.ts';

/**
 * The 经办人 of a report as the tables know them (SPC-3, DOC-4): who has the same name and phone has the same keys, in one
 * company and in no other.
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

/** Everything that a person could be named as: one name, with each of the own phones. */
export interface PossibleHandler {
  readonly companyKey: string;
  readonly nameKey: string;
  readonly handlerKeys: readonly string[];
}
/** Undefined for a person without a phone, who can be nobody's 经办人. */
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
