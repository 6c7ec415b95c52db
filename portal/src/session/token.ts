/** The access token lives in this module's memory only: not in storage, not in the address, not in React's state. */
let held: { readonly token: string; readonly staleAt: number; readonly since: number } | undefined;

/** A little before the API would refuse it. */
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
/** Milliseconds since the API last heard of the person: a token comes with their doing, and none is older than that. */
export const sinceHeard = (): number | undefined => held && performance.now() - held.since;
