import { isObject, type JsonObject } from '../http/json.ts';

/**
 * Lambda's filter patterns, as far as contracts use them: nested members, and at the end of each a list of which one must
 * fit: a text, `null`, or `{exists}`, `{prefix}`, `{'anything-but': […]}`.
 * @throws Error for a rule that is not understood, so that nothing passes here that would not pass deployed
 */
export function fits(pattern: JsonObject, value: unknown): boolean {
  const members = isObject(value) ? value : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    const given = members[name];
    if (Array.isArray(wanted)) return wanted.some((rule: unknown) => fitsRule(rule, given));
    if (isObject(wanted)) return fits(wanted, given);
    throw new Error(`A filter pattern ends in lists, not in ${JSON.stringify(wanted)}`);
  });
}

function fitsRule(rule: unknown, given: unknown): boolean {
  if (!isObject(rule)) return rule === given;
  const [name, wanted] = Object.entries(rule)[0] ?? [];
  switch (name) {
    case 'exists':
      // Of leaves alone, as Lambda has it: an object is neither there nor absent.
      return wanted === (given !== undefined && !isObject(given));
    case 'prefix':
      return typeof given === 'string' && given.startsWith(String(wanted));
    case 'anything-but':
      return given !== undefined && Array.isArray(wanted) && !wanted.includes(given);
    default:
      throw new Error(`The filter rule ${JSON.stringify(rule)} is not understood`);
  }
}
