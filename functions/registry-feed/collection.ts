import * as v from 'valibot';
import { person } from '#contract/schemas.ts';
import type { House } from '#http/house.ts';
import { collect } from '#steps/collection.ts';
import { fromRegistry } from '#steps/relation-facts.ts';
import type { Taken } from './outcome.ts';
import { version } from './versions.ts';

/** `collection`: a hall has seen the person, the document and the phone (REG-2). */
export const collectionLine = v.object({
  type: v.literal('collection'),
  version,
  person,
  phone: v.pipe(v.string(), v.maxLength(32)),
  officer: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});

/** An older version changes nothing (ENT-3). */
export const takeCollection = (
  h: House,
  line: v.InferOutput<typeof collectionLine>,
  now: Date,
): Promise<Taken> => collect(h, line, line.version, fromRegistry(now));
