import type { Entry } from '#domain/names.ts';
import { lastCompanies, lastEntry } from './last-time.ts';

/** What the form of the first step contains, so that it is there again whichever way the person comes back. */
export interface TypedLogin {
  readonly entry: Entry;
  readonly taxpayerId?: string | undefined;
  readonly account?: string | undefined;
  readonly password?: string | undefined;
  /** Good news from the page before: the password is new, the phone was recovered. */
  readonly news?: string | undefined;
}

/** In memory only: personal data are in no storage and no address (DOC-4). */
let typed: TypedLogin = { entry: lastEntry(), taxpayerId: lastCompanies()[0]?.taxpayerId };

export const typedLogin = (): TypedLogin => typed;
export function rememberTyped(more: Partial<TypedLogin>): void {
  typed = { ...typed, ...more };
}
/** The person is logged in: nothing of it is kept. */
export function forgetTyped(): void {
  typed = { entry: lastEntry(), taxpayerId: lastCompanies()[0]?.taxpayerId };
}
