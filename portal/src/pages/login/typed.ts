import type { Entry } from '#domain/names.ts';

/** What stands in the form of the first step, so that it is there again whichever way somebody comes back. */
export interface TypedLogin {
  readonly entry: Entry;
  readonly taxpayerId?: string | undefined;
  readonly account?: string | undefined;
  readonly password?: string | undefined;
  /** Good news of where somebody comes from: the password is new, the number is found again. */
  readonly news?: string | undefined;
}

/** In memory only: personal data are in no storage and no address (DOC-4). */
let typed: TypedLogin = { entry: 'enterprise' };

export const typedLogin = (): TypedLogin => typed;
export function rememberTyped(more: Partial<TypedLogin>): void {
  typed = { ...typed, ...more };
}
/** Somebody is in: nothing of it is kept. */
export function forgetTyped(): void {
  typed = { entry: typed.entry };
}
