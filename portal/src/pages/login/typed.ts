import type { Entry } from '#domain/names.ts';
import { lastCompanies, lastEntry } from './last-time.ts';

/** The contents of the form of the first step, so that they are there again when the person comes back. */
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
/** The person is logged in: the form's contents are forgotten. */
export function forgetTyped(): void {
  typed = { entry: lastEntry(), taxpayerId: lastCompanies()[0]?.taxpayerId };
}
