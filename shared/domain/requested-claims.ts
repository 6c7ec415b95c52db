import { isWhole } from './text.ts';

/** What of the parameter `claims` matters here (OpenID Connect Core, 5.5); the rest is known and ignored. */
export interface ClaimsAsked {
  /** One of these methods is needed, or the answer is unmet_authentication_requirements. */
  readonly essentialAcr?: readonly string[];
  /** The least real-name level that is needed. */
  readonly essentialLevel?: number;
  /** Nobody but the person whom the system knows by this; an `id_token_hint` says the same (OpenID Connect Core, 3.1.2.2). */
  readonly sub?: string;
}

const mostAcrValues = 10;
const longestSub = 255;

/** Reads `claims`; `wrong` where it is no JSON object of the form that OpenID Connect gives it. */
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
  // 1e300 is whole, too, and no table holds it.
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

/** Half a pair may come as an escape in the JSON, where no decoder of the form saw it (DOC-2). */
const isText = (value: unknown): value is string => typeof value === 'string' && isWhole(value);
type Part = Readonly<Record<string, Readonly<Record<string, unknown>> | null | undefined>>;
/** The claims asked for in one place: each null or an object. */
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

/** What an essential claim must be one of; nothing where the claim is only welcome, or any value will do. */
function essentialValues(claim: Part[string]): unknown[] | 'wrong' {
  if (!claim) return [];
  const { essential, value, values } = claim;
  if (essential !== undefined && typeof essential !== 'boolean') return 'wrong';
  if (values !== undefined && !Array.isArray(values)) return 'wrong';
  if (essential !== true) return [];
  return [...(value === undefined ? [] : [value]), ...(values ?? [])];
}
