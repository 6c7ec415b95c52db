/** OAuth parameters as they were sent, in a query or a form: each name once (RFC 6749, 3.1 and 3.2). */
export interface Parameters {
  /** Without parameters that have no value: they count as not sent (RFC 6749, 3.1). */
  readonly values: ReadonlyMap<string, string>;
  /** Names that were sent more than once; nobody knows which of the values was meant. */
  readonly doubled: ReadonlySet<string>;
  /** The number of characters of all names and values. */
  readonly size: number;
}

/** Undefined if a name or value held bytes that are no UTF-8 (DOC-2): the decoder has put U+FFFD there. */
export function parametersOf(pairs: readonly (readonly [string, string])[]): Parameters | undefined {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  const doubled = new Set<string>();
  let size = 0;
  for (const [name, value] of pairs) {
    if (`${name}${value}`.includes('\u{FFFD}')) return undefined;
    size += name.length + value.length + 2;
    if (seen.has(name)) doubled.add(name);
    seen.add(name);
    if (value !== '') values.set(name, value);
  }
  return { values, doubled, size };
}

/** Words separated by single blanks (`scope`, `prompt`, `acr_values`), each kept once, in the given order. */
export const wordsOf = (text: string | undefined): string[] => [
  ...new Set((text ?? '').split(' ').filter((word) => word !== '')),
];
