import { isObject, type JsonObject } from '../http/json.ts';

/**
 * Lambda's filter patterns, limited to what the contracts use: nested members, each ending in a list of which one must
 * match: a text, `null`, or `{exists}`, `{prefix}`, `{'anything-but': […]}`.
 * @throws Error for a rule that is not supported, so that nothing passes here that a deployed pattern would refuse
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
      // Only for values, as in Lambda: an object counts neither as present nor as absent.
      return wanted === (given !== undefined && !isObject(given));
    case 'prefix':
      return typeof given === 'string' && given.startsWith(String(wanted));
    case 'anything-but':
      return given !== undefined && Array.isArray(wanted) && !wanted.includes(given);
    default:
      throw new Error(`The filter rule ${JSON.stringify(rule)} is not understood`);
  }
}
