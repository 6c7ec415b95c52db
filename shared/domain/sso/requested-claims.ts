import { isWhole } from '../text.ts';

/**
 * The part of the parameter `claims` that this server evaluates (OpenID Connect Core, 5.5); it accepts and ignores the
 * rest.
 */
export interface ClaimsAsked {
  /** One of these acr values is needed; otherwise the answer is unmet_authentication_requirements. */
  readonly essentialAcr?: readonly string[];
  /** The lowest real-name level that the request accepts. */
  readonly essentialLevel?: number;
  /**
   * The request accepts only the person whom the system knows by this `sub`; an `id_token_hint` says the same (OpenID
   * Connect Core, 3.1.2.2).
   */
  readonly sub?: string;
}

const mostAcrValues = 10;
const longestSub = 255;

/** Reads `claims`; `wrong` if the text is no JSON object in the form that OpenID Connect defines. */
export function readClaims(text: string | undefined): ClaimsAsked | undefined | 'wrong' {
  if (text === undefined) return undefined;
  const claims = objectIn(text);
  if (!claims) return 'wrong';
  const [idToken, userinfo] = [partOf(claims.id_token), partOf(claims.userinfo)];
  if (idToken === 'wrong' || userinfo === 'wrong') return 'wrong';
  const acrs = essentialValues(idToken.acr);
  const levels = [essentialValues(idToken.real_name_level), essentialValues(userinfo.real_name_level)];
  if (acrs === 'wrong' || levels.includes('wrong')) return 'wrong';
  if (acrs.length > mostAcrValues || !acrs.every(isText)) return 'wrong';
  const least = (levels as unknown[][]).filter((values) => values.length > 0);
  // 1e300 is an integer too, but no table can store it.
  if (!least.flat().every((value) => Number.isSafeInteger(value))) return 'wrong';
  const { value: sub } = idToken.sub ?? {};
  if (sub !== undefined && (!isText(sub) || sub.length > longestSub)) return 'wrong';
  return {
    ...(acrs.length > 0 ? { essentialAcr: acrs as string[] } : {}),
    ...(least.length > 0
      ? { essentialLevel: Math.max(...least.map((values) => Math.min(...(values as number[])))) }
      : {}),
    ...(sub === undefined ? {} : { sub }),
  };
}

/** A JSON escape can contain half a surrogate pair, which the decoder of the form could not see (DOC-2). */
const isText = (value: unknown): value is string => typeof value === 'string' && isWhole(value);
type Part = Readonly<Record<string, Readonly<Record<string, unknown>> | null | undefined>>;
/** The claims requested for one place (ID token or userinfo): each is null or an object. */
function partOf(value: unknown): Part | 'wrong' {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return 'wrong';
  return Object.values(value).every((one) => one === null || isObject(one)) ? (value as Part) : 'wrong';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The values of which an essential claim needs one; empty if the claim is voluntary or any value is enough. */
function essentialValues(claim: Part[string]): unknown[] | 'wrong' {
  if (!claim) return [];
  const { essential, value, values } = claim;
  if (essential !== undefined && typeof essential !== 'boolean') return 'wrong';
  if (values !== undefined && !Array.isArray(values)) return 'wrong';
  if (essential !== true) return [];
  return [...(value === undefined ? [] : [value]), ...(values ?? [])];
}
