import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { personKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/documents.ts';
import { normaliseName, sameName } from '#domain/persons.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { isNamed, type Person, sealContext } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import { nameOf } from './personal-data.ts';

/** A person as somebody else names them: normalised, with the key under which they exist before any account. */
export interface NamedPerson {
  readonly key: string;
  readonly name: string;
  /** The real-name facts, sealed for this person's row. */
  readonly record: Pick<Person, 'documentType' | 'sealedName' | 'sealedNumber'>;
}

/** A name in its one spelling. Throws BAD_REQUEST that tells the member, to callers and to the feed's report. */
export function readName(raw: string, member: string): string {
  try {
    return normaliseName(raw);
  } catch (error) {
    const errors = [{ path: member, message: 'name' }];
    throw new Problem('BAD_REQUEST', { reason: `${member} (name)`, errors }, { cause: error });
  }
}

/** Throws DOCUMENT_INVALID, or BAD_REQUEST for what is no name. */
export function readPerson(ctx: FlowContext, raw: v.InferOutput<typeof person>, now: Date): NamedPerson {
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
    },
  };
}

/** DOC-5: whether the record that is there is by another name. One that only an order has made has none (ORD-1). */
export const hasOtherName = (
  ctx: Pick<FlowContext, 'dataKeys'>,
  { name }: Pick<NamedPerson, 'name'>,
  known: Pick<Person, 'personKey' | 'sealedName'> | undefined,
): boolean => known !== undefined && isNamed(known) && !sameName(nameOf(ctx, known), name);

/** DOC-5: a number already held by another name is refused where it comes in. */
export function requireSameName(
  ctx: FlowContext,
  named: Pick<NamedPerson, 'name'>,
  known: Pick<Person, 'personKey' | 'sealedName'> | undefined,
): void {
  if (hasOtherName(ctx, named, known)) throw new Problem('PERSON_MISMATCH');
}

/** The real-name record of somebody who was unknown so far; nothing for the others. */
export const recordWrites = (named: NamedPerson, known: Person | undefined): Write[] =>
  isNamed(known)
    ? []
    : [personUpdate(named.key, known?.rev ?? 0, named.record, () => new ConcurrentChange())];

/** The person as relations keep them: by the name of their own record where there is one. */
export const holderOf = (named: NamedPerson, known: Person | undefined) => ({
  personKey: named.key,
  sealedName: known?.sealedName ?? named.record.sealedName,
});
