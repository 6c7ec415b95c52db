/** How somebody was authenticated: the words of `acr` that this server gives. */
export const acrs = { twoFactors: 'urn:ahtax:2fa', face: 'urn:ahtax:face' } as const;
export type Acr = (typeof acrs)[keyof typeof acrs];

/** A face check serves the acr `face` for so many seconds. */
export const faceServesSeconds = 86_400;

const isAcr = (word: string): word is Acr => Object.values<string>(acrs).includes(word);

/** Every session has two factors; the face counts for a day. @param faceAt ISO time of the session's last face check */
export function acrOf({ faceAt }: { readonly faceAt?: string | undefined }, now: Date): Acr {
  const age = faceAt === undefined ? Number.NaN : now.getTime() - Date.parse(faceAt);
  return age >= 0 && age < faceServesSeconds * 1000 ? acrs.face : acrs.twoFactors;
}

/** What a request says of the acr, by its parameters. */
export interface AcrAsked {
  readonly acrValues: readonly string[];
  readonly claims?: { readonly essentialAcr?: readonly string[] } | undefined;
}

/**
 * The words of which one is needed; none where the request leaves it open. `acr_values` is no mere wish here (RFC 9470,
 * 5): the access token goes to a resource server that asked for it. An essential claim stands in its place.
 */
export const acrsWanted = ({ acrValues, claims }: AcrAsked): readonly string[] =>
  claims?.essentialAcr ?? acrValues;

/** Whether nobody could ever meet it: none of the words is given here. */
export const isAcrUnknown = (asked: AcrAsked): boolean => {
  const wanted = acrsWanted(asked);
  return wanted.length > 0 && !wanted.some(isAcr);
};

const meets = (held: Acr, wanted: string): wanted is Acr =>
  wanted === held || (wanted === acrs.twoFactors && held === acrs.face);

export const meetsAcr = (held: Acr, asked: AcrAsked): boolean => {
  const wanted = acrsWanted(asked);
  return wanted.length === 0 || wanted.some((word) => meets(held, word));
};

/**
 * What the tokens say: the first of the wanted words that is met, so that whoever compares it with what they asked finds
 * it so (RFC 9470, 5); unasked, all that is held.
 */
export const acrTold = (held: Acr, wanted: readonly string[]): Acr =>
  wanted.find((word): word is Acr => meets(held, word)) ?? held;
