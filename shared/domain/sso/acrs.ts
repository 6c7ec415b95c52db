/** How a person was authenticated: the values of `acr` that this server issues. */
export const acrs = { twoFactors: 'urn:ahtax:2fa', face: 'urn:ahtax:face' } as const;
export type Acr = (typeof acrs)[keyof typeof acrs];

/** Seconds for which a face check earns the acr `face`. */
export const faceServesSeconds = 86_400;

const isAcr = (word: string): word is Acr => Object.values<string>(acrs).includes(word);

/**
 * Every session has two factors; the face counts for a day.
 * @param session `faceAt`: ISO time of the session's last face check
 */
export function acrOf({ faceAt }: { readonly faceAt?: string | undefined }, now: Date): Acr {
  const age = faceAt === undefined ? Number.NaN : now.getTime() - Date.parse(faceAt);
  return age >= 0 && age < faceServesSeconds * 1000 ? acrs.face : acrs.twoFactors;
}

/** What a request demands of the acr, in its two parameters. */
export interface AcrAsked {
  readonly acrValues: readonly string[];
  readonly claims?: { readonly essentialAcr?: readonly string[] } | undefined;
}

/**
 * The acr values of which the request needs one; empty if the request leaves it open. `acr_values` is a demand here,
 * not a wish (RFC 9470, 5), because the resource server that gets the access token asked for it. An essential claim
 * takes its place.
 */
export const demandedAcrs = ({ acrValues, claims }: AcrAsked): readonly string[] =>
  claims?.essentialAcr ?? acrValues;

/** Whether no session can ever meet the demand, because this server issues none of the values. */
export const isAcrUnknown = (asked: AcrAsked): boolean => {
  const wanted = demandedAcrs(asked);
  return wanted.length > 0 && !wanted.some(isAcr);
};

const meets = (reached: Acr, wanted: string): wanted is Acr =>
  wanted === reached || wanted === acrs.twoFactors;

export const meetsAcr = (reached: Acr, asked: AcrAsked): boolean => {
  const wanted = demandedAcrs(asked);
  return wanted.length === 0 || wanted.some((word) => meets(reached, word));
};

/**
 * The acr value for the tokens. The value is the first demanded value that the session meets, so that the client finds
 * what it asked for (RFC 9470, 5); without a demand, the value is the highest that the session has.
 */
export const acrForTokens = (reached: Acr, wanted: readonly string[]): Acr =>
  wanted.find((word): word is Acr => meets(reached, word)) ?? reached;
