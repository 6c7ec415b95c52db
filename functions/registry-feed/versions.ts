import * as v from 'valibot';

/** ENT-3: grows with every change of an object; a version that is not newer than the stored one changes nothing. */
export const version = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const isStale = (known: number | undefined, line: { readonly version: number }): boolean =>
  known !== undefined && known >= line.version;
