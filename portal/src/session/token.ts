/** The access token is only in this module's memory: not in storage, not in the address, not in React's state. */
let held: { readonly token: string; readonly staleAt: number; readonly since: number } | undefined;

/** Milliseconds: renewed a little before the API would refuse it. */
const marginMs = 15_000;

export function holdToken(token: string, expiresInSeconds: number): void {
  held = {
    token,
    since: performance.now(),
    staleAt: performance.now() + Math.max(0, expiresInSeconds * 1000 - marginMs),
  };
}
export const dropToken = (): void => {
  held = undefined;
};
export const freshToken = (): string | undefined =>
  held && performance.now() < held.staleAt ? held.token : undefined;
export const heldToken = (): string | undefined => held?.token;
/**
 * Milliseconds since the API last heard of the person: a token comes with an action of theirs, so none is older than
 * that.
 */
export const sinceHeard = (): number | undefined => held && performance.now() - held.since;
