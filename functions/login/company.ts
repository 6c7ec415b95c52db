import { type CompanyEntry, properEntry } from '#domain/entries.ts';
import { Problem } from '#domain/problem.ts';
import { stateOn } from '#domain/relations.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import type { CallOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { Relation } from '#store/relations.ts';
import {
  companyKeyOf,
  companyProblem,
  isKnown,
  type KnownTaxpayer,
  type Taxpayer,
} from '#store/taxpayers.ts';
import type { login } from './contract.ts';
import { offerOf } from './roles.ts';

/** What somebody asks for who logs in for a company. */
export interface CompanyAsked {
  readonly entry: CompanyEntry;
  readonly companyKey: string;
}

/** Shape before everything else (LGN-2): a company entry needs a taxpayer number, the natural one ignores it. */
export function companyAsked(
  h: Pick<House, 'keys'>,
  { body: { entry, taxpayerId } }: Pick<CallOf<typeof login, 'password'>, 'body'>,
): CompanyAsked | undefined {
  if (entry === 'natural') return undefined;
  if (!taxpayerId)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'taxpayerId', message: 'required' }] });
  return { entry, companyKey: companyKeyOf(h.keys, parseTaxpayerId(taxpayerId)) };
}

/** An unknown company and one that is gone answer alike, before anything is told of the account (LGN-2, LGN-7). */
export function knownCompany(taxpayer: Taxpayer | undefined): KnownTaxpayer {
  const problem = companyProblem(taxpayer);
  if (!isKnown(taxpayer) || problem?.code === 'TAXPAYER_NOT_FOUND')
    throw problem ?? new Problem('TAXPAYER_NOT_FOUND');
  return taxpayer;
}

/**
 * Why somebody whose password was right does not reach the second step: the wrong entry (SPC-1), a company that still
 * waits (ENT-2), no relation (LGN-8). None of them is a failure (LCK-6).
 * @param relations the person's rows in this company
 */
export function admissionProblem(
  entry: CompanyEntry,
  company: KnownTaxpayer,
  relations: readonly Relation[],
  day: string,
  { phoneTyped }: { readonly phoneTyped: boolean },
): Problem | undefined {
  const proper = properEntry(entry, company.subjects);
  if (proper)
    return new Problem(
      'USE_SPECIAL_ENTRY',
      { entry: proper },
      proper === 'enterprise' ? { variant: 'enterprise' } : {},
    );
  const waiting = companyProblem(company);
  if (waiting) return waiting;
  const offer = offerOf(relations, entry, day);
  if (offer.active.length > 0 || offer.confirm) return undefined;
  const pending = relations.find((relation) => stateOn(relation, day) === 'pending');
  return new Problem(
    'RELATION_NOT_FOUND',
    pending ? { pendingAuthorizationId: pending.authorizationId, pendingDirection: pending.direction } : {},
    phoneTyped ? { variant: 'phone' } : {},
  );
}
