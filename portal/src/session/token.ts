/** The access token is only in this module's memory: not in storage, not in the address, not in React's state. */
let current: { readonly token: string; readonly staleAt: number; readonly since: number } | undefined;

/** Milliseconds: renewed a little before the API would refuse it. */
const renewalMarginMs = 15_000;

export function setToken(token: string, expiresInSeconds: number): void {
  current = {
    token,
    since: performance.now(),
    staleAt: performance.now() + Math.max(0, expiresInSeconds * 1000 - renewalMarginMs),
  };
}
export const clearToken = (): void => {
  current = undefined;
};
export const freshToken = (): string | undefined =>
  current && performance.now() < current.staleAt ? current.token : undefined;
export const currentToken = (): string | undefined => current?.token;
/**
 * Milliseconds since this tab got its token. Each token comes with an action of the person, so this is also the time
 * since their last action, as far as the API knows.
 */
export const tokenAgeMs = (): number | undefined => current && performance.now() - current.since;
