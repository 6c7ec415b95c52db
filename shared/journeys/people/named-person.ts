import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { personKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/people/documents.ts';
import { normaliseName, sameName } from '#domain/people/person-names.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { hasVerifiedName, type Person, sealContext } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import { nameOf } from './personal-data.ts';

/** A person as somebody else names them: normalised, with the key that the person has even before any account. */
export interface NamedPerson {
  readonly key: string;
  readonly name: string;
  /** The real-name data, sealed for this person's row. */
  readonly record: Pick<Person, 'documentType' | 'sealedName' | 'sealedNumber'> & {
    readonly nameClaimed: undefined;
  };
}

/** A name in its one spelling. Throws BAD_REQUEST that names the member, for callers and for the feed's report. */
export function readName(raw: string, member: string): string {
  try {
    return normaliseName(raw);
  } catch (error) {
    const errors = [{ path: member, message: 'name' }];
    throw new Problem('BAD_REQUEST', { reason: `${member} (name)`, errors }, { cause: error });
  }
}

/** Throws DOCUMENT_INVALID, or BAD_REQUEST if the text is no name. */
export function parseNamedPerson(
  ctx: FlowContext,
  raw: v.InferOutput<typeof person>,
  now: Date,
): NamedPerson {
  const name = normaliseName(raw.name);
  const number = parseDocument(raw.documentType, raw.documentNumber, shanghaiDay(now));
  const key = personKey(ctx.keys, raw.documentType, number);
  return {
    key,
    name,
    record: {
      documentType: raw.documentType,
      sealedName: seal(ctx.dataKeys, sealContext.name(key), name),
      sealedNumber: seal(ctx.dataKeys, sealContext.number(key), number),
      nameClaimed: undefined,
    },
  };
}

/** DOC-5: whether the existing record has another name. A record that only an order created has no name (ORD-1). */
export const hasOtherName = (
  ctx: Pick<FlowContext, 'dataKeys'>,
  { name }: Pick<NamedPerson, 'name'>,
  known: Pick<Person, 'personKey' | 'sealedName' | 'nameClaimed'> | undefined,
): boolean => known !== undefined && hasVerifiedName(known) && !sameName(nameOf(ctx, known), name);

/** DOC-5: refuses a number whose record has another name. */
export function requireSameName(
  ctx: FlowContext,
  named: Pick<NamedPerson, 'name'>,
  known: Pick<Person, 'personKey' | 'sealedName' | 'nameClaimed'> | undefined,
): void {
  if (hasOtherName(ctx, named, known)) throw new Problem('PERSON_MISMATCH');
}

/**
 * The writes of a real-name record for a person who was unknown so far; empty for others.
 * @param claimed true if the name comes from somebody without authority over it: it holds until anybody else names the
 * person
 */
export const realNameWrites = (
  named: NamedPerson,
  known: Person | undefined,
  { claimed = false }: { readonly claimed?: boolean } = {},
): Write[] =>
  hasVerifiedName(known) || (claimed && known?.sealedName !== undefined)
    ? []
    : [
        personUpdate(
          named.key,
          known?.rev ?? 0,
          { ...named.record, ...(claimed ? { nameClaimed: true as const } : {}) },
          () => new ConcurrentChange(),
        ),
      ];

/** The person as relations store them: by the name of their own record, if there is one. */
export const holderOf = (named: NamedPerson, known: Person | undefined) => ({
  personKey: named.key,
  sealedName: known && hasVerifiedName(known) ? known.sealedName : named.record.sealedName,
});
