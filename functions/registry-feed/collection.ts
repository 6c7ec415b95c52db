import * as v from 'valibot';
import { freeText, person, personEntries } from '#contract/schemas.ts';
import { readCollectedAt } from '#domain/people/hall-records.ts';
import { Problem } from '#domain/problem.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import { recordCollection } from '#journeys/people/hall-collection.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { LineResult } from './outcome.ts';
import { version } from './versions.ts';

/** `collection`: a hall has seen the person, the document and the phone (REG-2). */
export const collectionLine = v.object({
  type: v.literal('collection'),
  version,
  person,
  phone: v.pipe(v.string(), v.maxLength(32)),
  officer: freeText(64),
  /** DOC-5: the name on the record, for a person whose legal name has changed. */
  formerName: v.optional(personEntries.name),
  collectedAt: v.optional(v.pipe(v.string(), v.maxLength(40))),
});

/** An older version changes nothing (ENT-3). Throws BAD_REQUEST if `collectedAt` is no time. */
export async function importCollection(
  ctx: FlowContext,
  line: v.InferOutput<typeof collectionLine>,
  now: Date,
): Promise<LineResult> {
  const collectedAt = line.collectedAt === undefined ? undefined : readCollectedAt(line.collectedAt, now);
  if (line.collectedAt !== undefined && collectedAt === undefined)
    throw new Problem('BAD_REQUEST', { reason: 'collectedAt (time or day)' });
  return recordCollection(ctx, { ...line, collectedAt }, line.version, fromRegistry(now));
}
