import type { HallRecordEnd } from '#domain/people/hall-records.ts';
import { Problem } from '#domain/problem.ts';

/**
 * REG-2: the refusal for an office-first document without a hall record; if a record has ended, the refusal says so
 * with the reason.
 */
export const collectionRequired = (ended: HallRecordEnd | undefined): Problem =>
  ended
    ? new Problem('OFFICE_COLLECTION_REQUIRED', { reason: ended }, { variant: 'ended' })
    : new Problem('OFFICE_COLLECTION_REQUIRED');
