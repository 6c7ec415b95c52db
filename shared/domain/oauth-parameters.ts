/** OAuth parameters as they were sent: a query or a form body, each name once (RFC 6749, 3.1 and 3.2). */
export interface Parameters {
  /** Without those sent empty: they count as left out (RFC 6749, 3.1). */
  readonly values: ReadonlyMap<string, string>;
  /** Names sent more than once; which of the values was meant nobody knows. */
  readonly doubled: ReadonlySet<string>;
}

/**
 * Reads `application/x-www-form-urlencoded` text. It is read from the raw query: API Gateway joins repeated parameters
 * with commas, and then nobody can tell one from two. Undefined where the text is no such thing, bytes that are no UTF-8
 * included (DOC-2).
 */
export function readParameters(raw: string): Parameters | undefined {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = decoded(at < 0 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined) return undefined;
    if (seen.has(name)) doubled.add(name);
    seen.add(name);
    if (value !== '') values.set(name, value);
  }
  return { values, doubled };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Words parted by single blanks (`scope`, `prompt`, `acr_values`), each kept once, in the order given. */
export const wordsOf = (text: string | undefined): string[] => [
  ...new Set((text ?? '').split(' ').filter((word) => word !== '')),
];
