import { isWhole } from './text.ts';

/** What of the parameter `claims` matters here (OpenID Connect Core, 5.5); the rest is known and ignored. */
export interface ClaimsAsked {
  /** One of these methods is needed, or the answer is unmet_authentication_requirements. */
  readonly essentialAcr?: readonly string[];
  /** The least real-name level that is needed. */
  readonly essentialLevel?: number;
}

const mostAcrValues = 10;

/** Reads `claims`; `wrong` where it is no JSON object of the form that OpenID Connect gives it. */
export function readClaims(text: string | undefined): ClaimsAsked | undefined | 'wrong' {
  if (text === undefined) return undefined;
  const claims = objectIn(text);
  if (!claims) return 'wrong';
  for (const part of ['id_token', 'userinfo'])
    if (claims[part] !== undefined && claims[part] !== null && !isObject(claims[part])) return 'wrong';
  const idToken = isObject(claims.id_token) ? claims.id_token : {};
  for (const one of Object.values(idToken)) if (one !== null && !isObject(one)) return 'wrong';
  const acr = essential(idToken.acr);
  const level = essential(idToken.real_name_level);
  if (acr === 'wrong' || level === 'wrong') return 'wrong';
  const values = acr && wanted(acr);
  const levels = level && wanted(level);
  if (values === 'wrong' || levels === 'wrong') return 'wrong';
  if (values && (values.length > mostAcrValues || !values.every(isText))) return 'wrong';
  // 1e300 is whole, too, and no table holds it.
  if (levels && !levels.every((value) => Number.isSafeInteger(value))) return 'wrong';
  return {
    ...(values?.length ? { essentialAcr: values as string[] } : {}),
    ...(levels?.length ? { essentialLevel: Math.min(...(levels as number[])) } : {}),
  };
}

/** Half a pair may come as an escape in the JSON, where no decoder of the form saw it (DOC-2). */
const isText = (value: unknown): boolean => typeof value === 'string' && isWhole(value);

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

/** The request for a claim where it is essential; undefined where the claim is only welcome. */
function essential(claim: unknown): Record<string, unknown> | undefined | 'wrong' {
  if (!isObject(claim)) return undefined;
  if (claim.essential !== undefined && typeof claim.essential !== 'boolean') return 'wrong';
  return claim.essential === true ? claim : undefined;
}

const wanted = ({ value, values }: Record<string, unknown>): unknown[] | 'wrong' => {
  if (values !== undefined && !Array.isArray(values)) return 'wrong';
  return [...(value === undefined ? [] : [value]), ...((values as unknown[] | undefined) ?? [])];
};
